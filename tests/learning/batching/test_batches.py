"""The order in which examples are learned."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from rnnviz.learning.batching import batches
from rnnviz.learning.batching.batches import Batches
from rnnviz.tasks import Split
from tests.learning.toys import Labels, Stream


def split(count, lengths=None):
    return Split(np.zeros((count, 9, 1), np.float32), np.zeros((count, 1), np.float32), lengths)


@given(
    count=st.integers(1, 300),
    size=st.integers(1, 64),
    seed=st.integers(0, 99),
    padded=st.booleans(),
)
def test_every_example_comes_once_an_epoch(count, size, seed, padded):
    lengths = np.random.default_rng(seed).integers(1, 10, count) if padded else None
    drawn = Batches(Labels(), split(count, lengths), size, seed)
    for _ in range(2):
        epoch = drawn.draw()
        assert len(epoch) == drawn.count
        assert sorted(torch.cat(epoch).tolist()) == list(range(count))
        assert sorted(map(len, epoch))[1:] == [size] * (len(epoch) - 1)


def test_like_comes_with_like_in_length():
    lengths = np.random.default_rng(0).integers(1, 101, 2000)
    drawn = Batches(Labels(), split(2000, lengths), 20, 0)
    padding = sum(int((lengths[b].max() - lengths[b]).sum()) for b in drawn.draw())
    shuffled = torch.randperm(2000).split(20)
    without = sum(int((lengths[b].max() - lengths[b]).sum()) for b in shuffled)
    assert padding < without / 10
    # Short and long batches come mixed, not one after another.
    means = [lengths[b].mean() for b in drawn.draw()]
    assert abs(np.corrcoef(means, np.arange(len(means)))[0, 1]) < 0.3


def test_the_same_seed_draws_the_same_and_each_epoch_another_order():
    def order(seed):
        drawn = Batches(Labels(), split(50), 8, seed)
        return [torch.cat(drawn.draw()).tolist() for _ in range(2)]

    assert order(3) == order(3)
    assert order(3) != order(4)
    assert order(3)[0] != order(3)[1]


def test_drawing_leaves_the_global_chance_alone():
    torch.manual_seed(1)
    expected = torch.rand(2)
    torch.manual_seed(1)
    Batches(Labels(), split(50), 8, 0).draw()
    assert torch.equal(torch.rand(2), expected)


@given(count=st.integers(1, 200), size=st.integers(1, 40))
def test_streams_go_on_from_batch_to_batch(count, size):
    drawn = Batches(Stream(), split(count), size, 0)
    epoch = torch.stack(drawn.draw())  # (batches, streams)
    assert epoch.shape == (drawn.count, min(size, count))
    assert (epoch[1:] == epoch[:-1] + 1).all()
    assert len(epoch.unique()) == epoch.numel()
    # What is left over is less than one example for each stream.
    assert count - epoch.numel() < min(size, count)
    assert torch.equal(epoch, torch.stack(drawn.draw()))


@pytest.mark.parametrize("count", [batches.POOL * 4, batches.POOL * 4 + 3])
def test_pools_end_where_batches_do(count):
    lengths = np.random.default_rng(0).integers(1, 10, count)
    epoch = Batches(Labels(), split(count, lengths), 4, 0).draw()
    assert sum(len(b) != 4 for b in epoch) == (count % 4 > 0)
