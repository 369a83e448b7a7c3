"""Every knob from its slider, moved with real keys, to what the engine made of it.

What the engine says of itself (sizes, batches, baselines, the example that it traced) is
compared with the definition of the knob, worked out here.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from rnnviz.experiment import Experiment, knobs, suited
from rnnviz.tasks.recall import Recall
from tests.gui.driver import SMALL, Driver

Seen = Callable[[Driver], object]


def parameters(experiment: Experiment) -> int:
    """Weights and biases of nn.RNN and nn.Linear, as PyTorch's documentation counts them."""
    h, layers = experiment.network.hidden, experiment.network.layers
    first, further = h * 1 + h * h + 2 * h, h * h + h * h + 2 * h
    return first + (layers - 1) * further + h + 1


def series(experiment: Experiment) -> np.ndarray:
    """The first validation window and its target, by the definition of the sine job."""
    task: Any = experiment.task
    rng = np.random.default_rng(experiment.training.seed)
    starts = rng.uniform(0, 2 * math.pi, task.windows)
    steps = np.append(np.arange(task.window), task.window - 1 + task.ahead)
    first = task.windows - task.windows // 6
    return np.sin(starts[first] + 2 * math.pi / task.period * steps)


def traced_series(driver: Driver) -> np.ndarray:
    trace = driver.workspace.view_state.trace
    return np.append(trace.inputs[:, 0], trace.target[0])


def batches(experiment: Experiment) -> int:
    windows = int(experiment.value("task.windows"))
    return math.ceil((windows - windows // 6) / experiment.training.batch)


MOVED: dict[str, tuple[Qt.Key, Seen, Callable[[Experiment], object]]] = {
    "task.window": (
        Qt.Key.Key_Right,
        lambda d: d.workspace.view_state.trace.timesteps,
        lambda e: e.value("task.window"),
    ),
    "task.period": (Qt.Key.Key_Left, traced_series, series),
    "task.noise": (
        Qt.Key.Key_Right,
        lambda d: d.started.baselines["noise"],
        lambda e: float(e.value("task.noise")) ** 2,
    ),
    "task.ahead": (Qt.Key.Key_Right, traced_series, series),
    "task.windows": (
        Qt.Key.Key_Left,
        lambda d: d.started.valid_examples,
        lambda e: int(e.value("task.windows")) // 6,
    ),
    "network.hidden": (Qt.Key.Key_Left, lambda d: d.started.parameters, parameters),
    "network.layers": (Qt.Key.Key_Right, lambda d: d.started.parameters, parameters),
    "training.batch": (Qt.Key.Key_Right, lambda d: d.started.batches, batches),
    "training.seed": (Qt.Key.Key_Right, traced_series, series),
}
"""By path: a key, what is seen of the engine, and what it should be."""

OTHERWISE = {
    "training.learning_rate",
    "training.clip_norm",
    "training.epochs",
    "training.device",
}
"""Knobs with tests of their own below."""

LSTM = suited(Recall()).with_value("network.layers", 2)
PASSED_ON = {
    "task.wave": (Experiment(), "square"),
    "network.cell": (Experiment(), "GRU"),
    "network.direction": (LSTM, "both"),
    "network.embedding": (LSTM, 8),
    "network.gate_bias": (LSTM, 20.0),
    "network.dropout_inputs": (LSTM, 0.2),
    "network.dropout_layers": (LSTM, 0.2),
    "network.dropout_readout": (LSTM, 0.2),
    "training.weight_decay": (Experiment(), 0.01),
    "training.optimizer": (Experiment(), "SGD"),
    "training.momentum": (Experiment().with_value("training.optimizer", "SGD"), 0.5),
    "training.schedule": (Experiment(), "cosine"),
    "training.patience": (Experiment(), 3),
    "training.threads": (Experiment(), 2),
}
"""By path: an experiment on which the knob has an effect, and another value. What the effect
is, is tested where networks are trained."""


def test_every_knob_there_is_has_a_test_here():
    assert {path for path, _ in knobs(Experiment())} == MOVED.keys() | OTHERWISE | PASSED_ON.keys()


@pytest.mark.parametrize("path", PASSED_ON)
def test_a_knob_that_is_turned_is_in_the_run_that_begins(driver: Driver, path: str):
    experiment, value = PASSED_ON[path]
    driver.set_up(experiment)
    row = driver.panel("experiment").rows[path]
    assert row.isVisible() or not driver.panel("experiment").isVisible()
    row.turned.emit(value, 0)
    driver.until_ready()
    assert driver.workspace.run.experiment == experiment.with_value(path, value)


@pytest.mark.parametrize("path", MOVED)
def test_a_slider_moved_by_key_reaches_the_engine(driver: Driver, path: str):
    key, seen, expected = MOVED[path]
    move(driver, path, key)
    driver.until_ready()
    np.testing.assert_allclose(seen(driver), expected(driver.workspace.draft.experiment), atol=1e-6)


@pytest.mark.parametrize("path", MOVED)
def test_what_a_moved_slider_changes_was_different_before(driver: Driver, path: str):
    key, seen, _ = MOVED[path]
    before = baseline(driver, seen)
    move(driver, path, key)
    driver.until_ready()
    assert not np.array_equal(seen(driver), before)


def baseline(driver: Driver, seen: Seen) -> object:
    driver.workspace.reset()  # the engine says again how the run stands before the knob moves
    driver.until_ready()
    try:
        return seen(driver)
    except KeyError:  # without noise there is no such baseline
        return None


def move(driver: Driver, path: str, key: Qt.Key) -> None:
    slider = driver.row(path).slider
    before = driver.workspace.draft.experiment.value(path)
    slider.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(slider, key)
    assert driver.workspace.draft.experiment.value(path) != before


def test_the_epochs_slider_sets_how_long_it_trains(driver: Driver):
    move(driver, "training.epochs", Qt.Key.Key_Left)
    driver.until_ready()
    driver.train_to_the_end()
    assert len(driver.workspace.run.history) == SMALL.training.epochs - 1


def test_the_seed_also_gives_the_weights_to_start_with(driver: Driver):
    move(driver, "training.seed", Qt.Key.Key_Right)
    driver.until_ready()
    torch.manual_seed(1)
    rnn = torch.nn.RNN(1, SMALL.network.hidden, batch_first=True)
    trace = driver.workspace.view_state.trace
    with torch.no_grad():
        hidden = rnn(torch.tensor(trace.inputs)[None])[0][0]
    np.testing.assert_allclose(trace.hidden[:, 0], hidden.numpy(), atol=1e-5)


def choose(driver: Driver, device: str) -> None:
    """Open the list of devices with the keyboard's own means and take one."""
    box = driver.row("training.device").choice
    box.setFocus(Qt.FocusReason.TabFocusReason)
    while box.currentText() != device:
        before = box.currentIndex()
        up = box.findText(device) < before
        QTest.keyClick(box, Qt.Key.Key_Up if up else Qt.Key.Key_Down)
        assert box.currentIndex() != before


def test_device_auto_times_what_there_is(driver: Driver):
    choose(driver, "auto")
    driver.until_ready()
    assert "cpu" in {timing.device for timing in driver.started.timings}


def test_device_cpu_leaves_no_choice(driver: Driver):
    choose(driver, "auto")
    driver.until_ready()
    driver.heard.clear()
    choose(driver, "cpu")
    driver.until_ready()
    assert driver.started.timings == []


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU here")
def test_device_cuda_where_there_is_none_says_what_to_choose(driver: Driver):
    choose(driver, "cuda")
    driver.until_state("failed")
    assert "auto or cpu" in driver.window.notice.label.text()
