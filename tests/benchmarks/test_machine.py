"""The numbers that a benchmark is given, and the end of the screen that it has."""

import os
import shutil
import subprocess
import sys

import pytest

from tests.benchmarks.machine import ROOT, Option, numbers

OPTIONS = (Option("pairs", 6), Option("seconds", 15.0, least=2))


def test_what_is_not_given_is_the_default():
    assert numbers(None, *OPTIONS, given=[]) == [6, 15.0]
    assert numbers(None, *OPTIONS, given=["3"]) == [3, 15.0]


def test_a_number_is_whole_where_its_default_is():
    found = numbers(None, *OPTIONS, given=["3", "4"])
    assert [type(number) for number in found] == [int, float]


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (["few"], "invalid int value: 'few'"),
        (["0"], "pairs must be 1 or more"),
        (["1", "1.5"], "seconds must be 2 or more"),
        (["1", "2", "3"], "unrecognized arguments: 3"),
    ],
)
def test_a_number_that_says_nothing_is_refused_in_one_line(given, sentence, capsys):
    with pytest.raises(SystemExit, match="2"):
        numbers(None, *OPTIONS, given=given)
    assert sentence in capsys.readouterr().err


@pytest.mark.skipif(shutil.which("Xvfb") is None, reason="there is no Xvfb")
def test_a_benchmark_that_fails_on_a_screen_ends():
    program = """
from tests.benchmarks.machine import screen

with screen() as platform:
    print(platform)
    raise TimeoutError("the window did not answer")
"""
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if name != "QT_QPA_PLATFORM"},
        timeout=30,
    )
    assert done.stdout == "xcb\n"
    assert done.stderr.endswith("TimeoutError: the window did not answer\n")
