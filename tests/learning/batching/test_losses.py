"""Losses against their closed forms, and what takes no part in them."""

import math

import numpy as np
import pytest
import torch

from rnnviz.learning.batching.losses import Batch, summed, take, tensors
from tests.learning.toys import Curve, Later, Notes, Review, Translation, Value


def batch(targets, lengths=None, asked=None, decoder=None):
    return Batch(torch.zeros(len(targets), 4, 1), targets, lengths, asked, decoder)


def test_cross_entropy_of_equal_chances_is_the_logarithm_of_how_many_there_are():
    total, count = summed("cross-entropy", torch.zeros(3, 4, 7), batch(torch.ones(3, 4).long()))
    assert count == 12
    assert total.item() == pytest.approx(12 * math.log(7), rel=1e-6)


def test_binary_cross_entropy_adds_up_over_the_outputs_of_a_timestep():
    total, count = summed(
        "binary cross-entropy", torch.zeros(3, 4, 88), batch(torch.ones(3, 4, 88))
    )
    assert count == 12
    assert total.item() == pytest.approx(12 * 88 * math.log(2), rel=1e-6)


def test_the_mean_square_counts_values():
    total, count = summed("MSE", torch.zeros(3, 2), batch(torch.full((3, 2), 2.0)))
    assert (total.item(), count) == (24.0, 6)


@pytest.mark.parametrize("kind", ["MSE", "cross-entropy", "binary cross-entropy"])
@pytest.mark.parametrize("by", ["lengths", "asked"])
def test_what_does_not_count_gets_no_gradient(kind, by):
    torch.manual_seed(0)
    outputs = torch.randn(2, 4, 3, requires_grad=True)
    classes = torch.tensor([[0, 1, 2, 0], [2, 1, 0, 1]])
    targets = classes if kind == "cross-entropy" else torch.rand(2, 4, 3)
    counts = torch.tensor([[True, True, False, False], [True, True, True, False]])
    made = (
        batch(targets, lengths=torch.tensor([2, 3]))
        if by == "lengths"
        else batch(targets, asked=counts)
    )
    total, count = summed(kind, outputs, made)
    gradient = torch.autograd.grad(total, outputs)[0]
    assert count == (15 if kind == "MSE" else 5)
    assert torch.equal(gradient.abs().sum(2) > 0, counts)
    other = outputs.detach().masked_fill(~counts[..., None], 1e3)
    assert summed(kind, other, made)[0].item() == pytest.approx(total.item(), rel=1e-6)


def test_a_batch_that_is_asked_nothing_has_no_loss_and_no_gradient():
    outputs = torch.randn(2, 4, 3, requires_grad=True)
    none = batch(torch.zeros(2, 4).long(), asked=torch.zeros(2, 4, dtype=torch.bool))
    total, count = summed("cross-entropy", outputs, none)
    assert (total.item(), count) == (0.0, 0)
    assert not torch.autograd.grad(total, outputs)[0].any()


@pytest.mark.parametrize("toy", [Value, Review, Curve, Later, Notes, Translation])
def test_some_examples_are_cut_to_the_longest_of_them(toy):
    split = toy().open(0).examples.train
    rows = torch.as_tensor(np.argsort(split.lengths, kind="stable")[:5].copy())
    longest = int(split.lengths[rows].max())
    assert longest < split.inputs.shape[1]
    found = take(tensors(split, "cpu"), rows)
    np.testing.assert_array_equal(found.inputs, split.inputs[rows, :longest])
    np.testing.assert_array_equal(found.lengths, split.lengths[rows])
    many = toy.shape == "many-to-many"
    targets = split.targets[rows]
    np.testing.assert_array_equal(found.targets, targets[:, :longest] if many else targets)
    if split.asked is not None:
        asked = split.asked[rows]
        np.testing.assert_array_equal(found.asked, asked[:, :longest] if many else asked)
    if split.decoder is not None:
        np.testing.assert_array_equal(found.decoder, split.decoder[rows])


def test_an_answer_of_as_many_values_as_there_are_timesteps_is_not_cut():
    task = Value()
    split = task.open(0).examples.train
    wide = split._replace(targets=np.zeros((24, split.inputs.shape[1]), np.float32))
    short = torch.as_tensor(np.flatnonzero(split.lengths < split.inputs.shape[1])[:3])
    assert take(tensors(wide, "cpu"), short).targets.shape == (3, split.inputs.shape[1])
