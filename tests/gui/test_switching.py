"""Switching at random while it trains: nothing stale, nothing left behind, no exception."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QApplication, QWidget

import rnnviz
from rnnviz.cells import CELLS
from rnnviz.engine.messages import Failed, LiveTrace, Started
from rnnviz.experiment import Experiment, knobs, suited
from rnnviz.gui.app import open_window
from rnnviz.knobs import KnobError
from rnnviz.tasks import TASKS
from tests.gui.chance.knob_acts import small
from tests.gui.driver import SIZE, SMALL, Driver, end

TURNED = (
    "cell",
    "layers",
    "direction",
    "language",
    "text",
    "tokens",
    "series",
    "wave",
    "spellings",
)


def switched(experiment: Experiment, chance: random.Random) -> Experiment:
    """Another task, or a choice of this one turned."""
    if chance.random() < 0.4:
        return small(chance.choice(list(TASKS)))
    own = [(path, knob) for path, knob in knobs(experiment) if path.partition(".")[2] in TURNED]
    path, knob = chance.choice(own)
    values = knob.choices or range(1, 5)
    try:
        return experiment.with_value(path, chance.choice(list(values)))
    except KnobError:  # both ways where that would look ahead, a window that does not fit
        return experiment


@pytest.fixture
def window(qapp: object) -> Iterator[Driver]:
    driver = Driver(open_window(SMALL))
    driver.window.resize(*SIZE)
    driver.until_ready()
    for dock in driver.window.frames.values():  # so that each is made
        dock.show()
        dock.raise_()
        driver.until_drawn()
    yield driver
    end(driver.window)


def shows_what_was_asked_for(driver: Driver) -> bool:
    """Whether the trace on the screen is of the present run's network and task."""
    experiment, trace = driver.workspace.run.experiment, driver.workspace.view_state.trace
    assert experiment is not None
    network = experiment.network
    directions = 2 if network.direction == "both" else 1
    return (
        trace is not None
        and trace.kind == CELLS[network.cell].mode
        and (trace.units, trace.layers) == (network.hidden, network.layers * directions)
        and trace.timesteps <= experiment.task.open(0).timesteps
    )


def left(driver: Driver) -> tuple[int, int]:
    return len(driver.window.findChildren(QWidget)), len(driver.window.findChildren(QObject))


def test_a_hundred_switches_at_random_leave_the_window_as_it_should_be(window: Driver):
    chance = random.Random(11)
    workspace, experiment = window.workspace, SMALL
    counted: list[tuple[int, int]] = []
    for kind in TASKS.values():  # rows are kept: as many as the task with the most knobs has
        workspace.draft.replace(suited(kind()), "switched")
    for number in range(100):
        experiment = switched(experiment, chance)
        workspace.draft.replace(experiment, "switched")
        workspace.begin()
        chance.choice(list(window.window.frames.values())).raise_()
        if number % 4:  # the others are overtaken before they have begun
            window.until(lambda: bool(window.reports(LiveTrace)))
            assert shows_what_was_asked_for(window)
            assert workspace.run.figures is None or len(workspace.run.history)
        if number in (20, 99):
            workspace.draft.replace(SMALL, "switched")
            workspace.begin()
            window.until_state("finished")
            window.until_drawn()
            workspace.draft.stack.clear()
            counted.append(left(window))
            assert shows_what_was_asked_for(window)
    assert not [report for report in window.heard if isinstance(report, Failed)]
    begun = {report.run for report in window.heard if isinstance(report, Started)}
    assert len(begun) > 75
    widgets, objects = (b - a for a, b in zip(*counted, strict=True))
    assert (widgets, abs(objects) < 20) == (0, True)


@pytest.fixture
def damaged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The data folder of a copy of rnnviz that engines are started from."""
    root = Path(rnnviz.__file__).parents[1]
    for folder in ("rnnviz", "resources"):
        shutil.copytree(root / folder, tmp_path / folder)
    monkeypatch.setattr(rnnviz, "__file__", str(tmp_path / "rnnviz" / "__init__.py"))
    return tmp_path / "resources" / "data"


def test_a_damaged_or_missing_file_is_one_sentence_and_other_tasks_go_on(
    opened: Callable[..., Driver], damaged: Path
):
    lines = (damaged / "sunspots.csv").read_text().splitlines()
    lines[40] = "1752-04,many"
    (damaged / "sunspots.csv").write_text("\n".join(lines))
    (damaged / "bach-chorales.json").unlink()
    driver = opened(SMALL)
    for task, said in {
        "series": "Line 41 of the data file sunspots.csv",
        "chorales": "json",
    }.items():
        driver.workspace.draft.replace(small(task), task)
        driver.workspace.begin()
        driver.until_state("failed")
        notice = driver.window.notice.label.text()
        assert said in notice
        assert "Traceback" not in notice
    driver.workspace.draft.replace(small("recall"), "recall")
    driver.workspace.begin()
    driver.until_state("finished")
    assert driver.window.notice.isHidden()


@pytest.mark.parametrize("name", ["characters", "series", "sine"])
def test_tab_goes_from_the_task_through_its_knobs_as_they_stand(driver: Driver, name: str):
    """Whichever rows of other tasks they are shown in."""
    for kind in (*TASKS.values(), TASKS[name]):
        driver.workspace.draft.replace(suited(kind()), "switched")
    panel = driver.panel("experiment")
    rows = [row for path, row in panel.rows.items() if path.startswith("task.")]
    assert [row.y() for row in rows] == sorted(row.y() for row in rows)
    panel.tasks.setFocus(Qt.FocusReason.TabFocusReason)
    for row in rows:
        for field in row.fields:
            if field.isVisible() and field.isEnabled():
                driver.key(Qt.Key.Key_Tab)
                assert QApplication.focusWidget() is field, row.knob.name
