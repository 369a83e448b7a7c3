"""The wheel looks closer or less close, around what is under the mouse."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication

from rnnviz.gui.widgets.plot import Plot
from tests.gui.driver import SINE, Driver, pixel

NOTCH = 120  # of a wheel, in eighths of a degree; away from the hand


def turn_wheel(driver: Driver, plot: Plot, x: float, notches: int) -> None:
    """Turn the wheel over this x, and let the window draw."""
    low, high = plot.box.viewRange()[1]
    place = pixel(plot, x, (low + high) / 2)
    event = QWheelEvent(
        QPointF(place),
        QPointF(plot.viewport().mapToGlobal(place)),
        QPoint(),
        QPoint(0, notches * NOTCH),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(plot.viewport(), event)
    driver.until_drawn()


def width(plot: Plot) -> float:
    low, high = plot.x_range()
    return high - low


def share(plot: Plot, x: float) -> float:
    """How far from the left edge an x is, of the whole width."""
    return (x - plot.x_range()[0]) / width(plot)


@pytest.mark.parametrize("name", ["sequence", "loss"])
def test_the_wheel_away_from_the_hand_looks_closer_and_towards_it_less_close(
    driver: Driver, name: str
):
    driver.train_to_the_end()
    plot = driver.panel(name).plot
    whole = width(plot)
    middle = sum(plot.x_range()) / 2
    turn_wheel(driver, plot, middle, 2)
    closer = width(plot)
    assert closer < 0.9 * whole
    turn_wheel(driver, plot, middle, -1)
    assert closer < width(plot) < whole


def test_what_is_under_the_mouse_stays_there(driver: Driver):
    plot = driver.panel("sequence").plot
    low, high = plot.x_range()
    x = low + 0.3 * (high - low)
    before = share(plot, x)
    turn_wheel(driver, plot, x, 3)
    assert share(plot, x) == pytest.approx(before, abs=2 / plot.width())


def test_no_closer_than_two_timesteps(driver: Driver):
    plot = driver.panel("sequence").plot
    turn_wheel(driver, plot, 6, 100)
    assert width(plot) == pytest.approx(2)


def test_no_less_close_than_all_timesteps_and_the_answer(driver: Driver):
    plot = driver.panel("sequence").plot
    turn_wheel(driver, plot, 6, 3)
    turn_wheel(driver, plot, 6, -100)
    assert plot.x_range() == pytest.approx((0.5, SINE.window + 1.5))


def test_a_double_click_shows_all_again(driver: Driver):
    plot = driver.panel("sequence").plot
    whole = plot.x_range()
    turn_wheel(driver, plot, 6, 5)
    assert plot.x_range() != pytest.approx(whole)
    plot.reset.emit()
    driver.until_drawn()
    assert plot.x_range() == pytest.approx(whole)
