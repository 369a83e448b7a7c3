"""What the window costs the engine: steps a second with it and without.

    python tests/benchmarks/engine_with_window.py [pairs] [epochs]

The same experiment on the CPU, in turns: with the window of 1920 × 1080, which paints
all that it is sent and moves its player with every frame, and with a client that reads
all reports and drops them. A step's time is the engine's own, from `Progress`. Where the
machine has other things to do the two may wait for each other and for those: the
processor time of a step, below, is without the waiting.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from statistics import median
from time import perf_counter

import numpy as np
from machine import live, screen, spread, wait_until

TARGET = 0.15


def experiment(epochs: int):
    """The sine job on the CPU."""
    from rnnviz.experiment import Experiment

    made = Experiment().with_value("training.device", "cpu")
    return made.with_value("training.epochs", epochs)


def without(epochs: int) -> None:
    """Print steps a second that an engine reaches when nobody looks, and its work."""
    from rnnviz.engine.client import Engine
    from rnnviz.engine.messages import Progress, Start, StateChanged

    engine = Engine.launch()
    engine.send(Start(run=1, experiment=experiment(epochs)))
    report = engine.receive()
    while not (isinstance(report, StateChanged) and report.state == "training"):
        report = engine.receive()
    work = processor_time(engine.pid)
    last = None
    while not (isinstance(report, StateChanged) and report.state == "finished"):
        report = engine.receive()
        last = report if isinstance(report, Progress) else last
    steps = last.first + len(last.losses)
    work = processor_time(engine.pid) - work
    print(steps / last.seconds, 1e6 * work / steps)
    engine.close()


def within(epochs: int) -> None:
    """Print the same while the window paints, and frames a second."""
    from rnnviz.gui.app import application, open_window

    application()
    window = open_window(experiment(epochs))
    window.setGeometry(0, 0, 1920, 1080)
    lab = window.lab
    wait_until(lambda: lab.run.state == "paused")
    live(0.5)
    frames = 0

    def move(_: float) -> None:
        nonlocal frames
        frames += 1
        lab.player.go_to((lab.player.timestep + 1) % max(1, lab.player.timesteps))

    lab.clock.ticked.connect(move)
    lab.clock.keep_running(window, True)
    window.actions_by_name["train"].trigger()
    wait_until(lambda: lab.run.state == "training")
    start, work = perf_counter(), processor_time(lab.worker.engine_pid)
    frames = 0
    while lab.run.state == "training":
        live(0.1)
    seconds = perf_counter() - start
    work = processor_time(lab.worker.engine_pid) - work
    progress, steps = lab.run.progress, lab.run.step
    print(steps / progress.seconds, 1e6 * work / steps, frames / seconds)
    lab.clock.keep_running(window, False)
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
    """Print the medians and the loss; exit with 1 above the target."""
    with screen() as platform:
        alone, painted, frames, works = [], [], [], []
        for _ in range(pairs):
            speed, work = measured("without", epochs)
            alone.append(speed)
            painted_speed, painted_work, rate = measured("within", epochs)
            painted.append(painted_speed)
            works.append((work, painted_work))
            frames.append(rate)
    losses = [1 - a / b for a, b in zip(painted, alone, strict=True)]
    low, high = np.percentile(losses, [25, 75])
    print(f"steps a second, {epochs} epochs, {pairs} pairs in turns, on {platform}")
    print(f"  without a window  {spread(alone)}")
    print(f"  with the window   {spread(painted)}, at {median(frames):.0f} frames/s")
    print(
        f"  lost              {median(losses):.0%} ({low:.0%} to {high:.0%}; target {TARGET:.0%})"
    )
    work, painted_work = (median(column) for column in zip(*works, strict=True))
    more = median(b / a - 1 for a, b in works)
    print(
        f"  a step's work     {work:.0f} and {painted_work:.0f} µs of processor time ({more:+.0%})"
    )
    sys.exit(median(losses) > TARGET)


if __name__ == "__main__":
    if sys.argv[1:2] in (["without"], ["within"]):
        {"without": without, "within": within}[sys.argv[1]](int(sys.argv[2]))
    else:
        numbers = [int(argument) for argument in sys.argv[1:]]
        main(*(numbers + [6, 30][len(numbers) :]))
