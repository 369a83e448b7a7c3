"""How soon the window answers: Stop, and a slider until the first loss of the new run.

    python tests/benchmarks/latency.py [times]

The real window and engine, on a display. A slider is one press of an arrow key on "hidden
units", with *retrain as I move* on; `REST_MS` of rest belong to that on purpose, and the
line below it leaves them out. It goes back and forth between the default and the next size,
which were timed before. "First time" goes to sizes that were not timed yet, so that the choice
of the device is measured in it: those nearest to the default first, and no more than the
slider has.
"""

from __future__ import annotations

import itertools
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.benchmarks.machine import Option, live, numbers, percentiles, screen

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


def places(start: int, last: int, times: int) -> tuple[list[int], list[int]]:
    """Where a slider of the places 0 to `last` goes: beside `start` and back, `times` in all,
    and as often to places that are neither, each once, while there are any."""
    both = (start + 1 if start < last else start - 1, start)
    known = list(itertools.islice(itertools.cycle(both), times))
    others = [place for place in range(last + 1) if place not in both]
    return known, sorted(others, key=lambda place: abs(place - start))[:times]


def main(times: int) -> None:
    """Print the times of all answers."""
    with screen() as platform:
        from PySide6.QtCore import QTimer

        from rnnviz.experiment import Experiment
        from rnnviz.gui.app import application, open_window
        from rnnviz.gui.model.workspace import REST_MS

        application()
        window = open_window(Experiment().with_value("training.epochs", 10_000))
        window.setGeometry(0, 0, 1920, 1080)
        workspace, run, actions = window.workspace, window.workspace.run, window.actions_by_name
        awake = QTimer(interval=20)  # `until` must not sleep for ever
        awake.start()
        until(lambda: run.state == "paused")
        workspace.set_retrain(True)

        def training() -> bool:
            return run.state == "training" and len(run.losses) > 0

        actions["train"].trigger()
        until(training)
        live(0.5)
        panel: Any = window.panels["experiment"]
        slider = panel.rows["network.hidden"].slider

        def turn(place: int) -> float:
            number = run.number
            slider.setValue(place)
            took = until(lambda: run.number > number and training())
            live(0.3)
            return took

        timed, new_ones = places(slider.value(), slider.maximum(), times)
        turn(timed[0]), turn(timed[1])  # from here on both are timed
        known = [turn(place) for place in timed]
        started, stops = [], []
        for _ in range(times):
            actions["stop"].trigger()
            stops.append(until(lambda: run.state == "stopped"))
            live(0.2)
            actions["train"].trigger()
            started.append(until(training))
            live(0.3)
        new, sizes = [], []
        for place in new_ones:
            new.append(turn(place))
            sizes.append(run.experiment.network.hidden)
        print(f"milliseconds, {times} times each, on {platform}")
        print(f"  Stop answers               {percentiles(stops)}  (target: {TARGET_STOP})")
        print(f"  Retrain to first loss      {percentiles(started)}")
        print(f"  slider to first loss       {percentiles(known)}  (target: {TARGET_LOSS})")
        print(f"    without {REST_MS} of rest      {percentiles([t - REST_MS for t in known])}")
        print(f"  slider, first time         {percentiles(new)}")
        print(f"    without {REST_MS} of rest      {percentiles([t - REST_MS for t in new])}")
        print(f"    {len(new)} sizes of {min(sizes)} to {max(sizes)} hidden units")
        window.close()
        live(0.1)


if __name__ == "__main__":
    main(*numbers(__doc__, Option("times", 20, least=2)))
