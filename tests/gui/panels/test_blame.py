"""Blame through time: what is drawn is the gradient of autograd, and only where it is seen."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

import rnnviz
from tests.gui.driver import SMALL, Driver


@pytest.fixture
def blame(driver: Driver) -> Driver:
    driver.set_up(SMALL.with_value("network.cell", "LSTM"))
    dock = driver.window.frames["blame"]
    dock.show()
    driver.until(lambda: driver.workspace.view_state.trace.gradient_norm is not None)
    driver.until_drawn()
    return driver


def drawn(panel, name: str) -> np.ndarray:
    return panel.drawn()[name][1]


def test_it_draws_the_gradient_of_autograd_at_every_timestep(blame: Driver):
    trace, panel = blame.workspace.view_state.trace, blame.panel("blame")
    np.testing.assert_allclose(drawn(panel, "h"), trace.gradient_norm[:, 0], rtol=1e-5)
    np.testing.assert_allclose(drawn(panel, "c"), trace.cell_gradient_norm[:, 0], rtol=1e-5)


def test_its_words_are_the_largest_and_the_smallest(blame: Driver):
    values = blame.workspace.view_state.trace.gradient_norm[:, 0]
    text = blame.panel("blame").resting_text()
    assert f"at {values.argmax() + 1}, smallest" in text
    assert text.endswith(f"at {values.argmin() + 1}")


def test_a_trace_has_the_gradient_only_while_somebody_looks(driver: Driver):
    driver.set_up(SMALL)
    view_state = driver.workspace.view_state
    assert view_state.trace.gradient_norm is None
    dock = driver.window.frames["blame"]
    dock.show()
    driver.until(lambda: view_state.trace.gradient_norm is not None)
    driver.window.frames["blame"].hide()
    driver.until(lambda: "gradient_norm" not in view_state.needs)
    driver.set_up(SMALL.with_value("training.seed", 3))
    assert view_state.trace.gradient_norm is None


@pytest.fixture
def shown(qapp) -> Iterator[list]:
    windows: list = []
    yield windows
    for window in windows:
        window.close()


def test_a_trace_of_ones_own_without_a_target_says_why_there_is_nothing(shown):
    window = rnnviz.show(rnnviz.trace(nn.GRU(1, 3), np.ones((5, 1))), block=False)
    shown.append(window)
    dock = window.frames["blame"]
    dock.show()
    window.clock.draw_now()
    assert "no target" in dock.panel.empty_text


def test_what_vanished_is_said_to_be_below_and_not_drawn_as_a_value(shown):
    torch.manual_seed(0)
    module = nn.RNN(1, 4)
    with torch.no_grad():
        module.weight_hh_l0 *= 1e-9
    found = rnnviz.trace(module, np.ones((20, 1)), readout=nn.Linear(4, 1), target=[5.0])
    window = rnnviz.show(found, block=False)
    shown.append(window)
    dock = window.frames["blame"]
    dock.show()
    window.clock.draw_now()
    panel: Any = dock.panel
    assert "smallest below 1e-30" in panel.resting_text()
    assert drawn(panel, "h").min() == pytest.approx(1e-30, rel=1e-6, abs=0)
