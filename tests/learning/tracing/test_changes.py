"""A sequence with something changed in it: what the network makes of it is what PyTorch makes."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from rnnviz.experiment import Experiment, suited
from rnnviz.learning.tracing.refusals import TraceError
from rnnviz.learning.training.trainer import Trainer
from rnnviz.records.trace import Change
from rnnviz.tasks import TASKS, Sine


def trained(experiment: Experiment) -> Trainer:
    trainer = Trainer(experiment.with_value("training.device", "cpu"))
    for _ in range(3):
        trainer.train_batch()
    return trainer


@pytest.fixture(scope="module")
def sine() -> Trainer:
    chosen = Experiment(task=Sine(windows=96, window=12)).with_value("network.hidden", 6)
    return trained(chosen.with_value("network.cell", "LSTM").with_value("network.layers", 2))


@pytest.fixture(scope="module")
def dates() -> Trainer:
    chosen = suited(TASKS["dates"]()).with_value("task.dates", 500)
    return trained(chosen.with_value("network.hidden", 8))


def test_other_values_give_what_the_network_gives_for_them(sine: Trainer):
    x = np.random.default_rng(0).standard_normal((12, 1)).astype(np.float32)
    found = sine.trace(2, change=Change(inputs=x))
    with torch.no_grad():
        hidden = sine.model.rnn(torch.from_numpy(x)[None])[0][0]
        answer = sine.model.readout(hidden)
    np.testing.assert_allclose(found.hidden[:, -1], hidden, atol=1e-6)
    np.testing.assert_allclose(found.output, answer, atol=1e-6)
    np.testing.assert_array_equal(found.target, sine.trace(2).target)


@pytest.mark.parametrize("timesteps", [1, 5, 30])
def test_one_answer_may_be_asked_after_more_timesteps_or_fewer(sine: Trainer, timesteps: int):
    x = np.ones((timesteps, 1), np.float32)
    assert sine.trace(0, change=Change(inputs=x)).timesteps == timesteps


def test_another_start_gives_what_the_network_gives_from_there(sine: Trainer):
    rng = np.random.default_rng(1)
    h, c = (rng.standard_normal((2, 6)).astype(np.float32) for _ in range(2))
    found = sine.trace(4, change=Change(start=h, start_cell=c))
    x = torch.from_numpy(sine.examples.valid.inputs[4:5])
    with torch.no_grad():
        start = torch.from_numpy(h)[:, None], torch.from_numpy(c)[:, None]
        hidden = sine.model.rnn(x, start)[0][0]
    np.testing.assert_allclose(found.hidden[:, -1], hidden, atol=1e-6)
    np.testing.assert_array_equal(found.start, h)


def test_a_start_without_a_cell_begins_with_an_empty_one(sine: Trainer):
    h = np.full((2, 6), 0.5, np.float32)
    found = sine.trace(4, change=Change(start=h))
    np.testing.assert_array_equal(found.start_cell, np.zeros((2, 6), np.float32))


def test_nothing_of_the_run_is_changed(sine: Trainer):
    before = sine.trace(1)
    sine.trace(1, change=Change(inputs=np.zeros((3, 1), np.float32)))
    after = sine.trace(1)
    np.testing.assert_array_equal(before.hidden, after.hidden)
    np.testing.assert_array_equal(before.output, after.output)


def test_other_tokens_are_read_and_named(dates: Trainer):
    tokens = dates.trace(0).inputs[: dates.examples.valid.length(0)]
    other = tokens[:-1].copy()
    other[0] = tokens[1]
    found = dates.trace(0, change=Change(inputs=other))
    assert found.presentation.steps[0] == dates.trace(0).presentation.steps[1]
    np.testing.assert_array_equal(found.inputs[: len(other)], other)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (Change(inputs=np.ones((3, 2), np.float32)), r"the shape \(T, 1\), not \(3, 2\)"),
        (Change(inputs=np.ones((0, 1), np.float32)), r"the shape \(T, 1\)"),
        (Change(inputs=np.full((3, 1), np.nan, np.float32)), "must be finite"),
        (Change(start=np.ones((1, 6), np.float32)), r"h_0 must .* \(2, 6\), not \(1, 6\)"),
        (
            Change(start=np.ones((2, 6), np.float32), start_cell=np.ones((2, 5), np.float32)),
            r"c_0 must .* not \(2, 5\)",
        ),
    ],
)
def test_what_does_not_fit_is_refused_in_a_sentence(sine: Trainer, change: Change, said: str):
    with pytest.raises(TraceError, match=said):
        sine.trace(0, change=change)


def test_a_token_that_there_is_not_is_refused(dates: Trainer):
    for wrong in (-1.0, 0.5, 10_000.0):
        with pytest.raises(TraceError, match="numbers that the vocabulary has"):
            dates.trace(0, change=Change(inputs=np.full((4, 1), wrong, np.float32)))


def test_an_encoder_begins_with_an_empty_notepad(dates: Trainer):
    with pytest.raises(TraceError, match="empty notepad"):
        dates.trace(0, change=Change(start=np.zeros((1, 8), np.float32)))


def test_where_every_timestep_is_asked_their_number_stays():
    waves = trained(suited(TASKS["waves"]()).with_value("task.signals", 60))
    length = waves.examples.valid.length(0)
    with pytest.raises(TraceError, match=f"keep its {length} timesteps, and not have 3"):
        waves.trace(0, change=Change(inputs=np.zeros((3, 1), np.float32)))
