"""Masks side by side, each a picture of what is hidden, with its name above."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from rnnviz.gui.look.theme import Colours
from rnnviz.gui.widgets.painting import painting
from rnnviz.gui.widgets.picture import Drawing
from rnnviz.records.arrays import BoolArray

_MARGIN = 10


@dataclass(frozen=True)
class Mask:
    """A name, and below it what the rows and columns are."""

    name: str
    axes: str
    hidden: BoolArray


class Masks(QWidget):
    """Shares its width out evenly; a cell is as large as there is room for."""

    def __init__(self) -> None:
        super().__init__()
        self.setMinimumSize(80, 60)
        self._masks: list[Mask] = []
        self._colours: Colours | None = None

    def recolour(self, colours: Colours) -> None:
        """Take on the colours of a theme."""
        self._colours = colours
        self.update()

    def show_masks(self, masks: list[Mask]) -> None:
        """Show these instead of those before."""
        self._masks = masks
        self.setAccessibleDescription(", ".join(mask.name for mask in masks))
        self.update()

    def drawn(self) -> Drawing:
        """What is hidden, by the names of the masks."""
        return {mask.name: mask.hidden for mask in self._masks}

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802  Qt's name
        """Paint each mask between its name and its axes."""
        if self._colours is None or not self._masks:
            return
        with painting(self) as painter:
            width = (self.width() - _MARGIN) / len(self._masks)
            for number, mask in enumerate(self._masks):
                room = QRectF(_MARGIN + number * width, 6, width - _MARGIN, self.height() - 12)
                self._paint(painter, room, mask, self._colours)

    def _paint(self, painter: QPainter, room: QRectF, mask: Mask, colours: Colours) -> None:
        line = painter.fontMetrics().height()
        elide = painter.fontMetrics().elidedText
        for text, colour, y in (
            (mask.name, colours.text, room.top()),
            (mask.axes, colours.muted, room.bottom() - line),
        ):
            painter.setPen(QColor(colour))
            shown = elide(text, Qt.TextElideMode.ElideRight, round(room.width()))
            painter.drawText(QRectF(room.left(), y, room.width(), line), shown)
        picture = room.adjusted(0, line + 3, 0, -line - 3)
        table = np.array([QColor(c).getRgb() for c in (colours.field, colours.bars)], np.uint8)
        shades = np.ascontiguousarray(table[mask.hidden.astype(np.uint8)])  # (rows, columns, 4)
        rows, columns = mask.hidden.shape
        image = QImage(shades.data, columns, rows, 4 * columns, QImage.Format.Format_RGBA8888)
        painter.drawImage(picture, image)
        painter.setPen(QPen(QColor(colours.line), 1))
        painter.drawRect(picture)
