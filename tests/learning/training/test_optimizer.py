"""One step of learning against PyTorch's optimizers, clipping and autograd."""

import copy

import msgspec
import pytest
import torch
import torch.nn.functional as F  # noqa: N812

from rnnviz.experiment import Experiment, Training
from rnnviz.learning.training.optimizer import Optimizer
from tests.learning.toys import untrained


@pytest.fixture
def batch():
    generator = torch.Generator().manual_seed(0)
    inputs = torch.randn(16, 12, 1, generator=generator)
    return inputs, torch.randn(16, 1, generator=generator)


def loss_of(model, batch):
    return F.mse_loss(model(batch[0]), batch[1])


OPTIMIZERS = {
    "Adam": (Training(), lambda p: torch.optim.Adam(p, lr=0.01)),
    "AdamW": (
        Training(weight_decay=0.1),
        lambda p: torch.optim.AdamW(p, lr=0.01, weight_decay=0.1),
    ),
    "SGD": (
        Training(optimizer="SGD", momentum=0.0),
        lambda p: torch.optim.SGD(p, lr=0.01),
    ),
    "SGD with momentum": (
        Training(optimizer="SGD", momentum=0.9),
        lambda p: torch.optim.SGD(p, lr=0.01, momentum=0.9),
    ),
}


@pytest.mark.parametrize("clip_norm", [0.0, 0.1, 1e6])
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_ten_steps_equal_those_of_pytorch_and_clip_grad_norm(batch, name, clip_norm):
    knobs, make = OPTIMIZERS[name]
    model = untrained(Experiment().with_value("network.layers", 2))
    plain = copy.deepcopy(model)
    reference = make(plain.parameters())
    optimizer = Optimizer(model)
    knobs = msgspec.structs.replace(knobs, clip_norm=clip_norm)
    for _ in range(10):
        loss, norm = optimizer.gradient(loss_of(model, batch))
        optimizer.update(knobs, 0.01)

        reference.zero_grad()
        out = plain.readout(plain.rnn(batch[0])[0][:, -1])
        expected = F.mse_loss(out, batch[1])
        expected.backward()
        limit = clip_norm or float("inf")
        expected_norm = torch.nn.utils.clip_grad_norm_(plain.parameters(), limit)
        reference.step()

        assert loss == pytest.approx(expected.item(), rel=1e-4)
        assert norm == pytest.approx(expected_norm.item(), rel=1e-3)
    for ours, right in zip(model.parameters(), plain.parameters(), strict=True):
        torch.testing.assert_close(ours, right, rtol=0, atol=1e-4)


def test_weights_decay_apart_from_the_gradient():
    # Without a gradient AdamW leaves w (1 - rate * decay) of every weight.
    model = untrained(Experiment())
    optimizer = Optimizer(model)
    before = optimizer.weights.clone()
    optimizer.gradient(sum(p.sum() for p in model.parameters()) * 0.0)
    optimizer.update(Training(weight_decay=0.5), 0.1)
    torch.testing.assert_close(optimizer.weights, before * 0.95)


def test_a_gradient_alone_changes_no_weight(batch):
    model = untrained(Experiment())
    optimizer = Optimizer(model)
    before = optimizer.weights.clone()
    optimizer.gradient(loss_of(model, batch))
    assert torch.equal(optimizer.weights, before)


def test_restored_weights_are_those_of_the_model(batch):
    model = untrained(Experiment())
    optimizer = Optimizer(model)
    before, answer = optimizer.weights.clone(), model(batch[0]).detach()
    optimizer.gradient(loss_of(model, batch))
    optimizer.update(Training(), 0.1)
    assert not torch.equal(model(batch[0]), answer)
    optimizer.restore(before)
    assert torch.equal(model(batch[0]), answer)


def test_a_gradient_whose_squares_are_lost_still_has_its_norm():
    # d (w x) / d w = x = 1e-25, whose square is no float32; nine weights of ones give 3e-25.
    model = torch.nn.Linear(9, 1, bias=False)
    optimizer = Optimizer(model)
    _, norm = optimizer.gradient((model.weight * 1e-25).sum())
    assert norm == pytest.approx(3e-25, rel=1e-5, abs=0)
