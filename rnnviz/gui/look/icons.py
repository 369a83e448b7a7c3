"""The toolbar's icons, tinted with the colours of the theme."""

from __future__ import annotations

from functools import cache

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from rnnviz.gui.look.theme import Colours
from rnnviz.resources import resource

_SIDE = 20


@cache
def _drawing(name: str) -> str:
    return resource(f"icons/{name}.svg").read_text(encoding="utf-8")


def icon(
    name: str, colours: Colours, colour: str | None = None, disabled: str | None = None
) -> QIcon:
    """An icon by the name of its file, such as ``"step-forward"``, in the theme's colours."""
    made = QIcon()
    made.addPixmap(_pixmap(name, colour or colours.text))
    made.addPixmap(_pixmap(name, disabled or colours.line), QIcon.Mode.Disabled)
    return made


@cache
def _pixmap(name: str, colour: str) -> QPixmap:
    ratio = 2  # sharp on a screen of twice the resolution too
    pixmap = QPixmap(QSize(_SIDE, _SIDE) * ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    drawing = _drawing(name).replace("#000000", colour)
    QSvgRenderer(QByteArray(drawing.encode())).render(
        painter, QRectF(0, 0, _SIDE * ratio, _SIDE * ratio)
    )
    painter.end()
    pixmap.setDevicePixelRatio(ratio)
    return pixmap
