"""Ctrl+C at any moment of the start: quiet, with status 130, and nothing is left running."""

from __future__ import annotations

import subprocess
import sys

import pytest

DEADLINE = 60

# Ctrl+C at the n-th import after the first line, and status 3 where there are fewer.
PROGRAM = """
import os, sys
import rnnviz.__main__ as program

left = int(sys.argv[1])

def count(event, _):
    global left
    if event == "import":
        left -= 1
        if left == 0:
            os.kill(os.getpid(), 2)

sys.addaudithook(count)
status = program.main(sys.argv[2:])
sys.exit(3 if left > 0 else status)
"""


@pytest.mark.parametrize(
    "arguments",
    [["--hidden", "8"], ["train", "--epochs", "1", "--windows", "60"]],
    ids=["window", "train"],
)
@pytest.mark.parametrize("moment", [1, 3, 10, 40, 100, 170, 240, 300])
def test_ctrl_c_while_the_program_starts_ends_it_quietly(moment: int, arguments: list[str]):
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(moment), *arguments],
        capture_output=True,
        text=True,
        timeout=DEADLINE,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")
