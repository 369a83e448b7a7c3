"""A trace of a text begins with the notepad that the network really has there."""

import numpy as np
import pytest
import torch

from rnnviz.experiment import suited
from rnnviz.learning.training import evaluation
from rnnviz.learning.training.evaluation import Evaluator, stretch
from rnnviz.learning.training.trainer import Trainer
from rnnviz.tasks.characters import Characters
from tests.learning.toys import CELLS, Stream
from tests.learning.toys import experiment as toy_experiment

TEXT = Characters(text="English reviews", share=0.2, window=20)
"""93 windows to judge by, less what 16 does not divide: 16 stretches of 5."""


def trainer(cell="LSTM", layers=1, task=TEXT):
    chosen = suited(task).with_value("network.hidden", 8).with_value("network.cell", cell)
    chosen = chosen.with_value("network.layers", layers).with_value("training.device", "cpu")
    # A notepad that is kept for long: from an empty one the answers would be others.
    made = Trainer(chosen.with_value("network.gate_bias", 100.0))
    for _ in range(3):
        made.train_batch()
    return made


def judged(made):
    return Evaluator(made.experiment.task, made.examples.valid, "cpu").loss(made.model)[1]


@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("cell", CELLS)
def test_a_trace_answers_as_the_judge_does_in_the_middle_of_a_stretch(cell, layers):
    made = trainer(cell, layers)
    outputs, length = judged(made), stretch(len(made.examples.valid.inputs))
    assert length == 5
    for example in range(length, 2 * length):
        np.testing.assert_allclose(made.trace(example).output, outputs[example], atol=1e-5)


@pytest.mark.parametrize("cell", CELLS)
def test_a_trace_goes_on_where_the_one_before_it_ended(cell):
    made = trainer(cell, 2)
    before, after = made.trace(6), made.trace(7)
    model, tokens = made.model.eval(), torch.as_tensor(made.examples.valid.inputs)
    with torch.no_grad():
        x = model.reader.values(tokens[5:8].reshape(1, -1, 1))
        hidden = model.rnn(x)[0][0].numpy()  # (T, H) of the last layer, from the stretch's start
    np.testing.assert_allclose(before.hidden[:, -1], hidden[20:40], atol=1e-5)
    np.testing.assert_allclose(after.hidden[:, -1], hidden[40:], atol=1e-5)


def test_a_stretch_begins_with_an_empty_notepad():
    made = trainer()
    model, tokens = made.model.eval(), torch.as_tensor(made.examples.valid.inputs)
    with torch.no_grad():
        alone = model(tokens[5:6])[0].numpy()
    np.testing.assert_allclose(made.trace(5).output, alone, atol=1e-5)


def test_every_example_is_answered_as_the_judge_answers_it(monkeypatch):
    # One stretch of 60 windows, so that the last begins with a notepad of 1,180 timesteps.
    monkeypatch.setattr(evaluation, "STREAMS", 1)
    made = trainer()
    outputs = judged(made)
    assert len(outputs) * 20 > 1100
    for example in reversed(range(len(outputs))):
        np.testing.assert_allclose(made.trace(example).output, outputs[example], atol=1e-5)


def test_a_trace_carries_the_notepad_that_it_begins_with():
    made = trainer("LSTM", 2)
    before, after = made.trace(6), made.trace(7)
    np.testing.assert_allclose(after.start, before.hidden[-1], atol=1e-5)
    np.testing.assert_allclose(after.start_cell, before.cell[-1], atol=1e-5)
    assert made.trace(5).start is None


def test_notepads_are_those_of_the_weights_that_are_looked_at():
    made = trainer()
    first = made.trace(7).start
    made.train_batch()
    now, untrained = made.trace(7).start, made.trace(7, epoch=0).start
    assert abs(now - first).max() > 1e-4
    model, tokens = made.model.eval(), torch.as_tensor(made.examples.valid.inputs)
    with torch.no_grad():
        state = model.carry(tokens[5:7].reshape(1, -1, 1))[1]
    np.testing.assert_allclose(now, state[0][:, 0].numpy(), atol=1e-5)
    assert abs(untrained - now).max() > 1e-4


@pytest.mark.parametrize("cell", CELLS)
def test_saliency_and_gradient_are_those_of_the_window(cell):
    """Autograd, with the notepad handed over as a constant."""
    made = trainer(cell, 2)
    model, valid = made.model.eval(), made.examples.valid
    tokens = torch.as_tensor(valid.inputs)
    with torch.no_grad():
        _, state = model.carry(tokens[5:8].reshape(1, -1, 1))
        x = model.reader.values(tokens[8:9])
    trace = made.trace(8)
    x.requires_grad_()
    hidden, _ = model.rnn(x, state)
    hidden.retain_grad()
    answers = model.readout(hidden)[0]
    loss = torch.nn.functional.cross_entropy(answers, torch.as_tensor(valid.targets[8]))
    loss.backward(retain_graph=True)
    # Of the last layer, h_t also acts through the timesteps after it: that of the last is bare.
    assert trace.gradient_norm[-1, -1] == pytest.approx(hidden.grad[0, -1].norm().item(), rel=1e-4)
    for t in (0, 7, 19):
        rows = [
            torch.autograd.grad(answers[t, k], x, retain_graph=True)[0][0]
            for k in range(answers.shape[1])
        ]
        norms = torch.stack(rows).square().sum(dim=(0, 2)).sqrt().numpy()
        np.testing.assert_allclose(trace.saliency[t], norms, rtol=1e-3, atol=1e-6)


def test_examples_that_stand_alone_begin_with_an_empty_notepad():
    class Apart(Stream, tag="apart"):
        stateful = False

    for kind in (Stream, Apart):
        made = Trainer(toy_experiment(kind()))
        with torch.no_grad():
            alone = made.model.eval()(torch.as_tensor(made.examples.valid.inputs)).numpy()
        for example in range(10):  # ten streams of one example each
            np.testing.assert_allclose(made.trace(example).output, alone[example], atol=1e-5)
