"""The network without memory: each answer rests on its own input, and on nothing else."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812

import rnnviz
from rnnviz.cells import CELLS
from rnnviz.experiment import suited
from rnnviz.learning.network.scan import OwnLayers
from rnnviz.learning.training.trainer import Trainer
from rnnviz.tasks import TASKS
from tests.learning.toys import Curve, Labels, Translation, Value, experiment, untrained

NONE = {"network__cell": "none"}


def closed_form(rnn: OwnLayers, x: torch.Tensor) -> torch.Tensor:
    """tanh of a linear layer, of one layer in one direction."""
    return torch.tanh(F.linear(x, rnn.weight_ih_l0, rnn.bias_ih_l0))


def test_a_layer_is_tanh_of_a_linear_layer_of_each_input():
    rnn = OwnLayers(CELLS["none"], 3, 5)
    x = torch.randn(2, 7, 3)
    hidden, end = rnn(x)
    torch.testing.assert_close(hidden, closed_form(rnn, x))
    torch.testing.assert_close(end, hidden[None, :, -1])


def test_its_first_weights_are_uniform_as_those_of_pytorch():
    torch.manual_seed(0)
    rnn = OwnLayers(CELLS["none"], 30, 100)
    for weight in rnn.parameters():
        assert weight.abs().max() <= 0.1  # 1 / sqrt(H)
        assert weight.std().item() == pytest.approx(0.1 / 3**0.5, rel=0.15)


def test_what_it_begins_with_changes_nothing():
    rnn = OwnLayers(CELLS["none"], 3, 5, 2)
    x, state = torch.randn(2, 7, 3), torch.randn(2, 2, 5)
    torch.testing.assert_close(rnn(x, state)[0], rnn(x)[0], rtol=0, atol=0)


@pytest.mark.parametrize("direction", ["forward", "both"])
@pytest.mark.parametrize("layers", [1, 2])
def test_each_answer_matters_with_its_own_input_alone(direction: str, layers: int):
    chosen = experiment(Curve(), network__direction=direction, network__layers=layers, **NONE)
    trainer = Trainer(chosen)
    trainer.train_batch()
    found = trainer.trace(3).saliency
    assert len(found) > 2
    assert (np.diag(found) > 0).all()
    assert not found[~np.eye(len(found), dtype=bool)].any()


def test_a_gradient_does_not_go_back_in_time():
    trainer = Trainer(experiment(Value(), **NONE))
    norms = trainer.trace(3).gradient_norm
    assert len(norms) > 2
    assert norms[-1] > 0
    assert not norms[:-1].any()


def test_the_answer_is_the_readout_of_the_last_input():
    trainer = Trainer(experiment(Value(), **NONE))
    trainer.train_batch()
    model, valid = trainer.model.eval(), trainer.examples.valid
    last = torch.as_tensor(valid.inputs)[torch.arange(10), torch.as_tensor(valid.lengths) - 1]
    with torch.no_grad():
        right = model.readout(closed_form(model.rnn, last)).numpy()
    found = [trainer.trace(example).output[-1] for example in range(10)]
    np.testing.assert_allclose(found, right, atol=1e-6)


def test_a_step_of_training_is_that_of_autograd():
    trainer = Trainer(experiment(Labels(), training__optimizer="SGD", **NONE))
    model = untrained(trainer.experiment)
    trainer.train_batch()
    train, rows = trainer.examples.train, trainer._order[0]
    there = torch.arange(9) < torch.as_tensor(train.lengths)[rows][:, None]
    x = model.reader.values(torch.as_tensor(train.inputs)[rows])
    answers = model.readout(closed_form(model.rnn, x))[there]
    loss = F.cross_entropy(answers, torch.as_tensor(train.targets)[rows][there])
    loss.backward()
    for before, after in zip(model.parameters(), trainer.model.parameters(), strict=True):
        moved = before.detach() - 1e-3 * before.grad
        torch.testing.assert_close(after.detach(), moved, rtol=0, atol=1e-7)


def test_a_decoder_does_not_know_what_its_encoder_has_read():
    trainer = Trainer(experiment(Translation(), **NONE))
    trainer.train_batch()
    before = [weight.clone() for weight in trainer.model.reader.parameters()]
    trainer.train_batch()
    for one, other in zip(before, trainer.model.reader.parameters(), strict=True):
        assert torch.equal(one, other)  # no gradient, no step
    traces = [trainer.trace(example) for example in range(3)]
    for trace in traces[1:]:
        np.testing.assert_allclose(trace.output[-5:], traces[0].output[-5:], atol=1e-6)
    assert not any(trace.saliency[-5:, :-5].any() for trace in traces)
    assert not any(trace.gradient_norm[:-5].any() for trace in traces)


@pytest.mark.parametrize("task", TASKS)
def test_it_can_be_chosen_for_every_task(task: str):
    chosen = suited(TASKS[task]()).with_value("network.cell", "none")
    assert untrained(chosen).rnn.mode == "NONE"


def test_its_layers_can_be_traced_by_anyone():
    rnn, x = OwnLayers(CELLS["none"], 2, 4), torch.randn(6, 2)
    found = rnnviz.trace(rnn, x, readout=torch.nn.Linear(4, 1), target=[1.0], saliency=True)
    assert found.kind == "NONE"
    assert found.cell is None
    assert found.gates == {}
    np.testing.assert_array_equal(found.hidden[:, 0], rnn(x[None])[0][0].detach().numpy())
