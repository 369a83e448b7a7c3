"""`rnnviz.show`: the panels on a trace of a module of one's own."""

from __future__ import annotations

import gc
import subprocess
import sys
from collections.abc import Callable, Iterator

import numpy as np
import pytest
import torch
from PySide6.QtCore import QCoreApplication, QEvent, QEventLoop, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from torch import nn

import rnnviz
from rnnviz.cells import CELLS
from rnnviz.gui.panels.trace.hidden import greatest
from rnnviz.gui.show import TraceWindow
from rnnviz.learning.network.scan import OwnLayers, Recurrent
from tests.gui.driver import click_at, wait_until

WAVE = np.sin(0.3 * np.arange(30))[:, None]
MODULES: dict[str, Callable[[], Recurrent]] = {
    "tanh": lambda: nn.RNN(1, 6),
    "relu": lambda: nn.RNN(1, 6, nonlinearity="relu"),
    "LSTM, two layers": lambda: nn.LSTM(1, 10, num_layers=2),
    "GRU": lambda: nn.GRU(1, 7, bias=False),
    "without memory": lambda: OwnLayers(CELLS["none"], 1, 9),
}


@pytest.fixture
def shown(qapp) -> Iterator[Callable[..., TraceWindow]]:
    """Shows a trace of a module without waiting; closes what it opened."""
    windows: list[TraceWindow] = []

    def show(module: Recurrent) -> TraceWindow:
        windows.append(rnnviz.show(rnnviz.trace(module, WAVE, saliency=True), block=False))
        settle(windows[-1])
        return windows[-1]

    yield show
    for window in windows:
        window.close()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


def settle(window: TraceWindow) -> None:
    wait_until(lambda: not window.clock.running)


@pytest.mark.parametrize("name", MODULES)
def test_every_kind_of_module_can_be_shown(shown, name: str):
    window = shown(MODULES[name]())
    hidden = window.frames["hidden"].panel.drawn()["states"]
    assert hidden.shape == (window.view_state.trace.units, 30)


def test_what_is_shown_are_the_modules_own_states(shown):
    torch.manual_seed(0)
    module = nn.RNN(1, 6)
    window = shown(module)
    click_at(window.panels["hidden"].plot, 3, 2)
    settle(window)
    with torch.no_grad():
        wanted = module(torch.tensor(WAVE, dtype=torch.float32))[0][:, 2]
    _, curve = window.frames["unit"].panel.drawn()["unit"]
    np.testing.assert_allclose(curve, wanted.numpy(), atol=1e-5)


def test_the_keys_of_the_player_work_here_too(shown):
    window = shown(nn.RNN(1, 6))
    window.activateWindow()
    wait_until(window.isActiveWindow)
    QTest.keyClick(window, Qt.Key.Key_Home)
    QTest.keyClick(window, Qt.Key.Key_Right)
    assert window.player.timestep == 1


def test_each_layer_can_be_looked_at(shown):
    window = shown(nn.LSTM(1, 10, num_layers=2))
    assert window.frames["hidden"].panel.layer_choice.count() == 2


def test_what_can_be_seen_of_a_unit_is_called_by_its_name(shown):
    part = shown(nn.LSTM(1, 10)).frames["hidden"].panel.part_choice
    role = Qt.ItemDataRole.ToolTipRole
    assert {part.itemText(n): part.itemData(n, role) for n in range(part.count())} == {
        "hₜ": "hidden state",
        "cₜ": "cell state",
        "iₜ": "input gate",
        "fₜ": "forget gate",
        "gₜ": "new content",
        "oₜ": "output gate",
    }


def test_colours_end_at_1_or_at_the_largest_of_what_nothing_bounds(shown):
    relu, lstm = nn.RNN(1, 6, nonlinearity="relu"), nn.LSTM(1, 10)
    with torch.no_grad():
        for module in (relu, lstm):
            for weight in module.parameters():
                weight.fill_(0.4)
    window = shown(relu)
    assert greatest(window.view_state.scene) == window.view_state.trace.hidden.max() > 1
    window = shown(lstm)
    assert greatest(window.view_state.scene) == 1
    window.view_state.show_part("c")
    assert greatest(window.view_state.scene) == window.view_state.trace.cell.max() > 1
    window.view_state.show_part("f")
    assert greatest(window.view_state.scene) == 1


def test_a_window_that_nobody_keeps_stays_open(qapp):
    rnnviz.show(rnnviz.trace(nn.RNN(1, 3), WAVE), block=False)
    gc.collect()
    windows = [w for w in QApplication.topLevelWidgets() if isinstance(w, TraceWindow)]
    assert len(windows) == 1
    windows[0].close()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


def test_inside_a_running_application_it_returns_at_once(qapp):
    windows: list[TraceWindow] = []
    trace, loop = rnnviz.trace(nn.RNN(1, 3), WAVE), QEventLoop()

    def show() -> None:
        windows.append(rnnviz.show(trace))
        loop.quit()

    QTimer.singleShot(0, show)
    loop.exec()
    windows[0].close()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


def test_in_a_script_it_waits_until_the_window_is_closed():
    program = """
import numpy as np, rnnviz, torch
from PySide6.QtCore import QTimer
from rnnviz.gui.app import application
trace = rnnviz.trace(torch.nn.GRU(1, 4), np.ones((5, 1)))
app = application()
QTimer.singleShot(300, lambda: (print("open"), app.closeAllWindows()))
rnnviz.show(trace)
print("closed")
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60
    )
    assert done.stdout.split() == ["open", "closed"]
