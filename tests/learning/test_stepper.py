"""One step of learning against PyTorch's optimizer, clipping and autograd."""

import copy

import pytest
import torch
import torch.nn.functional as F  # noqa: N812

from rnnviz.experiment import Experiment
from rnnviz.learning.network import build
from rnnviz.learning.stepper import Stepper


@pytest.fixture
def batch():
    generator = torch.Generator().manual_seed(0)
    inputs = torch.randn(16, 12, 1, generator=generator)
    return inputs, torch.randn(16, 1, generator=generator)


@pytest.mark.parametrize("clip_norm", [0.0, 0.1, 1e6])
def test_ten_steps_equal_those_of_adam_and_clip_grad_norm(batch, clip_norm):
    model = build(Experiment().with_value("network.layers", 2))
    plain = copy.deepcopy(model)
    adam = torch.optim.Adam(plain.parameters(), lr=0.01)
    stepper = Stepper(model)
    for _ in range(10):
        loss, norm = stepper.gradient(*batch)
        stepper.update(0.01, clip_norm)

        adam.zero_grad()
        out = plain.readout(plain.rnn(batch[0])[0][:, -1])
        expected = F.mse_loss(out, batch[1])
        expected.backward()
        limit = clip_norm or float("inf")
        expected_norm = torch.nn.utils.clip_grad_norm_(plain.parameters(), limit)
        adam.step()

        assert loss == pytest.approx(expected.item(), rel=1e-4)
        assert norm == pytest.approx(expected_norm.item(), rel=1e-3)
    for ours, right in zip(model.parameters(), plain.parameters(), strict=True):
        torch.testing.assert_close(ours, right, rtol=0, atol=1e-4)


def test_a_gradient_alone_changes_no_weight(batch):
    stepper = Stepper(build(Experiment()))
    before = stepper.weights.clone()
    stepper.gradient(*batch)
    assert torch.equal(stepper.weights, before)


def test_restored_weights_are_those_of_the_model(batch):
    model = build(Experiment())
    stepper = Stepper(model)
    before, answer = stepper.weights.clone(), model(batch[0]).detach()
    stepper.gradient(*batch)
    stepper.update(0.1, 0.0)
    assert not torch.equal(model(batch[0]), answer)
    stepper.restore(before)
    assert torch.equal(model(batch[0]), answer)
