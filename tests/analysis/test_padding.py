"""The share of padding, against batches that training draws and what can be counted by hand."""

import numpy as np
import pytest
import torch

from rnnviz.analysis import padding
from rnnviz.learning.batching import batches
from rnnviz.tasks import TASKS


def test_the_share_is_what_is_filled_up():
    found = padding.as_they_come(np.array([1, 3, 2, 2]), 2)
    assert found.share == pytest.approx(2 / 10)  # 1 and 3 fill 6, 2 and 2 fill 4
    assert padding.like_together(np.array([1, 3, 2, 2]), 2).share == pytest.approx(2 / 10)
    assert padding.like_together(np.array([1, 3, 1, 3]), 2).share == 0


@pytest.mark.parametrize("size", [7, 32, 500])
def test_like_are_put_together_as_training_does(size):
    task = TASKS["tagging"]()
    train = task.open(0).examples.train
    order = torch.randperm(len(train.inputs), generator=torch.Generator().manual_seed(4)).numpy()
    drawn = batches.Batches(task, train, size, 4).draw()
    mine = padding.like_together(train.lengths[order], size).batches
    assert sorted(map(tuple, mine)) == sorted(tuple(train.lengths[rows.numpy()]) for rows in drawn)
