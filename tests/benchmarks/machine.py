"""What the benchmarks share: their options, a screen, a home, waiting, and percentiles."""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

ROOT = Path(__file__).parents[2]


class Option(NamedTuple):
    """A number that a person may give: what it is when none is given, and what it is at least."""

    name: str
    default: float
    least: float = 1


def numbers(text: str | None, *options: Option, given: Sequence[str] | None = None) -> list[Any]:
    """The numbers of the command line in the order of `options`, whole where the default is.

    What is no number, or too small to say anything, ends the program with one sentence.
    """
    parser = argparse.ArgumentParser(
        description=text, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    for option in options:
        parser.add_argument(
            option.name, nargs="?", type=type(option.default), default=option.default
        )
    found = parser.parse_args(given)
    for option in options:
        if getattr(found, option.name) < option.least:
            parser.error(f"{option.name} must be {option.least:g} or more")
    return [getattr(found, option.name) for option in options]


@contextlib.contextmanager
def screen() -> Iterator[str]:
    """A display of 1920 × 1080 of its own, or no screen at all where there is no Xvfb.

    Says in this process's environment where Qt has to go; gives the name of the platform.
    A home of its own keeps a person's settings out of the figures.
    """
    with tempfile.TemporaryDirectory(prefix="rnnviz-benchmark-") as folder:
        os.environ["RNNVIZ_HOME"] = os.environ["XDG_RUNTIME_DIR"] = folder
        os.environ["PYTHONPATH"] = os.pathsep.join(
            filter(None, [str(ROOT), os.environ.get("PYTHONPATH")])
        )
        server = shutil.which("Xvfb")
        if server is None or os.environ.get("QT_QPA_PLATFORM") == "offscreen":
            os.environ["QT_QPA_PLATFORM"] = "offscreen"
            yield "offscreen"
            return
        os.environ.pop("QT_QPA_PLATFORM", None)
        os.environ.pop("WAYLAND_DISPLAY", None)
        presentation, writing = os.pipe()
        command = [server, "-displayfd", str(writing), "-screen", "0", "1920x1080x24"]
        with subprocess.Popen(command, pass_fds=[writing], stderr=subprocess.DEVNULL) as process:
            os.close(writing)
            with os.fdopen(presentation) as answer:
                os.environ["DISPLAY"] = f":{answer.readline().strip()}"
            try:
                yield "xcb"
            finally:
                process.terminate()  # or leaving this block waits for its end for ever


def live(seconds: float) -> None:
    """Let the window live for a while, as the application's own loop does."""
    from PySide6.QtCore import QEventLoop, QTimer

    loop = QEventLoop()
    QTimer.singleShot(round(seconds * 1000), loop.quit)
    loop.exec()


def wait_until(true: Callable[[], bool], seconds: float = 60) -> None:
    """Let the window live until something is so; raise `TimeoutError` if it never is."""
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            raise TimeoutError("the window did not get there in time")
        live(0.005)


def spread(values: list[float]) -> str:
    """Median, and from where to where the middle half lies."""
    low, middle, high = np.percentile(values, [25, 50, 75])
    return f"{middle:8.1f}  ({low:.1f} to {high:.1f})"


def percentiles(values: list[float]) -> str:
    """Median, 99th percentile and the greatest."""
    middle, late = np.percentile(values, [50, 99])
    return f"p50 {middle:6.1f}  p99 {late:6.1f}  max {max(values):6.1f}"
