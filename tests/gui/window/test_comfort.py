"""Comfort: pictures on the clipboard, the history as a table, About, keys, full screen, text."""

from __future__ import annotations

import csv

import pytest
import torch
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QDialog

import rnnviz
from rnnviz.gui.window.dialogs import AboutDialog, ShortcutsDialog
from rnnviz.store import places
from tests.gui.driver import Driver

FULL = Qt.WindowState.WindowFullScreen
CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.mark.parametrize("name", ["hidden", "sequence", "loss", "notepad"])
def test_a_panel_can_be_copied_as_a_picture(driver: Driver, name: str):
    QApplication.clipboard().clear()
    dock = driver.window.frames[name]
    dock.copy_button.click()
    assert QApplication.clipboard().pixmap().deviceIndependentSize().toSize() == dock.size()


def test_the_picture_shows_the_panel(driver: Driver):
    dock = driver.window.frames["hidden"]
    dock.copy_button.click()
    assert QApplication.clipboard().image() == dock.grab().toImage()


def test_the_whole_window_can_be_copied_as_a_picture(driver: Driver):
    QApplication.clipboard().clear()
    driver.do("copy_window")
    copied = QApplication.clipboard().pixmap().deviceIndependentSize().toSize()
    assert copied == driver.window.size()


@pytest.fixture
def table(driver: Driver, tmp_path) -> tuple[Driver, list[dict[str, str]]]:
    """A trained window and the rows of the file that it wrote."""
    driver.train_to_the_end()
    file = tmp_path / "history.csv"
    driver.window.write_history(file, driver.workspace.run.history)
    with file.open(newline="") as lines:
        return driver, list(csv.DictReader(lines))


def test_the_history_is_saved_with_one_row_an_epoch(table):
    assert [row["epoch"] for row in table[1]] == ["1", "2", "3"]


@pytest.mark.parametrize("column", ["train_loss", "valid_loss", "grad_norm", "seconds"])
def test_the_history_is_saved_with_every_digit(table, column: str):
    driver, rows = table
    saved = [float(row[column]) for row in rows]
    assert saved == [getattr(record, column) for record in driver.workspace.run.history]


def test_a_name_without_an_ending_becomes_csv(driver: Driver, tmp_path):
    driver.window.write_history(tmp_path / "mine", [])
    assert [file.name for file in tmp_path.iterdir()] == ["mine.csv"]


def test_a_place_that_cannot_be_written_is_one_sentence(driver: Driver, tmp_path):
    driver.window.write_history(tmp_path / "nowhere" / "history.csv", [])
    text = driver.window.notice.label.text()
    assert "could not be written: No such file or directory. Choose another place." in text


def test_without_a_history_there_is_nothing_to_save(driver: Driver):
    assert not driver.window.actions_by_name["save_history"].isEnabled()


def dialog(driver: Driver, kind: type[QDialog]) -> QDialog:
    return driver.window.findChildren(kind)[-1]


@pytest.fixture
def keys(driver: Driver):
    driver.key(Qt.Key.Key_F1)
    shown = dialog(driver, ShortcutsDialog)
    yield shown
    shown.close()


def test_f1_opens_the_list_of_keys(keys):
    assert keys.isVisible()


def test_the_list_has_every_key_of_every_action(keys, driver: Driver):
    actions = driver.window.actions_by_name
    missing = [
        shortcut.toString()
        for name in actions.commands
        for shortcut in actions[name].shortcuts()
        if shortcut.toString(shortcut.SequenceFormat.NativeText) not in keys.text
    ]
    assert missing == []


def test_no_key_has_two_meanings(driver: Driver):
    actions = driver.window.actions_by_name
    all_keys = [
        shortcut.toString() for name in actions.commands for shortcut in actions[name].shortcuts()
    ]
    assert len(all_keys) == len(set(all_keys))


@pytest.fixture
def about(driver: Driver):
    driver.do("about")
    shown = dialog(driver, AboutDialog)
    yield shown
    shown.close()


def test_about_has_the_versions(about):
    assert rnnviz.__version__ in about.text
    assert torch.__version__.split("+")[0] in about.text


def test_about_has_the_folder_of_the_log(about):
    assert str(places.log_folder()) in about.text


def test_about_has_the_device_of_the_run(about):
    assert "cpu, 1 thread" in about.text


def test_about_can_be_copied(about):
    button = next(button for button in about.buttons.buttons() if "Copy" in button.text())
    button.click()
    assert f"rnnviz: {rnnviz.__version__}" in QApplication.clipboard().text()


def test_f11_fills_the_screen(driver: Driver):
    driver.key(Qt.Key.Key_F11)
    assert driver.window.windowState() & FULL


def test_f11_gives_the_screen_back(driver: Driver):
    driver.key(Qt.Key.Key_F11)
    driver.key(Qt.Key.Key_F11)
    assert not driver.window.windowState() & FULL


def test_a_window_that_opens_full_screen_can_be_made_smaller_with_one_key(unplugged):
    first = unplugged()
    first.do("full_screen")
    first.until(lambda: bool(first.window.windowState() & FULL))
    first.window.close()
    second = unplugged()
    assert second.window.actions_by_name["full_screen"].isChecked() == bool(
        second.window.windowState() & FULL
    )


def points() -> float:
    return QApplication.font().pointSizeF()


def test_ctrl_and_plus_make_text_larger(driver: Driver):
    before = points()
    driver.key(Qt.Key.Key_Plus, CTRL)
    assert points() == before + 1


def test_ctrl_and_minus_make_text_smaller(driver: Driver):
    before = points()
    driver.key(Qt.Key.Key_Minus, CTRL)
    assert points() == before - 1


def test_text_grows_no_further_than_twelve_points(driver: Driver):
    before = points()
    for _ in range(20):
        driver.do("larger")
    assert points() == before + 12


def test_the_first_line_says_what_to_do(driver: Driver):
    driver.until_drawn()
    assert "Press Train" in driver.window.status_line.state.text()
