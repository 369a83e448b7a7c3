"""How soon the window answers: Stop, and a slider until the first loss of the new run.

    python tests/benchmarks/latency.py [times]

The real window and engine, on a display. A slider is one press of an arrow key on "hidden
units", back and forth, with *retrain as I move* on; `REST_MS` of rest belong to that on
purpose, and the line below it leaves them out. "First time" moves to a network that was
not timed yet, so that the choice of the device is measured in it.
"""

from __future__ import annotations

import itertools
import sys
import time
from collections.abc import Callable

from machine import live, percentiles, screen

TARGET_STOP = 100
TARGET_LOSS = 300


def until(true: Callable[[], bool]) -> float:
    """Milliseconds until something is so, as the window sees it."""
    from PySide6.QtCore import QCoreApplication, QEventLoop

    start = time.perf_counter()
    while not true():
        if time.perf_counter() - start > 60:
            raise TimeoutError("the window did not answer")
        QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
    return 1000 * (time.perf_counter() - start)


def main(times: int) -> None:
    """Print the times of all answers."""
    with screen() as platform:
        from PySide6.QtCore import QTimer

        from rnnviz.experiment import Experiment
        from rnnviz.gui.app import application, open_window
        from rnnviz.gui.lab import REST_MS

        application()
        window = open_window(Experiment().with_value("training.epochs", 1000))
        window.setGeometry(0, 0, 1920, 1080)
        lab, run, actions = window.lab, window.lab.run, window.actions_by_name
        awake = QTimer(interval=20)  # `until` must not sleep for ever
        awake.start()
        until(lambda: run.state == "paused")
        lab.set_retrain(True)

        def training() -> bool:
            return run.state == "training" and len(run.losses) > 0

        actions["train"].trigger()
        until(training)
        live(0.5)
        slider = window.docks["experiment"].panel.rows["network.hidden"].slider

        def turn(by: int) -> float:
            number = run.number
            slider.setValue(slider.value() + by)
            took = until(lambda: run.number > number and training())
            live(0.3)
            return took

        new = [turn(1) for _ in range(times)]
        known = [turn(by) for by, _ in zip(itertools.cycle((-1, 1)), range(times), strict=False)]
        started, stops = [], []
        for _ in range(times):
            actions["stop"].trigger()
            stops.append(until(lambda: run.state == "stopped"))
            live(0.2)
            actions["train"].trigger()
            started.append(until(training))
            live(0.3)
        print(f"milliseconds, {times} times each, on {platform}")
        print(f"  Stop answers               {percentiles(stops)}  (target: {TARGET_STOP})")
        print(f"  Retrain to first loss      {percentiles(started)}")
        print(f"  slider to first loss       {percentiles(known)}  (target: {TARGET_LOSS})")
        print(f"    without {REST_MS} of rest      {percentiles([t - REST_MS for t in known])}")
        print(f"  slider, first time         {percentiles(new)}")
        print(f"    without {REST_MS} of rest      {percentiles([t - REST_MS for t in new])}")
        window.close()
        live(0.1)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20)
