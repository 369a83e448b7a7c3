"""Undo and redo of knobs, presets and defaults."""

from __future__ import annotations

import math
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QStyle, QStyleOptionSlider

from rnnviz.experiment import Experiment, Network, Training
from rnnviz.gui.widgets.slider import Slider
from rnnviz.tasks import Sine
from tests.gui.driver import SINE, SMALL, Driver, drag

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def handle(slider: Slider) -> QPoint:
    option = QStyleOptionSlider()
    slider.initStyleOption(option)
    complex_slider, part = QStyle.ComplexControl.CC_Slider, QStyle.SubControl.SC_SliderHandle
    return slider.style().subControlRect(complex_slider, option, part, slider).center()


def moved(slider: Slider, start: QPoint) -> list[QPoint]:
    """A way along the slider from a place, towards the end with more room."""
    step = 12 if start.x() < slider.width() / 2 else -12
    return [start + QPoint(step * k, 0) for k in range(7)]


def press(driver: Driver, path: str, *keys: Qt.Key) -> None:
    slider = driver.row(path).slider
    slider.setFocus(Qt.FocusReason.TabFocusReason)
    for key in keys:
        QTest.keyClick(slider, key)


def test_one_drag_of_the_handle_is_undone_at_once(driver: Driver):
    slider = driver.row("task.window").slider
    drag(slider, *moved(slider, handle(slider)))
    assert driver.workspace.draft.stack.count() == 1


def test_a_drag_of_the_handle_turns_the_knob(driver: Driver):
    slider = driver.row("task.window").slider
    drag(slider, *moved(slider, handle(slider)))
    assert driver.workspace.draft.experiment.value("task.window") != SINE.window


def test_a_drag_that_begins_beside_the_handle_is_undone_at_once(driver: Driver):
    slider = driver.row("task.window").slider
    start = QPoint(slider.width() - 20, slider.height() // 2)
    drag(slider, *moved(slider, start))
    assert driver.workspace.draft.stack.count() == 1


def test_a_drag_that_begins_beside_the_handle_follows_the_mouse(driver: Driver):
    slider = driver.row("network.layers").slider  # four stops: far apart
    y = slider.height() // 2
    drag(slider, QPoint(slider.width() * 6 // 10, y), QPoint(slider.width() - 1, y))
    assert driver.workspace.draft.experiment.network.layers == 4


def test_a_click_beside_the_handle_goes_to_the_nearest_stop(driver: Driver):
    slider = driver.row("network.layers").slider
    place = QPoint(slider.width() * 6 // 10, slider.height() // 2)
    QTest.mouseClick(slider, Qt.MouseButton.LeftButton, pos=place)
    assert driver.workspace.draft.experiment.network.layers == 3


def test_two_drags_are_undone_one_by_one(driver: Driver):
    slider = driver.row("task.window").slider
    for _ in range(2):
        drag(slider, *moved(slider, handle(slider)))
    assert driver.workspace.draft.stack.count() == 2


def test_each_key_is_undone_by_itself(driver: Driver):
    press(driver, "task.window", Qt.Key.Key_Right, Qt.Key.Key_Right)
    assert driver.workspace.draft.stack.count() == 2


def test_undo_puts_a_knob_back(driver: Driver):
    press(driver, "task.window", Qt.Key.Key_Right)
    driver.key(Qt.Key.Key_Z, CTRL)
    assert driver.workspace.draft.experiment == SMALL


@pytest.mark.parametrize(("key", "modifier"), [(Qt.Key.Key_Y, CTRL), (Qt.Key.Key_Z, CTRL | SHIFT)])
def test_redo_turns_it_again(driver: Driver, key, modifier):
    press(driver, "task.window", Qt.Key.Key_Right)
    turned = driver.workspace.draft.experiment
    driver.key(Qt.Key.Key_Z, CTRL)
    driver.key(key, modifier)
    assert driver.workspace.draft.experiment == turned


def test_undo_moves_the_slider_back(driver: Driver):
    slider = driver.row("task.window").slider
    before = slider.value()
    press(driver, "task.window", Qt.Key.Key_Right)
    driver.do("undo")
    assert slider.value() == before


def test_undo_reaches_the_engine(driver: Driver):
    press(driver, "task.window", Qt.Key.Key_Right)
    driver.until_ready()
    driver.do("undo")
    driver.until_ready()
    assert driver.workspace.view_state.trace.timesteps == SINE.window


def test_a_drag_back_to_where_it_began_leaves_nothing_to_undo(driver: Driver):
    slider = driver.row("task.window").slider
    way = moved(slider, handle(slider))
    drag(slider, *way, *reversed(way))
    assert driver.workspace.draft.stack.count() == 0


def test_with_nothing_turned_there_is_nothing_to_undo(driver: Driver):
    assert not driver.window.actions_by_name["undo"].isEnabled()


def test_with_nothing_undone_there_is_nothing_to_redo(driver: Driver):
    press(driver, "task.window", Qt.Key.Key_Right)
    assert not driver.window.actions_by_name["redo"].isEnabled()


def preset(driver: Driver, number: int):
    """A preset's entry in the menu bar."""
    for action in driver.window.menuBar().actions():
        if action.text().replace("&", "") == "Presets":
            menu: Any = action.menu()
            menu.aboutToShow.emit()  # it is filled when it is opened
            return menu.actions()[number]
    raise LookupError("no menu of presets")


def test_the_first_preset_is_the_job_of_the_tutorial(driver: Driver):
    preset(driver, 0).trigger()
    assert driver.workspace.draft.experiment == Experiment(
        task=Sine(window=50, period=20 * math.pi, noise=0, ahead=1, windows=3000),
        network=Network(hidden=64, layers=1),
        training=Training(learning_rate=1e-3, batch=64, epochs=30, clip_norm=0, seed=0),
    )


def test_a_preset_is_shown_by_the_sliders(driver: Driver):
    preset(driver, 0).trigger()
    assert {path: row.value for path, row in driver.panel("experiment").rows.items()} == {
        path: Experiment().value(path) for path in driver.panel("experiment").rows
    }


def test_a_preset_can_be_undone(driver: Driver):
    preset(driver, 0).trigger()
    driver.do("undo")
    assert driver.workspace.draft.experiment == SMALL


def test_defaults_put_all_knobs_back(driver: Driver):
    driver.do("defaults")
    assert driver.workspace.draft.experiment == Experiment()


def test_defaults_can_be_undone(driver: Driver):
    driver.do("defaults")
    driver.do("undo")
    assert driver.workspace.draft.experiment == SMALL
