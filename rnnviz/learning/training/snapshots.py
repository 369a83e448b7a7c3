"""The weights after each epoch, in bounded memory."""

from __future__ import annotations

import torch
from torch import Tensor

LIMIT = 256 * 2**20
"""Bytes that the snapshots of one run may take."""


class Snapshots:
    """Keeps weight vectors by epoch; when they grow too many, every other one goes.

    Kept are the multiples of a stride that doubles as needed, epoch 0 always among them,
    and the newest. At 64 units all of the first 10,000 epochs fit, and of the largest
    network on the sliders every fourth of thirty.
    """

    def __init__(self, limit: int = LIMIT) -> None:
        self._limit = limit
        self.stride = 1
        self._kept: dict[int, Tensor] = {}

    @property
    def epochs(self) -> list[int]:
        """The epochs that are kept, in rising order."""
        return list(self._kept)

    def add(self, epoch: int, weights: Tensor) -> None:
        """Keep a copy of `weights`, on the CPU, as those after `epoch`, the newest."""
        newest = next(reversed(self._kept), 0)
        if newest % self.stride:
            del self._kept[newest]
        copy = weights.detach().to("cpu", torch.float32, copy=True)
        self._kept[epoch] = copy
        # Never fewer than three: the start, one between, and the newest.
        room = max(3, self._limit // copy.nbytes)
        while len(self._kept) > room:
            self.stride *= 2
            self._kept = {e: w for e, w in self._kept.items() if not e % self.stride or e == epoch}

    def nearest(self, epoch: int) -> int:
        """The kept epoch that is nearest at or before `epoch`."""
        return max(e for e in self._kept if e <= max(0, epoch))

    def __getitem__(self, epoch: int) -> Tensor:
        """The weights after an epoch that is kept."""
        return self._kept[epoch]
