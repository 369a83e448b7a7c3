"""Frames, Stop and memory with each task at its defaults, in the real window.

    python tests/benchmarks/every_task.py [seconds] [task ...]

1920 × 1080 on a display, every panel open. Prints a table with a line for each task: the
time between two frames and between two pictures while it trains (target: 99 % within 33 ms),
what marking and drawing took of it (8 ms), how soon Stop answers (100 ms), and how much
memory both processes have made after ten retrainings, against after the second (1.10).
"""

from __future__ import annotations

import argparse
import sys
import time
from itertools import pairwise
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.benchmarks.machine import live, screen, wait_until
from tests.benchmarks.memory import megabytes

RETRAININGS = 10


class Watched:
    """The window, and what its frames take while it trains one task."""

    def __init__(self) -> None:
        from PySide6.QtCore import QEvent, QObject

        from rnnviz.experiment import Experiment
        from rnnviz.gui.app import application, open_window

        application()
        self.window = open_window(Experiment())
        self.window.setGeometry(0, 0, 1920, 1080)
        self.workspace, self.run = self.window.workspace, self.window.workspace.run
        wait_until(lambda: self.run.state == "paused")
        self.workspace.view_state.select_unit(0)
        live(0.5)
        self.pictures: list[float] = []
        outer = self

        class Painted(QObject):
            def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
                if event.type() == QEvent.Type.UpdateRequest and watched is outer.window:
                    outer.pictures.append(time.perf_counter())
                return False

        self._painted = Painted()
        self.window.installEventFilter(self._painted)
        self.ticks: list[float] = []
        self.drawn: list[float] = []
        self.workspace.clock.ticked.connect(lambda passed: self.ticks.append(1000 * passed))
        self.workspace.clock.drawn.connect(lambda took: self.drawn.append(1000 * took))

    def begin(self, task: str) -> None:
        """Train a task at its defaults until told otherwise."""
        from rnnviz.experiment import suited
        from rnnviz.tasks import TASKS

        experiment = suited(TASKS[task]()).with_value("training.patience", 0)
        self.workspace.draft.replace(experiment.with_value("training.epochs", 10_000), task)
        self.workspace.begin()
        number = self.run.number
        wait_until(lambda: self.run.number == number and self.run.step > 0)

    def frames(self, seconds: float) -> tuple[float, float, float]:
        """The 99th percentiles between frames, between pictures, and of drawing, in ms."""
        live(1)
        self.ticks.clear()
        self.drawn.clear()
        self.pictures.clear()
        live(seconds)
        if self.run.state != "training":
            sys.exit("the run was over before the time was: give it fewer seconds")
        between = [1000 * (b - a) for a, b in pairwise(self.pictures)]
        late = (float(np.percentile(found, 99)) for found in (self.ticks, between, self.drawn))
        frames, pictures, drawn = late
        return frames, pictures, drawn

    def stop(self) -> float:
        """Milliseconds from Stop to its answer."""
        from PySide6.QtCore import QCoreApplication, QEventLoop

        start = time.perf_counter()
        self.window.actions_by_name["stop"].trigger()
        while self.run.state != "stopped":
            if time.perf_counter() - start > 60:
                raise TimeoutError(f"Stop was not answered: the run is {self.run.state}")
            QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 5)
        return 1000 * (time.perf_counter() - start)

    def memory(self) -> tuple[float, float]:
        """Megabytes that the window and the engine have made themselves."""
        assert self.run.engine is not None
        return megabytes("self")[2], megabytes(self.run.engine.pid)[2]


def measured(watched: Watched, task: str, seconds: float) -> str:
    """One line of the table."""
    stops, sizes = [], []
    watched.begin(task)
    frames = watched.frames(seconds)
    stops.append(watched.stop())
    for number in range(1, RETRAININGS + 1):
        watched.begin(task)
        live(0.4)
        stops.append(watched.stop())
        if number in (2, RETRAININGS):
            wait_until(lambda: watched.run.judged or not watched.run.history)
            live(0.3)
            sizes.append(watched.memory())
    window, engine = (b / a for a, b in zip(*sizes, strict=True))
    return (
        f"| {task} | {frames[0]:.1f} | {frames[1]:.1f} | {frames[2]:.1f} "
        f"| {np.median(stops):.0f} / {max(stops):.0f} | {window:.2f} | {engine:.2f} |"
    )


def main() -> None:
    """Print the table."""
    from rnnviz.tasks import TASKS

    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("seconds", nargs="?", type=float, default=5.0)
    parser.add_argument("tasks", nargs="*", metavar="task", default=list(TASKS))
    given = parser.parse_args()
    if given.seconds < 1:
        parser.error("seconds must be 1 or more")
    if unknown := set(given.tasks) - set(TASKS):
        parser.error(f"there is no task {min(unknown)}: there are {', '.join(TASKS)}")
    with screen() as platform:
        watched = Watched()
        print(f"{platform}, {given.seconds:g} s of frames each, milliseconds and ratios\n")
        print("| task | frames p99 | pictures p99 | drawing p99 | Stop median / max ", end="")
        print("| window's memory | engine's memory |")
        print("| --- | --- | --- | --- | --- | --- | --- |", flush=True)
        for task in given.tasks:
            print(measured(watched, task, given.seconds), flush=True)
        watched.window.close()
        live(0.1)


if __name__ == "__main__":
    main()
