"""How much of a batch is padding: with sequences as they come, and with like next to like."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Lengths = npt.NDArray[np.int64]

POOL = 50
"""Batches that training draws together and sorts by length."""


class Batched(NamedTuple):
    """Sequences in batches, each filled up to the longest of it."""

    batches: list[Lengths]
    """the lengths in each batch"""

    @property
    def share(self) -> float:
        """Which share of all timesteps is padding."""
        filled = sum(len(batch) * int(batch.max()) for batch in self.batches)
        return 1 - sum(int(batch.sum()) for batch in self.batches) / max(1, filled)

    @property
    def typical(self) -> Lengths:
        """The lengths in the batch whose own share of padding is in the middle."""
        order = np.argsort([1 - batch.mean() / batch.max() for batch in self.batches])
        return self.batches[int(order[len(order) // 2])]


def as_they_come(lengths: Lengths, size: int) -> Batched:
    """Batches of shuffled sequences, whose lengths these are, in that order."""
    return Batched(np.split(lengths, range(size, len(lengths), size)))


def like_together(lengths: Lengths, size: int) -> Batched:
    """Batches as training makes them of the same: of each `POOL` of them like next to like."""
    pools = np.split(lengths, range(size * POOL, len(lengths), size * POOL))
    batches = [as_they_come(np.sort(pool, kind="stable"), size).batches for pool in pools]
    return Batched([batch for pool in batches for batch in pool])
