"""Light and dark: every part of the window takes on the colours, and text can be read."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QObject, QPoint
from PySide6.QtGui import QColor, QFont
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from rnnviz.gui.look.theme import DARK, LIGHT, Colours
from tests.gui.driver import Driver

THEMES = {"light": LIGHT, "dark": DARK}


@pytest.mark.parametrize("name", THEMES)
def test_the_window_has_the_colour_of_its_theme(driver: Driver, name: str):
    driver.window.choose_theme("dark")
    driver.window.choose_theme(name)
    driver.until_drawn()
    picture = driver.window.grab().toImage()
    bar = driver.window.findChild(QWidget, "training")
    corner = bar.mapTo(driver.window, QPoint(2, bar.height() // 2))
    assert picture.pixelColor(corner) == QColor(THEMES[name].window)


@pytest.mark.parametrize("name", THEMES)
def test_every_panel_has_the_colour_of_its_theme(driver: Driver, name: str):
    driver.window.choose_theme("dark")
    driver.window.choose_theme(name)
    driver.until_drawn()
    corners = {
        panel: driver.panel(panel).grab().toImage().pixelColor(2, 2).name()
        for panel in ("sequence", "hidden", "loss", "experiment", "notepad")
    }
    assert set(corners.values()) == {THEMES[name].panel}, corners


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2 defines it."""
    parts = np.array(QColor(colour).getRgbF()[:3])
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("role", ["text", "muted", "error"])
@pytest.mark.parametrize("ground", ["window", "panel", "field"])
def test_text_can_be_read_on_its_ground(colours: Colours, role: str, ground: str):
    assert contrast(getattr(colours, role), getattr(colours, ground)) >= 4.5  # WCAG 2, AA


def test_the_button_switches_to_the_other_theme(driver: Driver):
    driver.window.theme_button.click()
    assert driver.window.theme.choice == "dark"


def test_a_theme_is_dressed_at_once(driver: Driver):
    driver.window.choose_theme("dark")
    assert QApplication.palette().window().color() == QColor(DARK.window)


def test_another_theme_or_size_of_text_makes_no_widget_change_its_style(driver: Driver):
    """Every widget would look for its rules, and be laid out, once more."""
    changed: list[QObject] = []

    class Ears(QObject):
        def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
            if event.type() == QEvent.Type.StyleChange:
                changed.append(watched)
            return False

    ears = Ears()
    QApplication.instance().installEventFilter(ears)
    driver.window.choose_theme("dark")
    driver.window.theme.enlarge(1)
    driver.until_drawn()
    QApplication.instance().removeEventFilter(ears)
    assert changed == []


def test_larger_text_is_larger_where_the_style_sheet_has_a_say(driver: Driver):
    before = driver.window.theme.points
    driver.window.theme.enlarge(2)
    driver.until_drawn()
    title = driver.window.frames["hidden"].findChild(QLabel, "title")
    assert title.font().pointSizeF() == before + 2
    assert title.font().weight() == QFont.Weight.DemiBold
