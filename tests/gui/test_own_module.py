"""A trace of a module of one's own as its panels draw it: start, direction, outputs, target."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import numpy as np
import pytest
import torch
from PySide6.QtCore import QCoreApplication, QEvent
from torch import nn

import rnnviz
from rnnviz.gui.show import TraceWindow
from rnnviz.records.trace import Trace
from tests.gui.driver import wait_until

T, H = 9, 4
X = np.sin(np.arange(T))[:, None]


@pytest.fixture(scope="module")
def opened(qapp) -> Iterator[TraceWindow]:
    """The window that the tests share."""
    window = rnnviz.show(rnnviz.trace(nn.RNN(1, H), X), block=False)
    yield window
    window.close()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


@pytest.fixture
def shown(opened: TraceWindow) -> Callable[[Trace], TraceWindow]:
    """Shows a trace in it, at its last timestep."""

    def show(trace: Trace) -> TraceWindow:
        opened.view_state.show(trace)
        opened.player.go_to(trace.timesteps - 1)
        settle(opened)
        return opened

    return show


def settle(window: TraceWindow) -> None:
    wait_until(lambda: not window.clock.running)


def bars(window: TraceWindow, name: str) -> np.ndarray:
    panel: Any = window.frames[name].panel
    return panel.drawn()["bars"][1]


def test_the_first_change_is_from_the_notepad_that_was_carried_over(shown):
    module, h_0 = nn.RNN(1, H), torch.full((1, H), 3.0)
    found = rnnviz.trace(module, X, start=h_0)
    with torch.no_grad():
        states = module(torch.tensor(X, dtype=torch.float32), h_0)[0]
    wanted = torch.cat((h_0, states)).diff(dim=0).norm(dim=1)
    np.testing.assert_allclose(bars(shown(found), "change"), wanted, rtol=1e-4)


def test_backwards_a_change_stands_where_it_was_written(shown):
    module = nn.RNN(1, H, bidirectional=True)
    window = shown(rnnviz.trace(module, X))
    window.view_state.show_layer(1)
    settle(window)
    with torch.no_grad():
        states = module(torch.tensor(X, dtype=torch.float32))[0][:, H:]
    wanted = torch.cat((states, torch.zeros(1, H))).diff(dim=0).norm(dim=1)
    np.testing.assert_allclose(bars(window, "change"), wanted, rtol=1e-4)
    assert window.panels["change"].readout.text() == "‖hₜ − hₜ₊₁‖"
    window.view_state.show_layer(0)


def test_of_both_directions_later_inputs_matter_too(shown):
    module = nn.RNN(1, H, bidirectional=True)
    window = shown(rnnviz.trace(module, X, saliency=True))
    window.player.go_to(2)
    settle(window)
    x = torch.tensor(X, dtype=torch.float32)
    whole = torch.autograd.functional.jacobian(lambda x: module(x)[0][2], x)  # (2 H, T, 1)
    np.testing.assert_allclose(bars(window, "saliency"), whole.norm(dim=(0, 2)), rtol=1e-4)


@pytest.mark.parametrize(
    ("why", "says"),
    [
        ("too dear", "Not measured: it would take about 50 min, because every answer"),
        ("unasked", "rnnviz.trace(…, saliency=True) measures it in about 50 min."),
        ("later", "Measured when training pauses"),
    ],
)
def test_a_panel_without_saliency_says_why(shown, why, says):
    found = rnnviz.trace(nn.RNN(1, H), X, saliency=False)
    # 3,000 s of 6e10 multiplications.
    found = msgspec.structs.replace(found, saliency_missing=why, saliency_cost=1.8e14)
    assert says in shown(found).frames["saliency"].panel.empty_text


def test_of_several_outputs_one_is_drawn_and_each_can_be_chosen(shown):
    torch.manual_seed(0)
    module, readout = nn.RNN(1, H), nn.Linear(H, 3)
    target = [0.1, 0.2, 0.3]
    window = shown(rnnviz.trace(module, X, readout=readout, target=target))
    panel = window.frames["sequence"].panel
    names = [panel.output_choice.itemText(n) for n in range(panel.output_choice.count())]
    assert names == ["output 1 of 3", "output 2 of 3", "output 3 of 3"]
    assert not panel.output_choice.isHidden()
    with torch.no_grad():
        answers = readout(module(torch.tensor(X, dtype=torch.float32))[0]).numpy()
    for place in (0, 2):
        panel.output_choice.setCurrentIndex(place)
        panel.output_choice.activated.emit(place)
        settle(window)
        curve = panel.drawn()["answers"][1]
        np.testing.assert_allclose(curve, answers[:, place], atol=1e-5)
        assert panel.drawn()["target"][1] == pytest.approx([target[place]])
        assert f"answer {answers[4, place]:.3f}" in panel.describe(window.view_state.scene, 4, 0.0)


def test_a_single_output_needs_no_choice(shown):
    window = shown(rnnviz.trace(nn.RNN(1, H), X, readout=nn.Linear(H, 1)))
    assert window.frames["sequence"].panel.output_choice.isHidden()


def test_the_target_stands_at_the_timestep_that_it_is_of(shown):
    module, readout = nn.RNN(1, H), nn.Linear(H, 1)
    window = shown(rnnviz.trace(module, X, readout=readout, target=[0.7], horizon=3))
    drawn = window.frames["sequence"].panel.drawn()
    assert drawn["target"][0] == [T + 3]
    assert drawn["answers"][0][0] == 1 + 3


def test_targets_at_every_timestep_are_a_curve(shown):
    module, readout = nn.RNN(1, H), nn.Linear(H, 1)
    window = shown(rnnviz.trace(module, X, readout=readout, target=2 * X, horizon=1))
    x, y = window.frames["sequence"].panel.drawn()["targets"]
    np.testing.assert_array_equal(x, np.arange(2, T + 2))
    np.testing.assert_allclose(y, 2 * X[:, 0], rtol=1e-5)


def test_classes_stand_below_as_blocks(shown):
    module, readout = nn.RNN(1, H), nn.Linear(H, 3)
    window = shown(rnnviz.trace(module, X, readout=readout, target=[2] * T))
    drawn = window.frames["sequence"].panel.drawn()
    *answered, right = drawn["blocks"]
    assert (right["text"], right["timesteps"]) == ("2", T)  # all along, in one block
    assert sum(block["timesteps"] for block in answered) == T
    assert "answers" not in drawn
