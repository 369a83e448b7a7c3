"""Weights by epoch in bounded memory."""

from itertools import pairwise

import pytest
import torch

from rnnviz.learning.training.snapshots import Snapshots


def filled(epochs: int, limit: int) -> Snapshots:
    snapshots = Snapshots(limit)
    for epoch in range(epochs + 1):
        snapshots.add(epoch, torch.full((10,), float(epoch)))  # 40 bytes each
    return snapshots


def test_every_epoch_is_kept_while_there_is_room():
    assert filled(9, limit=400).epochs == list(range(10))


@pytest.mark.parametrize("epochs", range(60))
def test_the_first_and_the_newest_are_always_kept_and_the_limit_holds(epochs):
    kept = filled(epochs, limit=200).epochs
    assert kept[0] == 0
    assert kept[-1] == epochs
    assert len(kept) <= 5
    assert kept == sorted(kept)


@pytest.mark.parametrize("epochs", [7, 30, 59])
def test_what_is_kept_is_spread_evenly(epochs):
    kept = filled(epochs, limit=400).epochs
    gaps = {b - a for a, b in pairwise(kept[:-1])}  # the newest stands where it stands
    assert len(gaps) == 1


def test_the_nearest_kept_epoch_at_or_before_is_found():
    snapshots = filled(30, limit=400)
    for epoch in range(31):
        found = snapshots.nearest(epoch)
        assert found == max(kept for kept in snapshots.epochs if kept <= epoch)
        assert snapshots[found].tolist() == [found] * 10


@pytest.mark.parametrize("epochs", range(40))
def test_kept_are_the_multiples_of_the_stride_and_the_newest(epochs):
    snapshots = filled(epochs, limit=320)
    assert snapshots.epochs == sorted({*range(0, epochs + 1, snapshots.stride), epochs})


def test_a_snapshot_does_not_change_with_the_weights_it_was_taken_from():
    weights = torch.zeros(3)
    snapshots = Snapshots()
    snapshots.add(0, weights)
    weights += 1
    assert snapshots[0].tolist() == [0, 0, 0]


def test_weights_larger_than_the_limit_still_leave_start_middle_and_end():
    assert filled(40, limit=1).epochs == [0, 32, 40]
