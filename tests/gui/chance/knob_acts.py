"""The experiment: tasks, knobs, undo."""

from __future__ import annotations

from random import Random

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest

from rnnviz.experiment import Experiment, knobs, suited
from rnnviz.knobs import Knob, positions
from rnnviz.tasks import TASKS
from tests.gui.chance.acts import Words, act
from tests.gui.chance.hands import (
    drag_to,
    pick,
    turn_wheel,
)
from tests.gui.driver import Driver

SMALL = {
    "windows": 120,
    "lists": 60,
    "strings": 60,
    "sequences": 60,
    "signals": 60,
    "dates": 500,
    "share": 0.1,
    "length": 30,
    "hidden": 12,
    "embedding": 8,
    "epochs": 4,
}
"""What knobs stand at where an experiment is to be small."""
MOST = SMALL | {
    "windows": 300,
    "dates": 900,
    "length": 80,
    "hidden": 48,
    "embedding": 32,
    "layers": 3,
    "epochs": 8,
    "window": 60,
    "blanks": 20,
    "longest": 60,
    "every": 3,
    "signals": 100,
}
"""And how far they are turned up then."""
RUBBISH = (
    "abc",
    "-1",
    "1e9",
    "",
    "nan",
    "inf",
    "12,5",
    "0",
    "7.5",
    "\N{FULLWIDTH DIGIT ONE}\N{FULLWIDTH DIGIT TWO}",
    "1" * 30,
)


def small(task: str) -> Experiment:
    """A task with little to learn."""
    experiment = suited(TASKS[task]())
    for path, _ in list(knobs(experiment)):
        value = SMALL.get(path.partition(".")[2])
        if value is not None:
            experiment = experiment.with_value(path, value)
    return experiment.with_value("training.device", "cpu")


@act(5, lambda _, chance: [chance.choice(sorted(TASKS)), "small"])
def task(driver: Driver, name: str, size: str) -> None:
    """Choose a task with the keyboard; with small settings, as if a person put them so."""
    panel = driver.panel("experiment")
    if size == "small":
        driver.workspace.draft.replace(small(name), name)
        return
    pick(panel.tasks, list(TASKS).index(name))


def _rows(driver: Driver) -> list[str]:
    return [path for path, row in driver.panel("experiment").rows.items() if row.isVisible()]


def _within(knob: Knob) -> list[int | float]:
    most = MOST.get(knob.name, knob.high)
    return [stop for stop in positions(knob) if stop <= most] or [knob.low]


def _draw_turn(driver: Driver, chance: Random) -> Words | None:
    rows = _rows(driver)
    if not rows:
        return None
    path = chance.choice(rows)
    knob = driver.panel("experiment").rows[path].knob
    if knob.choices:
        return [path, "choose", str(chance.randrange(len(knob.choices)))]
    if knob.files:
        return [path, "file", chance.choice(["choose", "let_go"])]
    stops = _within(knob)
    how = chance.choice(["drag", "drag", "type", "type", "keys", "reset", "wheel"])
    if how == "reset":
        fits = knob.default <= max(stops)
        return [path, "reset"] if fits else None
    if how == "type":
        text = chance.choice(RUBBISH) if chance.random() < 0.2 else f"{chance.choice(stops):g}"
        if text.isdigit() and len(text) < 30 and float(text) > max(stops):
            return None
        return [path, "type", text, chance.choice(["Return", "Return", "Tab", "Esc"])]
    if how == "wheel":
        return [path, "wheel", str(chance.choice([-120, 120]))]
    if how == "keys":
        return [path, "keys", chance.choice(["Left", "Left", "Right", "Home"])]
    share = len(stops) / len(positions(knob)) * chance.random()
    return [path, "drag", f"{share:.3f}"]


@act(17, _draw_turn)
def turn(driver: Driver, path: str, how: str, *words: str) -> None:
    """Turn a knob."""
    panel = driver.panel("experiment")
    row = panel.rows.get(path)
    if row is None or not row.isVisible():
        return
    panel.scroll_area.ensureWidgetVisible(row)
    if how == "choose":
        if row.choice is not None:
            pick(row.choice, int(words[0]))
    elif how == "file":
        if row.file is not None:
            button = row.file.button if words[0] == "choose" else row.file.let_go
            if button.isVisible():
                QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    elif how == "reset":
        QTest.mouseDClick(row.title, Qt.MouseButton.LeftButton)
    elif how == "type":
        driver.window.activateWindow()
        QTest.mouseClick(row.number, Qt.MouseButton.LeftButton)
        row.number.setFocus(Qt.FocusReason.MouseFocusReason)
        if not row.number.hasFocus():  # a small window is in front
            return
        row.number.selectAll()
        QTest.keyClicks(row.number, words[0])
        if not words[0]:
            QTest.keyClick(row.number, Qt.Key.Key_Delete)
        QTest.keyClick(row.number, QKeySequence(words[1])[0].key())
    elif how == "keys":
        row.slider.setFocus(Qt.FocusReason.TabFocusReason)
        QTest.keyClick(row.slider, QKeySequence(words[0])[0].key())
        row.slider.clearFocus()
    elif how == "wheel":
        turn_wheel(row.slider, row.slider.rect().center(), int(words[0]))
    else:
        drag_to(row.slider, float(words[0]))


@act(2, lambda _, chance: [str(chance.randrange(1, 4)), chance.choice(["undo", "redo"])])
def undo(driver: Driver, times: str, what: str) -> None:
    """Take some turns back, or make them again."""
    for _ in range(int(times)):
        if driver.window.actions_by_name[what].isEnabled():
            driver.do(what)
