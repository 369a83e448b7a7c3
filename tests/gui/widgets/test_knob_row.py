"""A knob's row: typing, refusals, double clicks, Escape."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit

from rnnviz.engine.messages import Started
from rnnviz.gui.model.preferences import Preferences
from rnnviz.gui.widgets.knob_row import KnobRow
from rnnviz.knobs import Knob
from tests.gui.driver import SMALL, Driver

LEFT = Qt.MouseButton.LeftButton


def field(driver: Driver, path: str) -> QLineEdit:
    return driver.row(path).number


def write(driver: Driver, path: str, text: str, key: Qt.Key | None = Qt.Key.Key_Return) -> None:
    """Click into the field, take what is there, type over it, end with a key."""
    number = field(driver, path)
    QTest.mouseClick(number, LEFT)
    QTest.keyClick(number, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(number, text)
    if key is not None:
        QTest.keyClick(number, key)


def value(driver: Driver, path: str) -> object:
    return driver.workspace.draft.experiment.value(path)


@pytest.mark.parametrize(
    ("path", "text", "meant"),
    [
        ("task.window", "37", 37),
        ("task.window", "1e2", 100),
        ("task.window", "2000", 2000),  # more than the slider offers, not more than is taken
        ("task.noise", "0,25", 0.25),
        ("task.noise", " 0.125 ", 0.125),
        ("training.learning_rate", "3e-4", 3e-4),
        ("training.clip_norm", "off", 0.0),
        ("training.clip_norm", "0.5", 0.5),
        ("training.seed", "123456", 123456),
    ],
)
def test_a_number_that_is_typed_is_taken(driver: Driver, path: str, text: str, meant: float):
    write(driver, path, text)
    assert value(driver, path) == meant


def test_a_number_that_is_typed_reaches_the_engine(driver: Driver):
    write(driver, "network.hidden", "7")
    driver.until_ready()
    assert driver.workspace.view_state.trace.units == 7


def test_after_return_the_keyboard_goes_back_to_the_player(driver: Driver):
    write(driver, "network.hidden", "7")
    assert not field(driver, "network.hidden").hasFocus()


def test_the_tab_key_takes_a_number_too(driver: Driver):
    write(driver, "network.hidden", "7", Qt.Key.Key_Tab)
    assert value(driver, "network.hidden") == 7


WRONG = [
    ("network.hidden", "0", "Hidden units must be 1 to 512, not 0."),
    ("network.hidden", "513", "Hidden units must be 1 to 512, not 513."),
    ("network.hidden", "2.5", "Hidden units must be a whole number, not 2.5."),
    ("network.hidden", "many", "Hidden units must be a number, not many."),
    ("training.learning_rate", "-1", "Learning rate must be 1e-05 to 10000, not -1."),
    ("training.learning_rate", "nan", "Learning rate must be 1e-05 to 10000, not nan."),
    ("training.clip_norm", "inf", "Clipping norm must be 0.01 to 1e+06, or 0 (off), not inf."),
]


@pytest.mark.parametrize(("path", "text", "sentence"), WRONG)
def test_a_refusal_is_one_sentence_under_the_field(driver: Driver, path, text, sentence):
    write(driver, path, text)
    assert driver.row(path).error == sentence


@pytest.mark.parametrize(("path", "text", "sentence"), WRONG)
def test_what_is_refused_changes_nothing(driver: Driver, path, text, sentence):
    write(driver, path, text)
    assert driver.workspace.draft.experiment == SMALL


def test_what_is_refused_is_not_sent(driver: Driver):
    write(driver, "network.hidden", "0")
    assert not driver.workspace.due
    assert driver.reports(Started) == []


def test_what_is_refused_can_be_seen(driver: Driver):
    write(driver, "network.hidden", "0")
    row = driver.row("network.hidden")
    label = row.findChild(QLabel, "error")
    assert label.isVisible()
    assert label.visibleRegion().boundingRect().height() >= label.height()


def test_what_is_refused_stays_to_be_mended(driver: Driver):
    write(driver, "network.hidden", "0")
    assert field(driver, "network.hidden").text() == "0"


def test_a_mended_number_takes_its_refusal_away(driver: Driver):
    write(driver, "network.hidden", "0")
    write(driver, "network.hidden", "8")
    assert driver.row("network.hidden").error == ""


def test_escape_gives_up_what_was_typed(driver: Driver):
    write(driver, "network.hidden", "77", Qt.Key.Key_Escape)
    assert field(driver, "network.hidden").text() == "9"


def test_escape_changes_nothing(driver: Driver):
    write(driver, "network.hidden", "77", Qt.Key.Key_Escape)
    assert driver.workspace.draft.experiment == SMALL


def test_escape_takes_a_refusal_away(driver: Driver):
    write(driver, "network.hidden", "0")
    QTest.keyClick(field(driver, "network.hidden"), Qt.Key.Key_Escape)
    assert driver.row("network.hidden").error == ""


def test_escape_in_a_field_keeps_the_selected_unit(driver: Driver):
    driver.workspace.view_state.select_unit(3)
    write(driver, "network.hidden", "77", Qt.Key.Key_Escape)
    assert driver.workspace.view_state.unit == 3


def test_letters_that_are_keys_elsewhere_are_letters_in_a_field(driver: Driver):
    write(driver, "network.hidden", "l[ ]", None)
    assert field(driver, "network.hidden").text() == "l[ ]"


def test_leaving_a_field_untouched_turns_nothing(driver: Driver):
    number = field(driver, "task.period")  # 62.8319 is shown as 62.8
    QTest.mouseClick(number, LEFT)
    QTest.keyClick(number, Qt.Key.Key_Return)
    assert driver.workspace.draft.experiment == SMALL


def test_a_double_click_on_the_slider_resets(driver: Driver):
    slider = driver.row("network.hidden").slider
    QTest.mouseDClick(slider, LEFT, pos=slider.rect().center())
    assert value(driver, "network.hidden") == 64


def test_a_double_click_on_the_name_resets(driver: Driver):
    QTest.mouseDClick(driver.row("task.window").title, LEFT)
    assert value(driver, "task.window") == 50


def test_a_double_click_resets_only_its_own_knob(driver: Driver):
    QTest.mouseDClick(driver.row("task.window").title, LEFT)
    assert driver.workspace.draft.experiment == SMALL.with_value("task.window", 50)


def test_the_number_follows_the_slider(driver: Driver):
    slider = driver.row("training.epochs").slider
    slider.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(slider, Qt.Key.Key_Home)
    assert field(driver, "training.epochs").text() == "1"


def test_the_slider_follows_the_number(driver: Driver):
    write(driver, "training.epochs", "1")
    slider = driver.row("training.epochs").slider
    assert slider.value() == slider.minimum()


@pytest.mark.parametrize("path", ["task.window", "network.hidden", "training.learning_rate"])
def test_a_tooltip_says_what_the_knob_does_in_one_sentence(driver: Driver, path: str):
    row = driver.row(path)
    assert row.knob.help in row.toolTip()


def test_a_switch_is_flipped_by_the_mouse_and_by_the_space_bar(qtbot):
    knob = msgspec.structs.replace(
        Knob("bias", "Whether a constant is added."), name="bias", kind=bool, default=True
    )
    row = KnobRow(knob, Preferences)
    qtbot.addWidget(row)
    with qtbot.waitExposed(row):
        row.show()
    turned = []
    row.turned.connect(lambda value, _gesture: turned.append(value))
    field: Any
    (field,) = row.fields
    assert (row.value, field.isChecked()) == (True, True)
    QTest.mouseClick(field, Qt.MouseButton.LeftButton)
    QTest.keyClick(field, Qt.Key.Key_Space)
    row.reset()
    assert turned == [False, True, True]
    assert "yes or no; default yes" in row.toolTip()
