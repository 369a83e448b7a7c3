"""A network that blew up: what is no number is shown as such, and nothing else suffers."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import msgspec
import numpy as np
import pytest
import torch
from PySide6.QtCore import QCoreApplication, QEvent
from torch import nn

import rnnviz
from rnnviz.gui.look.theme import hidden_lookup, no_number_shade
from rnnviz.gui.show import TraceWindow
from rnnviz.records.trace import Trace
from tests.gui.driver import wait_until

T, H = 12, 5


def trace(value: float = np.nan) -> Trace:
    """An RNN's, whose unit 2 and whose answer are no numbers from timestep 6 on."""
    torch.manual_seed(0)
    found = rnnviz.trace(
        nn.RNN(1, H, nonlinearity="relu"),
        np.sin(np.arange(T))[:, None],
        readout=nn.Linear(H, 1),
        target=[0.5],
        saliency=True,
    )
    hidden, output, saliency = found.hidden.copy(), found.output.copy(), found.saliency.copy()
    hidden[5:, 0, 2] = output[5:] = value
    saliency[5:, 3] = value
    return msgspec.structs.replace(found, hidden=hidden, output=output, saliency=saliency)


@pytest.fixture(scope="module")
def opened(qapp) -> Iterator[TraceWindow]:
    """The window that the tests share."""
    window = rnnviz.show(trace(0.0), block=False)
    yield window
    window.close()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


@pytest.fixture
def shown(opened: TraceWindow) -> Callable[[Trace], TraceWindow]:
    """Shows a trace in it, at its last timestep and with no unit selected."""

    def show(found: Trace) -> TraceWindow:
        opened.view_state.select_unit(None)
        opened.view_state.show(found)
        opened.player.go_to(T - 1)
        settle(opened)
        return opened

    return show


def settle(window: TraceWindow) -> None:
    wait_until(lambda: not window.clock.running)


each_value = pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])


@each_value
def test_its_cells_have_a_colour_of_their_own(shown, value):
    panel = shown(trace(value)).frames["hidden"].panel
    grey = panel.drawn()["gaps"][..., 3] > 0
    wanted = np.zeros((H, T), bool)
    wanted[2, 5:] = True
    np.testing.assert_array_equal(grey, wanted)
    assert panel.drawn()["colour key without number"] == "not a number"


def test_no_value_of_a_hidden_state_has_that_colour():
    apart = np.abs(hidden_lookup()[:, :3].astype(int) - no_number_shade()[:3].astype(int))
    assert apart.max(axis=1).min() > 40


@each_value
def test_the_notepad_shows_it_too(shown, value):
    window = shown(trace(value))
    panel = window.frames["notepad"].panel
    for timestep, wanted in ((4, False), (8, True)):
        window.player.go_to(timestep)
        settle(window)
        colour = panel.drawn()["cells"][2]
        assert np.array_equal(colour, no_number_shade()) is wanted


@each_value
def test_curves_have_a_gap_there(shown, value):
    window = shown(trace(value))
    window.view_state.select_unit(2)
    settle(window)
    _, unit = window.frames["unit"].panel.drawn()["unit"]
    assert np.isfinite(unit[:5]).all()
    assert not np.isfinite(unit[5:]).any()
    path = window.panels["unit"]._curve.getPath()
    points = [path.elementAt(n).y for n in range(path.elementCount())]
    assert np.isfinite(points).all()
    assert len(set(points)) <= 5
    assert "unit now" not in window.frames["unit"].panel.drawn()
    assert "answer" not in window.frames["sequence"].panel.drawn()


@pytest.mark.parametrize(
    ("value", "words"),
    [(np.nan, "not a number"), (np.inf, "more than 3.4e38"), (-np.inf, "less than -3.4e38")],
)
def test_readouts_say_so(shown, value, words):
    window = shown(trace(value))
    scene = window.view_state.scene
    assert words in window.panels["hidden"].describe(scene, 8, 2)
    assert words in window.panels["sequence"].describe(scene, 8, 0)
    window.view_state.select_unit(2)
    settle(window)
    assert words in window.panels["unit"].readout.text()
    window.panels["notepad"].cells.pointed.emit(2)
    assert words in window.panels["notepad"].readout.text()


@each_value
def test_bars_that_are_no_numbers_are_hatched_to_the_top(shown, value):
    window = shown(trace(value))
    for name, wanted in (("change", np.arange(T) >= 5), ("saliency", np.arange(T) == 3)):
        panel = window.frames[name].panel
        _, heights = panel.drawn()["gaps"]
        _, top = panel.plot.box.viewRange()[1]
        np.testing.assert_array_equal(np.isclose(heights, top), wanted)
        np.testing.assert_array_equal(heights == 0, ~wanted)


@each_value
def test_stepping_and_ordering_go_on(shown, value):
    window = shown(trace(value))
    for order in ("similarity", "peak", "index"):
        window.view_state.order_by(order)
        settle(window)
    for timestep in range(T):
        window.player.go_to(timestep)
        settle(window)


def test_a_trace_of_nothing_but_no_numbers_is_shown(shown):
    found = trace()
    arrays = {name: np.full_like(getattr(found, name), np.nan) for name in ("hidden", "output")}
    window = shown(
        msgspec.structs.replace(
            found, **arrays, saliency=arrays["hidden"][:, 0, :1] * np.ones(T, np.float32)
        )
    )
    window.view_state.select_unit(1)
    settle(window)
    assert (window.frames["hidden"].panel.drawn()["gaps"][..., 3] > 0).all()
