"""In which order examples are learned: shuffled, in time, or with their like in length."""

from __future__ import annotations

import torch
from torch import Tensor

from rnnviz.tasks import Split, Task

POOL = 50
"""Batches that are drawn together and sorted by length, so that little is padded."""


class Batches:
    """Draws up the batches of an epoch as row numbers; the same seed draws the same ones.

    Where the examples follow each other in time, a batch holds one example of each of its
    B streams, and the next batch the next of each, so that notepads can be carried over.
    """

    def __init__(self, task: Task, train: Split, size: int, seed: int) -> None:
        self._count = len(train.inputs)
        self._size = size
        self._stateful = task.stateful
        self._lengths = None if train.lengths is None else torch.as_tensor(train.lengths)
        self._chance = torch.Generator().manual_seed(seed)
        self._last = self._chance.get_state()
        self.streams = min(size, self._count)
        if self._stateful:
            self.count = self._count // self.streams
        else:
            self.count = -(-self._count // size)

    @property
    def rng(self) -> Tensor:
        """What the next epoch is drawn by, as bytes."""
        return self._chance.get_state()

    @property
    def rng_of_last(self) -> Tensor:
        """What the last epoch was drawn by: from there it is drawn again."""
        return self._last.clone()

    def restore(self, rng: Tensor) -> None:
        """Draw the next epoch by this; raises `RuntimeError` for bytes that are none."""
        self._chance.set_state(rng)

    def draw(self) -> list[Tensor]:
        """The row numbers of each batch of the next epoch."""
        self._last = self._chance.get_state()
        if self._stateful:
            used = torch.arange(self.streams * self.count)
            return list(used.view(self.streams, self.count).unbind(1))
        order = torch.randperm(self._count, generator=self._chance)
        if self._lengths is None:
            return list(order.split(self._size))
        batches: list[Tensor] = []
        for pool in order.split(self._size * POOL):
            by_length = pool[self._lengths[pool].argsort(stable=True)]
            batches += by_length.split(self._size)
        mixed = torch.randperm(len(batches), generator=self._chance)
        return [batches[place] for place in mixed.tolist()]
