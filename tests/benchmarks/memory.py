"""Whether memory grows: both processes after ten retrainings, against after the second.

    python tests/benchmarks/memory.py [retrainings]

The sine job of 30 epochs, retrained to its end in the real window, on a display. PSS is
what a process has for itself and its part of what it shares: it rises when another process
that shares the same libraries ends. Growth is therefore told by what a process has made itself
(anonymous memory), which no other has a part in.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.benchmarks.machine import Option, live, numbers, screen, wait_until

TARGET = 1.10


def megabytes(pid: int | str) -> tuple[float, float, float]:
    """RSS, PSS and anonymous memory of a process."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    sizes = {line.split()[0]: int(line.split()[1]) for line in lines[1:]}
    return sizes["Rss:"] / 1024, sizes["Pss:"] / 1024, sizes["Anonymous:"] / 1024


def main(retrainings: int) -> None:
    """Print the sizes after each retraining and the ratios; exit with 1 above the target."""
    with screen() as platform:
        from rnnviz.experiment import Experiment
        from rnnviz.gui.app import application, open_window

        application()
        window = open_window(Experiment())
        window.setGeometry(0, 0, 1920, 1080)
        run, train = window.workspace.run, window.actions_by_name["train"]
        wait_until(lambda: run.state == "paused")
        found = []
        print(f"MB (RSS, PSS, its own), on {platform}")
        for number in range(retrainings + 1):
            train.trigger()
            wait_until(lambda: run.state == "preparing" or run.state == "training")
            wait_until(lambda: run.state == "finished", 120)
            live(0.5)
            assert run.engine is not None
            found.append(megabytes("self") + megabytes(run.engine.pid))
            print(
                "  {:2}: window {:4.0f} {:4.0f} {:4.0f}   engine {:4.0f} {:4.0f} {:4.0f}".format(
                    number, *found[-1]
                ),
                flush=True,
            )
        window.close()
        live(0.1)
    ratios = [last / second for last, second in zip(found[-1], found[2], strict=True)]
    window_ratio, engine_ratio = ratios[2], ratios[5]
    print(
        f"  {retrainings} retrainings against 2, its own: window {window_ratio:.3f} times, "
        f"engine {engine_ratio:.3f} times (target {TARGET})"
    )
    sys.exit(max(window_ratio, engine_ratio) > TARGET)


if __name__ == "__main__":
    main(*numbers(__doc__, Option("retrainings", 10, least=3)))
