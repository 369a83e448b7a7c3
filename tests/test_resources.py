"""Shipped files are found, are what the window expects, and are missed in plain words."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

from rnnviz.resources import resource

ICONS = sorted(resource("icons").glob("*.svg"))
TOOLBAR = [icon for icon in ICONS if icon.stem != "rnnviz"]
NAMES = {
    *("play", "pause", "stop", "train", "step-forward", "skip-forward", "reset"),
    *("first", "previous", "next", "last", "loop", "slower", "faster"),
    *("undo", "redo", "theme", "copy-image", "close", "settings", "pin", "fullscreen"),
    *("undock", "save", "help", "rnnviz"),
}


def rendered(icon, size: int) -> QImage:
    renderer = QSvgRenderer(str(icon))
    assert renderer.isValid()
    image = QImage(size, size, QImage.Format.Format_ARGB32)
    image.fill(0)
    painter = QPainter(image)
    renderer.render(painter, QRectF(0, 0, size, size))
    painter.end()
    return image


def alphas(image: QImage) -> list[int]:
    return [
        image.pixelColor(x, y).alpha() for x in range(image.width()) for y in range(image.height())
    ]


def test_every_icon_is_there():
    assert {icon.stem for icon in ICONS} == NAMES


@pytest.mark.parametrize("icon", ICONS, ids=lambda icon: icon.stem)
def test_an_icon_shows_something_even_at_16_pixels(qapp, icon):
    assert sum(alphas(rendered(icon, 16))) > 16 * 255


@pytest.mark.parametrize("icon", TOOLBAR, ids=lambda icon: icon.stem)
def test_a_toolbar_icon_keeps_clear_of_its_edges(qapp, icon):
    image = rendered(icon, 48)
    edges = image.copy(0, 0, 48, 1), image.copy(0, 47, 48, 1), image.copy(0, 0, 1, 48)
    assert max(max(alphas(edge)) for edge in (*edges, image.copy(47, 0, 1, 48))) == 0


@pytest.mark.parametrize("icon", TOOLBAR, ids=lambda icon: icon.stem)
def test_a_toolbar_icon_has_one_colour_that_can_be_replaced(icon):
    root = ElementTree.parse(icon).getroot()
    assert root.get("viewBox") == "0 0 24 24"
    paints = {element.get(name) for element in root.iter() for name in ("fill", "stroke")}
    assert paints - {None, "none"} == {"#000000"}


def test_a_missing_resource_is_one_sentence():
    with pytest.raises(FileNotFoundError, match=r"icons/nothing\.svg .* is missing") as caught:
        resource("icons/nothing.svg")
    assert "\n" not in str(caught.value)
