"""A text of one's own: chosen, dropped, let go, learned and written."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt, QTimer, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit

from rnnviz.engine.messages import Written
from rnnviz.experiment import Experiment, suited
from rnnviz.gui.model.preferences import Preferences
from rnnviz.tasks.characters import Characters
from tests.gui.driver import send_mouse


def experiment(file: str = "") -> Experiment:
    found = suited(Characters(file=file, window=10, share=1.0 if file else 0.1))
    for path, value in (("hidden", 8), ("embedding", 4)):
        found = found.with_value(f"network.{path}", value)
    for path, value in (("epochs", 1), ("device", "cpu")):
        found = found.with_value(f"training.{path}", value)
    return found


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "ein Text.txt"
    path.write_text("xyz\n" * 1500)
    return str(path)


def test_choosing_a_file_is_one_gesture_and_one_undo(unplugged, file: str):
    driver = unplugged(experiment())
    row, draft = driver.row("task.file"), driver.workspace.draft
    assert not row.file.name.isVisible()

    def pick() -> None:
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, QFileDialog)
        dialog.findChild(QLineEdit, "fileNameEdit").setText(file)
        dialog.accept()

    QTimer.singleShot(300, pick)
    row.file.button.click()
    assert draft.experiment == experiment().with_value("task.file", file)
    assert draft.stack.count() == 1
    assert Preferences().folder == str(Path(file).parent)
    assert row.file.name.text() == "ein Text.txt"
    assert row.file.name.toolTip() == file
    assert driver.row("task.text").isHidden()  # it is without effect now
    draft.stack.undo()
    assert draft.experiment == experiment()
    assert not driver.row("task.text").isHidden()
    draft.stack.redo()
    row.file.let_go.click()
    assert draft.experiment == experiment()


def test_a_file_can_be_dropped_on_the_row(unplugged, file: str):
    driver = unplugged(experiment())
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(file)])
    event = QDropEvent(
        QPointF(5, 5),
        Qt.DropAction.CopyAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
        QEvent.Type.Drop,
    )
    driver.row("task.file").dropEvent(event)
    assert driver.workspace.draft.experiment.value("task.file") == file


def test_the_window_does_not_read_the_file(unplugged):
    """It is not there: whoever looked into it would say so."""
    driver = unplugged(experiment("/nowhere/gone.txt"))
    assert driver.row("task.file").file.name.text() == "gone.txt"
    driver.workspace.draft.turn("network.hidden", 9, "hidden units")


def test_a_file_that_is_gone_is_one_sentence_and_other_texts_go_on(opened, file: str):
    preferences = Preferences()
    preferences.experiment = experiment(file)
    preferences.sync()
    Path(file).unlink()
    driver = opened(None)
    driver.until(lambda: driver.workspace.run.state == "failed")
    assert file in driver.notices[-1]
    driver.row("task.file").file.let_go.click()
    driver.until_ready()


def test_it_learns_a_file_and_writes_with_its_letters_alone(opened, file: str):
    driver = opened(experiment())
    driver.until_ready()
    panel = driver.panel("writing")
    driver.window.frames["writing"].raise_()
    driver.until(lambda: panel.up_to_date)
    driver.workspace.draft.turn("task.file", file, "own text")
    driver.until_ready()
    panel.length.setCurrentIndex(0)
    panel.seed_text.setText("\U0001f600 z")
    driver.do("train")
    driver.until_state("finished")
    driver.until(lambda: not panel.going and len(panel.page.letters) == 100)
    assert set(panel.page.letters) <= set("xyz\n")
    assert panel.page.toPlainText() == "\U0001f600 z" + "".join(panel.page.letters)
    # What is typed for the next text changes nothing about this one.
    first = int(panel.page.drawn()["letters"]["start"][0])
    panel.seed_text.setText("a much longer beginning")
    assert panel.page.letter_over(first) == 0
    assert panel.page.letter_over(first - 1) == -1
    starts = panel.page.drawn()["letters"]["start"].tolist()
    for letter in range(100):
        assert panel.page.letter_over(starts[letter]) == letter
        assert panel.page.chance(letter) > 0


def test_pointing_at_a_letter_says_its_chances(opened, file: str):
    driver = opened(experiment(file))
    driver.until_ready()
    driver.window.frames["writing"].raise_()
    panel = driver.panel("writing")
    driver.until(lambda: panel.up_to_date)
    panel.write()
    driver.until(lambda: not panel.going and len(panel.page.letters) == 300)
    page = panel.page
    starts = page.drawn()["letters"]["start"].tolist()
    cursor = page.textCursor()
    cursor.setPosition(starts[0])
    rect = page.cursorRect(cursor)
    inside = QPoint(rect.left() + 3, rect.center().y())
    assert page.letter_at(inside) == 0
    send_mouse(page.viewport(), QEvent.Type.MouseMove, inside)
    assert panel.readout.text().endswith(" %")
    assert page.describe(0).count("<tr>") == len(driver.reports(Written)[0].likely[0]) >= 4
    underlined = [
        page.chance(letter) < 0.05 and page.letters[letter] != "\n" for letter in range(300)
    ]
    cursor.setPosition(starts[0])
    for letter in range(300):
        cursor.setPosition(starts[letter] + 1)
        if page.letters[letter] != "\n":
            assert cursor.charFormat().fontUnderline() is underlined[letter]
    page.setFocus()
    cursor.setPosition(starts[0])
    page.setTextCursor(cursor)
    driver.key(Qt.Key.Key_Right)
    assert page.textCursor().position() == starts[1]
    driver.key(Qt.Key.Key_Escape)
    assert not page.hasFocus()


def test_a_text_can_be_stopped(opened, file: str):
    driver = opened(experiment(file))
    driver.until_ready()
    driver.window.frames["writing"].raise_()
    panel = driver.panel("writing")
    driver.until(lambda: panel.up_to_date)
    panel.length.setCurrentIndex(3)
    panel.write()
    driver.until(lambda: panel.button.text() == "Stop")
    panel.button.click()
    driver.until_drawn()
    assert panel.button.text() == "Write"
    assert len(panel.page.letters) < 2000


def test_a_text_that_changed_on_the_disk_makes_the_run_stale(opened, file: str):
    driver = opened(experiment(file))
    driver.until_ready()
    driver.do("train")
    driver.until_state("finished")
    workspace = driver.workspace
    come_back(driver)
    driver.until(lambda: driver.started.fingerprint.files[0].name == "ein Text.txt")
    assert not workspace.stale
    Path(file).write_text("xyz\n" * 1499 + "zyx\n")
    come_back(driver)
    driver.until(lambda: workspace.stale)
    driver.until_drawn()
    assert "(other data)" in driver.window.status_line.state.text()
    Path(file).write_text("xyz\n" * 1500)
    come_back(driver)
    driver.until(lambda: not workspace.stale)
    Path(file).unlink()
    come_back(driver)
    driver.until(lambda: workspace.stale)


def test_two_runs_of_a_text_that_changed_between_them_have_other_fingerprints(opened, file: str):
    driver = opened(experiment(file))
    driver.until_ready()
    before, settings = driver.started.fingerprint, driver.workspace.run.experiment
    Path(file).write_text("zyx\n" * 1500)
    driver.workspace.reset()
    driver.until_ready()
    assert driver.workspace.run.experiment == settings
    assert driver.started.fingerprint != before
    assert not driver.workspace.run.data_changed


def come_back(driver) -> None:
    """From another window to this one."""
    driver.window.activateWindow()
    QApplication.sendEvent(driver.window, QEvent(QEvent.Type.ActivationChange))
