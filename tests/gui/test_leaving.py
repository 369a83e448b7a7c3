"""The whole program from outside, without a screen: what it imports, what it leaves behind."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from tests.gui.processes import ends, engines_of

DEADLINE = 30.0


@contextlib.contextmanager
def program(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    """`rnnviz` with arguments; killed at the end if it is still there."""
    with subprocess.Popen(
        [sys.executable, "-m", "rnnviz", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def engine_of(process: subprocess.Popen[str]) -> int:
    """The engine of a program that is starting."""
    deadline = time.monotonic() + DEADLINE
    while time.monotonic() < deadline:
        found = engines_of(process.pid)
        if found:
            return found[0]
        # Whether it ended is waited for, and is what would make waiting pointless.
        with contextlib.suppress(subprocess.TimeoutExpired):
            pytest.fail(f"it ended with {process.wait(0.05)}: {process.stderr.read()}")
    pytest.fail("no engine was started in time")


def test_a_killed_window_leaves_no_engine():
    with program("--train") as process:
        engine = engine_of(process)
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert ends(engine)


def test_ctrl_c_in_the_terminal_closes_the_window_and_the_engine():
    with program("--train") as process:
        engine = engine_of(process)
        process.send_signal(signal.SIGINT)
        assert process.wait(DEADLINE) in (0, 130)
        assert ends(engine)


def test_the_window_trains_without_ever_importing_torch():
    code = """
import sys
from PySide6.QtCore import QTimer
from rnnviz.cli.main import main
from rnnviz.gui import app
open_window = app.open_window

def watched(*given, **options):
    window = open_window(*given, **options)
    window.workspace.changed.connect(
        lambda: window.workspace.run.state == "finished" and QTimer.singleShot(0, window.close)
    )
    return window

app.open_window = watched
code = main(["--train", "--epochs", "1", "--windows", "60", "--device", "cpu"])
print(code, [name for name in ("torch", "rnnviz.learning") if name in sys.modules])
"""
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
    )
    assert done.stdout == "0 []\n"
