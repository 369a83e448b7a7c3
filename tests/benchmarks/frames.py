"""How evenly the window paints while a network learns: 1920 × 1080, every panel open.

    python tests/benchmarks/frames.py [seconds]

Trains the sine job with the real engine, without a screen and on a display. Frames are
told from two sides: by the clock that makes them, and by the window's pictures as Qt
hands them to the screen. On a machine that has other things to do, frames also wait for a
processor: what a frame itself takes is its processor time, and the share of the time that
the window's thread was made to wait stands beside it.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.benchmarks.machine import Option, live, numbers, percentiles, screen, wait_until

TARGET = 33.0
TARGET_DRAWN = 8.0


def watch(seconds: float) -> None:
    """Open the window, train, print what the frames took."""
    from PySide6.QtCore import QEvent, QObject, QRect, Qt
    from PySide6.QtWidgets import QWidget

    from rnnviz.experiment import Experiment
    from rnnviz.gui.app import application, open_window

    app = application()
    window = open_window(Experiment().with_value("training.epochs", 10_000))
    window.setGeometry(QRect(0, 0, 1920, 1080))
    wait_until(lambda: window.workspace.run.state == "paused")
    window.workspace.view_state.select_unit(0)
    live(0.5)
    window.actions_by_name["train"].trigger()
    wait_until(lambda: len(window.workspace.run.history) > 0)
    live(1)

    clock = window.workspace.clock
    ticks: list[float] = []
    drawn: list[float] = []
    worked: list[float] = []
    pictures: list[float] = []

    class Painted(QObject):
        """Times the request that paints all that is due, from its begin to its end."""

        def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
            if event.type() == QEvent.Type.UpdateRequest and isinstance(watched, QWidget):
                pictures.append(time.perf_counter())
            return False

    painted = Painted()
    window.installEventFilter(painted)

    def tick(passed: float) -> None:
        ticks.append(passed * 1000)
        worked.append(time.thread_time() * 1000)

    clock.ticked.connect(tick)
    clock.drawn.connect(lambda took: drawn.append(took * 1000))
    waited = waiting()
    steps, start, busy = window.workspace.run.step, time.perf_counter(), time.process_time()
    live(seconds)
    steps, passed = window.workspace.run.step - steps, time.perf_counter() - start
    if window.workspace.run.state != "training":
        sys.exit("the run was over before the time was: give it fewer seconds")
    busy = (time.process_time() - busy) / passed
    waited = (waiting() - waited) / passed
    window.removeEventFilter(painted)
    between = [1000 * (b - a) for a, b in pairwise(pictures)]
    work = [b - a for a, b in pairwise(worked)]
    panels = sum(dock.isVisible() for dock in window.frames.values())
    print(
        f"{app.platformName()}, {window.width()} × {window.height()}, {panels} panels, "
        f"{len(ticks) / passed:.0f} frames/s, {steps / passed:.0f} steps/s, "
        f"window busy {busy:.0%}, waiting for a processor {waited:.0%}"
    )
    print(f"  between two frames   {percentiles(ticks)} ms  (target: p99 {TARGET:.0f})")
    print(f"  between two pictures {percentiles(between)} ms  (target: p99 {TARGET:.0f})")
    print(f"  work of one frame    {percentiles(work)} ms of processor time")
    print(f"  marking and drawing  {percentiles(drawn)} ms  (target: {TARGET_DRAWN:.0f})")
    window.actions_by_name["stop"].trigger()
    wait_until(lambda: window.workspace.run.state == "stopped" and not clock.running)
    live(1)
    busy = time.process_time()
    live(5)
    print(f"  5 s at rest          {1000 * (time.process_time() - busy):.0f} ms of processor time")
    window.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    window.close()


def waiting() -> float:
    """Seconds that this thread was ready to run and had no processor."""
    return int(Path("/proc/thread-self/schedstat").read_text().split()[1]) / 1e9


def main(seconds: float) -> None:
    """Watch without a screen, then on one."""
    for wanted in ("offscreen", ""):
        os.environ["QT_QPA_PLATFORM"] = wanted
        with screen():
            command = [sys.executable, __file__, "watch", str(seconds)]
            if subprocess.run(command, timeout=180 + seconds).returncode:
                sys.exit(1)


if __name__ == "__main__":
    if sys.argv[1:2] == ["watch"]:
        watch(float(sys.argv[2]))
    else:
        main(*numbers(__doc__, Option("seconds", 15.0)))
