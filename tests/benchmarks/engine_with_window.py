"""What the window costs the engine: steps a second with it and without.

    python tests/benchmarks/engine_with_window.py [pairs] [epochs]

The same experiment on the CPU, in turns: with the window of 1920 × 1080, which paints
all that it is sent and moves its player with every frame, and with a client that reads
all reports and drops them. A step's time is by the clock, from the report that training has
begun to the one that it has finished: live traces, reports and validation are in it. Below
stands what the engine counts itself, steps and validation alone. Where the machine has other
things to do the two may wait for each other and for those: the processor time of a step is
without the waiting, and has all that the engine does.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.benchmarks.machine import Option, live, numbers, screen, spread, wait_until

TARGET = 0.15
FIGURES = (
    "steps a second by the clock",
    "steps a second of training and validation alone, as the engine counts",
    "processor time of a step and all that goes with it, µs",
)


def experiment(epochs: int):
    """The sine job on the CPU."""
    from rnnviz.experiment import Experiment

    made = Experiment().with_value("training.device", "cpu")
    return made.with_value("training.epochs", epochs)


class Watched:
    """What an engine reports of one run, and what passes while it trains."""

    def __init__(self) -> None:
        self.state = ""
        self.steps = 0
        self._counted = self._seconds = self._work = 0.0

    def take(self, report: Any, pid: int) -> None:
        """Read a report, at the moment at which it arrives."""
        from rnnviz.engine.messages import Failed, Progress, StateChanged

        if isinstance(report, Failed):
            sys.exit("the run failed")
        if isinstance(report, Progress):
            self.steps = report.first + len(report.losses)
            self._counted = report.seconds
        if isinstance(report, StateChanged):
            self.state = report.state
            now = perf_counter(), processor_time(pid)
            if report.state == "training":
                self._seconds, self._work = now
            elif report.state == "finished":
                self._seconds, self._work = now[0] - self._seconds, now[1] - self._work

    def print(self, frames: int = 0) -> None:
        """Steps a second by the clock and as the engine counts, a step's work in µs, and
        frames a second."""
        speed, counted = self.steps / self._seconds, self.steps / self._counted
        print(speed, counted, 1e6 * self._work / self.steps, frames / self._seconds)


def without(epochs: int) -> None:
    """Print what an engine reaches when nobody looks."""
    from rnnviz.engine.client import Engine
    from rnnviz.engine.messages import Start

    engine = Engine.launch()
    watched = Watched()
    engine.send(Start(run=1, experiment=experiment(epochs)))
    while watched.state != "finished":
        watched.take(engine.receive(), engine.pid)
    watched.print()
    engine.close()


def within(epochs: int) -> None:
    """Print the same while the window paints."""
    from rnnviz.gui.app import application, open_window

    application()
    window = open_window(experiment(epochs))
    window.setGeometry(0, 0, 1920, 1080)
    workspace = window.workspace
    wait_until(lambda: workspace.run.state == "paused")
    live(0.5)
    watched = Watched()
    frames = 0

    def move(_: float) -> None:
        nonlocal frames
        frames += watched.state == "training"
        workspace.player.go_to((workspace.player.timestep + 1) % max(1, workspace.player.timesteps))

    workspace.clock.ticked.connect(move)
    workspace.clock.keep_running(window, True)
    workspace.engine_thread.reported.connect(
        lambda report: watched.take(report, workspace.engine_thread.engine_pid)
    )
    window.actions_by_name["train"].trigger()
    wait_until(lambda: watched.state == "finished", 280)
    watched.print(frames)
    workspace.clock.keep_running(window, False)
    window.close()
    live(0.1)


def processor_time(pid: int) -> float:
    """Seconds that a process, all its threads, has worked."""
    times = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    return sum(map(int, times)) / os.sysconf("SC_CLK_TCK")


def measured(what: str, epochs: int) -> list[float]:
    """The figures that a process of its own printed."""
    command = [sys.executable, __file__, what, str(epochs)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, timeout=300)
    return [float(number) for number in done.stdout.split()]


def main(pairs: int, epochs: int) -> None:
    """Print the medians and the changes; exit with 1 where more is lost than the target."""
    with screen() as platform:
        found = [(measured("without", epochs), measured("within", epochs)) for _ in range(pairs)]
    alone, painted = (list(zip(*side, strict=True)) for side in zip(*found, strict=True))
    print(f"{epochs} epochs, {pairs} pairs in turns, on {platform}: median (middle half)")
    print(f"{median(painted[3]):.0f} frames/s, target: {TARGET:.0%} fewer steps by the clock")
    changes = []
    for what, bare, seen in zip(FIGURES, alone, painted, strict=False):
        changes.append([b / a - 1 for a, b in zip(bare, seen, strict=True)])
        low, middle, high = np.percentile(changes[-1], [25, 50, 75])
        print(what)
        print(f"  without a window  {spread(bare)}")
        print(f"  with the window   {spread(seen)}")
        print(f"  change            {middle:+8.1%}  ({low:+.1%} to {high:+.1%})")
    sys.exit(-median(changes[0]) > TARGET)


if __name__ == "__main__":
    if sys.argv[1:2] in (["without"], ["within"]):
        {"without": without, "within": within}[sys.argv[1]](int(sys.argv[2]))
    else:
        main(*numbers(__doc__, Option("pairs", 6), Option("epochs", 30)))
