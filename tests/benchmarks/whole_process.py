"""How much sooner ``rnnviz train`` ends than the tutorial's script: two whole processes.

    python tests/benchmarks/whole_process.py [pairs] [epochs]

They take turns, and the ratio is the median over the pairs, so that whatever else the
machine does meets both. Python's start and the import of torch are in both times.

Each pair runs twice: with one thread each, and as both come, the script with all threads that
PyTorch takes by itself. Where a machine has other things to do, the threads of a small network
wait for each other most of the time, and the second ratio is of that: the target is for the
smaller.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from itertools import product
from pathlib import Path
from statistics import median
from time import perf_counter

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.benchmarks.machine import ROOT, Option, numbers

HERE = Path(__file__).parent
TARGET = 1.5


THREADS = {
    "one thread each": {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"},
    "as they come": {},
}
"""What both are told by their environment."""


def timed(command: list[str], told: dict[str, str]) -> tuple[float, float]:
    """Seconds that a process took, and the validation loss that it printed last."""
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    start = perf_counter()
    done = subprocess.run(
        [sys.executable, *command],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": path} | told,
    )
    seconds = perf_counter() - start
    return seconds, float(re.findall(r"(?:mse|loss) (\S+)", done.stdout)[-1])


def main(pairs: int, epochs: int) -> None:
    """Print each pair, then the medians; exit with 1 where one is below the target."""
    sine = ["--task", "sine", "--epochs", str(epochs), "--seed", "0", "--device", "cpu"]
    ours_command = ["-m", "rnnviz", "train", *sine]
    theirs_command = [str(HERE / "tutorial_script.py"), str(epochs)]
    timed(ours_command, {})  # PyTorch's files are in memory for both from here on
    found: dict[str, list[tuple[float, float]]] = {threads: [] for threads in THREADS}
    for _, (threads, told) in product(range(pairs), THREADS.items()):
        theirs, loss = timed(theirs_command, told)
        ours, own_loss = timed(ours_command, told)
        found[threads].append((theirs, ours))
        print(
            f"{threads:<15}  tutorial {theirs:6.2f} s (mse {loss:.1e})   "
            f"rnnviz {ours:6.2f} s (mse {own_loss:.1e})   {theirs / ours:5.2f} times",
            flush=True,
        )
    ratios = []
    for threads, times in found.items():
        theirs, ours = (median(side) for side in zip(*times, strict=True))
        ratios.append(median(a / b for a, b in times))
        print(
            f"median, {threads}: tutorial {theirs:.2f} s, rnnviz {ours:.2f} s, "
            f"{ratios[-1]:.2f} times as fast (target {TARGET})"
        )
    sys.exit(min(ratios) < TARGET)


if __name__ == "__main__":
    main(*numbers(__doc__, Option("pairs", 5), Option("epochs", 30)))
