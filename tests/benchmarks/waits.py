"""How long the window's thread is busy with one action of a person, and when it is shown.

    python tests/benchmarks/waits.py [times]

1920 × 1080 on a display, after a run of the sine task, so that nothing but the action is
drawn. For each action the time until the end of the last picture that it caused, and the
longest stretch in which the window's thread heard nothing (target of both: 100 ms).
"""

from __future__ import annotations

import itertools
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.benchmarks.machine import live, percentiles, screen, wait_until

QUIET = 0.12
"""seconds without a picture after which an action is over"""


class Watched:
    """A window that has been trained, and what its pictures and its thread did."""

    def __init__(self) -> None:
        from PySide6.QtCore import QEvent, QObject, QTimer

        from rnnviz.experiment import Experiment
        from rnnviz.gui.app import application, open_window

        application()
        self.window = open_window(Experiment().with_value("training.epochs", 2))
        self.window.setGeometry(0, 0, 1920, 1080)
        self.workspace = self.window.workspace
        wait_until(lambda: self.workspace.run.state == "paused")
        self.window.actions_by_name["train"].trigger()
        wait_until(lambda: self.workspace.run.state == "finished")
        wait_until(lambda: not self.workspace.clock.running)
        self.shown = self.beat = time.perf_counter()
        self.longest = 0.0
        outer = self

        class Painted(QObject):
            """Notes when a picture is done."""

            def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
                if event.type() != QEvent.Type.UpdateRequest:
                    return False
                watched.event(event)
                outer.shown = time.perf_counter()
                return True

        self._painted = Painted()
        self.window.installEventFilter(self._painted)
        self._heart = QTimer(interval=1)
        self._heart.timeout.connect(self._beat)
        self._heart.start()

    def _beat(self) -> None:
        now = time.perf_counter()
        self.longest, self.beat = max(self.longest, now - self.beat), now

    def time(self, action: Callable[[], object]) -> tuple[float, float]:
        """Milliseconds until an action was shown, and of its longest wait."""
        live(0.05)
        self._beat()
        self.longest, start = 0.0, time.perf_counter()
        self.shown = start
        action()
        while time.perf_counter() - self.shown < QUIET:
            live(0.01)
        wait_until(lambda: not self.workspace.clock.running)
        return 1000 * (self.shown - start), 1000 * self.longest


def actions(watched: Watched) -> dict[str, Callable[[], object]]:
    """What is timed, by name; each call does the next of its kind."""
    from rnnviz.experiment import suited
    from rnnviz.tasks import TASKS

    window, draft = watched.window, watched.workspace.draft
    kinds = itertools.cycle([*list(TASKS.values())[1:], TASKS["sine"]])
    themes: Any = itertools.cycle(("dark", "light"))
    sizes = itertools.cycle((1, 1, -1, -1))
    behind = itertools.cycle(("result", "loss"))
    unit = itertools.cycle((3, 5))
    widths = itertools.cycle((1700, 1920))

    def task() -> None:
        kind = next(kinds)
        draft.replace(suited(kind()), kind.title)

    def tab() -> None:
        window.frames[next(behind)].raise_()

    def float_dock() -> None:
        dock = window.frames["notepad"]
        dock.setFloating(not dock.isFloating())

    return {
        "task": task,
        "theme": lambda: window.choose_theme(next(themes)),
        "text size": lambda: window.theme.enlarge(next(sizes)),
        "undo": draft.stack.undo,
        "defaults": window.actions_by_name["defaults"].trigger,
        "tab": tab,
        "unit": lambda: watched.workspace.view_state.select_unit(next(unit)),
        "width": lambda: window.resize(next(widths), 1080),
        "float": float_dock,
        "layout": window.reset_layout,
    }


def main(times: int) -> None:
    """Print the times of all actions."""
    with screen() as platform:
        watched = Watched()
        live(0.5)
        print(f"milliseconds, {times} times each, on {platform}")
        for name, action in actions(watched).items():
            shown, waits = zip(*(watched.time(action) for _ in range(times)), strict=True)
            print(f"  {name:10} shown {percentiles(shown)}   longest wait {percentiles(waits)}")
        watched.window.close()
        live(0.1)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 24)
