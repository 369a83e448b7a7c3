"""How much sooner ``rnnviz train`` ends than the tutorial's script: two whole processes.

    python tests/benchmarks/whole_process.py [pairs] [epochs]

They take turns, and the ratio is the median over the pairs, so that whatever else the
machine does meets both. Python's start and the import of torch are in both times.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from statistics import median
from time import perf_counter

HERE = Path(__file__).parent
TARGET = 1.5


def timed(command: list[str]) -> tuple[float, float]:
    """Seconds that a process took, and the validation loss that it printed last."""
    path = os.pathsep.join(filter(None, [str(HERE.parents[1]), os.environ.get("PYTHONPATH")]))
    start = perf_counter()
    done = subprocess.run(
        [sys.executable, *command],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": path},
    )
    seconds = perf_counter() - start
    return seconds, float(re.findall(r"(?:mse|loss) (\S+)", done.stdout)[-1])


def main(pairs: int, epochs: int) -> None:
    """Print each pair, then the medians; exit with 1 below the target."""
    sine = ["--task", "sine", "--epochs", str(epochs), "--seed", "0", "--device", "cpu"]
    ours_command = ["-m", "rnnviz", "train", *sine]
    theirs_command = [str(HERE / "tutorial_script.py"), str(epochs)]
    timed(ours_command)  # PyTorch's files are in memory for both from here on
    ours, theirs = [], []
    for _ in range(pairs):
        seconds, loss = timed(theirs_command)
        own_seconds, own_loss = timed(ours_command)
        theirs.append(seconds)
        ours.append(own_seconds)
        print(
            f"tutorial {seconds:6.2f} s (mse {loss:.1e})   "
            f"rnnviz {own_seconds:6.2f} s (mse {own_loss:.1e})   "
            f"{seconds / own_seconds:5.2f} times"
        )
    ratio = median(a / b for a, b in zip(theirs, ours, strict=True))
    print(
        f"median: tutorial {median(theirs):.2f} s, rnnviz {median(ours):.2f} s, "
        f"{ratio:.2f} times as fast (target {TARGET})"
    )
    sys.exit(ratio < TARGET)


if __name__ == "__main__":
    numbers = [int(argument) for argument in sys.argv[1:]]
    main(*(numbers + [5, 30][len(numbers) :]))
