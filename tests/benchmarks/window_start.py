"""How long until the window is painted, against a bare window of PySide6 and pyqtgraph.

    python tests/benchmarks/window_start.py [pairs]

Both are whole processes: Python's start and all imports are in both times. They take
turns, and the ratio is the median over the pairs. Ours starts its engine as it always
does; when that is ready, and shows an untrained network, stands below.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from statistics import median
from time import perf_counter

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.benchmarks.machine import Option, numbers, screen, spread

TARGET = 1.3

# A paint event comes before the children are painted and the picture is on the screen; a
# timer of no time after both.
BARE = """
import sys, time
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QMainWindow
import pyqtgraph as pg

class Plot(pg.PlotWidget):
    seen = False
    def paintEvent(self, event):
        super().paintEvent(event)
        if not Plot.seen:
            Plot.seen = True
            QTimer.singleShot(0, painted)

def painted():
    print("painted", time.perf_counter(), flush=True)
    app.quit()

app = QApplication([])
window = QMainWindow()
plot = Plot()
plot.plot([1, 3, 2, 4])
window.setCentralWidget(plot)
window.resize(1440, 900)
window.show()
app.exec()
"""

# As `python -m rnnviz`, but that the class of the window is exchanged when it is imported.
OURS = """
import importlib.util, sys, time
from rnnviz.cli import main as cli

class Finder:
    def find_spec(self, name, path=None, target=None):
        if name != "rnnviz.gui.app":
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(name)
        execute = spec.loader.exec_module
        def load(module):
            execute(module)
            watch(module)
        spec.loader.exec_module = load
        return spec

def watch(app):
    from PySide6.QtCore import QTimer
    class Window(app.MainWindow):
        def __init__(self, workspace, theme, preferences):
            super().__init__(workspace, theme, preferences)
            workspace.clock.drawn.connect(lambda _: say("drawn"))
            workspace.engine_thread.reported.connect(lambda report: say(type(report).__name__))
            workspace.run.trace_received.connect(lambda *_: QTimer.singleShot(100, self.close))
        def paintEvent(self, event):
            super().paintEvent(event)
            QTimer.singleShot(0, lambda: say("painted"))
    app.MainWindow = Window

said = set()

def say(what):
    if what not in said:
        said.add(what)
        print(what, time.perf_counter(), flush=True)

sys.meta_path.insert(0, Finder())
sys.exit(cli.main([]))
"""


def started(program: str) -> dict[str, float]:
    """Milliseconds from the start of a process to all that it says."""
    start = perf_counter()  # one clock for all processes of a machine
    done = subprocess.run(
        [sys.executable, "-c", program],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        timeout=120,
        # Installed packages come compiled; where nothing may be written, ours never would be.
        env={k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"},
    )
    said = (line.split() for line in done.stdout.splitlines())
    return {what: 1000 * (float(when) - start) for what, when in said}


def main(pairs: int) -> None:
    """Print the medians and the ratio; exit with 1 above the target."""
    with screen() as platform:
        started(BARE), started(OURS)  # all files are in memory from here on
        bare, ours = [], []
        for _ in range(pairs):
            bare.append(started(BARE))
            ours.append(started(OURS))
    ratios = [ours[i]["painted"] / bare[i]["painted"] for i in range(pairs)]
    print(f"milliseconds, {pairs} pairs in turns, on {platform}: median (middle half)")
    print(f"  bare window painted   {spread([run['painted'] for run in bare])}")
    for name, what in (
        ("painted", "our window painted"),
        ("drawn", "first panels drawn"),
        ("Ready", "engine ready"),
        ("LiveTrace", "untrained network"),
    ):
        print(f"  {what:<21} {spread([run[name] for run in ours])}")
    low, high = np.percentile(ratios, [25, 75])
    ratio = median(ratios)
    print(f"  {ratio:.2f} times a bare window ({low:.2f} to {high:.2f}; target {TARGET})")
    sys.exit(ratio > TARGET)


if __name__ == "__main__":
    main(*numbers(__doc__, Option("pairs", 10)))
