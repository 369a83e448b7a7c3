"""The window, the command line and PyTorch in one process give the same numbers."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from rnnviz.experiment import Experiment, Network, Training
from rnnviz.tasks import Sine
from tests.gui.driver import Driver

SETTINGS = ["--window", "20", "--windows", "300", "--hidden", "16", "--epochs", "3"]
SAME = Experiment(
    task=Sine(window=20, windows=300),
    network=Network(hidden=16),
    training=Training(epochs=3, seed=0, device="cpu"),
)


@pytest.fixture(scope="module")
def typed() -> dict[str, Any]:
    """What the command line writes."""
    command = [sys.executable, "-m", "rnnviz", "train", "--task", "sine", *SETTINGS]
    command += ["--seed", "0", "--device", "cpu", "--json", "-"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


@pytest.mark.parametrize("number", ["epoch", "train_loss", "valid_loss", "grad_norm"])
def test_the_window_has_the_numbers_of_the_command_line(
    driver: Driver, typed: dict[str, Any], number: str
):
    driver.set_up(SAME)
    driver.train_to_the_end()
    shown = [getattr(record, number) for record in driver.workspace.run.history]
    assert shown == [row[number] for row in typed["history"]]


def test_the_window_has_the_baselines_of_the_command_line(driver: Driver, typed: dict[str, Any]):
    driver.set_up(SAME)
    assert driver.started.baselines == typed["baselines"]
