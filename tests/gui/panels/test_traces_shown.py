"""What the panels of a trace show, against PyTorch and against the definition."""

from __future__ import annotations

import math

import msgspec
import numpy as np
import pytest
import torch
from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QApplication
from torch import nn

from rnnviz.gui.look.theme import hidden_lookup
from rnnviz.learning.training.trainer import Trainer
from tests.gui.driver import SINE, SMALL, Driver, point_at

H, T = SMALL.network.hidden, SINE.window


def untrained() -> tuple[nn.RNN, nn.Linear]:
    """The network of `SMALL` before training: PyTorch's own weights from the seed."""
    torch.manual_seed(SMALL.training.seed)
    return nn.RNN(1, H, batch_first=True), nn.Linear(H, 1)


def example(number: int) -> np.ndarray:
    """One validation window of `SMALL`, by the definition of the job."""
    start = np.random.default_rng(SMALL.training.seed).uniform(0, 2 * math.pi, 120)[100 + number]
    return np.sin(start + 0.1 * np.arange(T)).astype(np.float32)


def computed(rnn: nn.RNN, readout: nn.Linear, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Hidden states ``(T, H)`` and the readout of each ``(T,)``, by PyTorch's own layers."""
    with torch.no_grad():
        hidden = rnn(torch.tensor(x)[None, :, None])[0][0]
        return hidden.numpy(), readout(hidden)[:, 0].numpy()


def drawn(driver: Driver, panel: str, name: str) -> np.ndarray:
    """What a panel draws under a name: of a curve x and y, ``(2, n)``."""
    return driver.panel(panel).drawn()[name]


def shown_hidden(driver: Driver) -> np.ndarray:
    """The numbers of the heatmap's image, ``(H, T)``: places in the colour table."""
    return drawn(driver, "hidden", "states")


def places(values: np.ndarray) -> np.ndarray:
    """Places in a table of 256 colours that goes from -1 to 1."""
    return np.clip(np.floor((values + 1) / 2 * 255), 0, 255)


def assert_same_colours(shown: np.ndarray, wanted: np.ndarray) -> None:
    """Equal but for what float32 rounds to one side of a step or the other."""
    assert np.abs(shown.astype(int) - wanted.astype(int)).max() <= 1
    assert np.mean(shown != wanted) < 0.02


def test_the_sequence_is_the_validation_window(driver: Driver):
    np.testing.assert_allclose(drawn(driver, "sequence", "to come 1")[1], example(0), atol=1e-6)


def test_the_first_timestep_stands_at_1(driver: Driver):
    np.testing.assert_array_equal(drawn(driver, "sequence", "to come 1")[0], np.arange(1, T + 1))


def test_what_was_read_so_far_ends_at_the_timestep(driver: Driver):
    driver.workspace.player.go_to(4)
    driver.until_drawn()
    np.testing.assert_allclose(drawn(driver, "sequence", "read 1")[1], example(0)[:5], atol=1e-6)


def test_the_answers_are_the_readouts_of_each_hidden_state(driver: Driver):
    answers = drawn(driver, "sequence", "answers")[1]
    np.testing.assert_allclose(answers, computed(*untrained(), example(0))[1], atol=1e-5)


def test_the_answers_so_far_end_at_the_timestep(driver: Driver):
    driver.workspace.player.go_to(4)
    driver.until_drawn()
    assert len(drawn(driver, "sequence", "answers")[1]) == 5


def test_an_answer_stands_at_the_timestep_that_it_speaks_about(driver: Driver):
    driver.set_up(SMALL.with_value("task.ahead", 5))
    driver.workspace.player.go_to(3)
    driver.until_drawn()
    x, _ = drawn(driver, "sequence", "answer")
    assert x[0] == 4 + 5


def test_the_target_is_the_point_after_the_window(driver: Driver):
    x, y = drawn(driver, "sequence", "target")
    # sin(a + 0.1 T) from the last two points: 2 cos(0.1) s_T-1 - s_T-2
    follows = 2 * math.cos(0.1) * example(0)[-1] - example(0)[-2]
    assert (x[0], y[0]) == (T + 1, pytest.approx(follows, abs=1e-5))


def test_the_heatmap_has_a_row_a_unit_and_a_column_a_timestep(driver: Driver):
    assert shown_hidden(driver).shape == (H, T)


def test_the_heatmap_is_coloured_with_pytorchs_hidden_states(driver: Driver):
    hidden, _ = computed(*untrained(), example(0))
    assert_same_colours(shown_hidden(driver), places(hidden.T))


def test_white_is_the_colour_of_0():
    middle = hidden_lookup()[127:129, :3].astype(int)
    assert middle.min() >= 250


def test_the_ends_of_the_colour_table_are_blue_and_red():
    low, high = hidden_lookup()[0, :3].astype(int), hidden_lookup()[-1, :3].astype(int)
    assert low.argmax() == 2
    assert high.argmax() == 0


def test_the_notepad_is_the_column_of_the_timestep(driver: Driver):
    driver.workspace.player.go_to(6)
    driver.until_drawn()
    hidden, _ = computed(*untrained(), example(0))
    shades = drawn(driver, "notepad", "cells")[:, :3]
    assert len(shades) == H
    wanted = hidden_lookup()[places(hidden[6]).astype(int), :3]
    assert np.abs(shades.astype(int) - wanted.astype(int)).max() <= 6  # one step of the table


def test_the_change_is_the_length_of_each_step_of_the_notepad(driver: Driver):
    hidden, _ = computed(*untrained(), example(0))
    wanted = np.linalg.norm(np.diff(hidden, axis=0, prepend=np.zeros((1, H))), axis=1)
    np.testing.assert_allclose(drawn(driver, "change", "bars")[1], wanted, atol=1e-5)


@pytest.mark.parametrize("timestep", [0, 5, T - 1])
def test_the_saliency_of_each_input_is_autograds_gradient(driver: Driver, timestep: int):
    driver.workspace.player.go_to(timestep)
    driver.until_drawn()
    rnn, readout = untrained()
    x = torch.tensor(example(0))[None, :, None].requires_grad_()
    readout(rnn(x)[0][0, timestep]).backward()
    wanted = x.grad[0, : timestep + 1, 0].abs().numpy()
    shown = drawn(driver, "saliency", "bars")[1]
    np.testing.assert_allclose(shown, wanted, rtol=1e-4, atol=1e-7)


def test_bars_that_are_not_measured_are_not_drawn(driver: Driver):
    trace = driver.workspace.view_state.trace
    driver.workspace.view_state.show(msgspec.structs.replace(trace, saliency=None))
    driver.until_drawn()
    assert not {"bars", "bar of now"} & driver.panel("saliency").drawn().keys()


def test_the_next_example_is_shown(driver: Driver):
    driver.key(Qt.Key.Key_Right, Qt.KeyboardModifier.ControlModifier)
    driver.until(
        lambda: np.allclose(driver.workspace.view_state.trace.inputs[:, 0], example(1), atol=1e-6)
    )


def test_an_example_is_traced_with_the_weights_of_now(driver: Driver):
    driver.train_to_the_end()
    before = driver.workspace.view_state.trace
    driver.workspace.player.show_example(3)
    driver.until(lambda: driver.workspace.view_state.trace is not before)
    direct = trained()
    np.testing.assert_array_equal(driver.workspace.view_state.trace.output, direct.trace(3).output)


def trained(epochs: int = 3) -> Trainer:
    direct = Trainer(SMALL)
    while direct.epoch < epochs:
        direct.train_batch()
    return direct


def look_at(driver: Driver, epoch: int) -> None:
    before = driver.workspace.view_state.trace
    driver.workspace.player.show_epoch(epoch)
    driver.until(lambda: driver.workspace.view_state.trace is not before)
    driver.until_drawn()


def test_the_frame_of_epoch_0_is_pytorchs_untrained_network(driver: Driver):
    driver.train_to_the_end()
    look_at(driver, 0)
    hidden, answers = computed(*untrained(), example(0))
    np.testing.assert_allclose(driver.workspace.view_state.trace.hidden[:, 0], hidden, atol=1e-5)
    np.testing.assert_allclose(driver.workspace.view_state.trace.output[:, 0], answers, atol=1e-5)


@pytest.mark.parametrize("epoch", [1, 2, 3])
def test_a_frame_has_the_weights_after_its_epoch(driver: Driver, epoch: int):
    driver.train_to_the_end()
    look_at(driver, epoch)
    model = trained(epoch).model
    hidden, _ = computed(model.rnn, model.readout, example(0))
    np.testing.assert_allclose(driver.workspace.view_state.trace.hidden[:, 0], hidden, atol=1e-5)


def test_a_frame_seen_before_is_shown_without_asking_again(driver: Driver):
    driver.train_to_the_end()
    look_at(driver, 1)
    first = driver.workspace.view_state.trace
    look_at(driver, 2)
    driver.workspace.player.show_epoch(1)
    assert driver.workspace.view_state.trace is first


def test_back_from_the_frames_now_is_the_trained_network(driver: Driver):
    driver.train_to_the_end()
    now = driver.workspace.view_state.trace.output
    look_at(driver, 0)
    before = driver.workspace.view_state.trace
    driver.workspace.player.show_epoch(None)
    driver.until(lambda: driver.workspace.view_state.trace is not before)
    np.testing.assert_array_equal(driver.workspace.view_state.trace.output, now)


def test_pointing_at_the_sequence_says_timestep_input_and_answer(driver: Driver):
    panel = driver.panel("sequence")
    point_at(panel.plot, 3, 0)
    answer = computed(*untrained(), example(0))[1][2]
    assert panel.readout.text() == f"timestep 3: input {example(0)[2]:.3f}, answer {answer:.3f}"


def test_when_the_mouse_leaves_the_legend_is_back(driver: Driver):
    panel = driver.panel("sequence")
    point_at(panel.plot, 3, 0)
    QApplication.sendEvent(panel.plot, QEvent(QEvent.Type.Leave))
    assert panel.readout.text().endswith("target")
