"""A run under way as plain data: all that it takes to go on with it as if it had never rested."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy.typing as npt

from rnnviz.records.run import RunRecord


class TrainerState(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """A `Trainer` between two batches.

    What follows from the record is not kept twice: the epochs that have ended, the best of them,
    the place within the epoch that is under way, and whether patience is over.
    """

    record: RunRecord
    step: int
    """batches trained"""
    good_step: int
    """how many of them the weights ``good`` have learned from"""
    training_seconds: float
    arrays: dict[str, npt.NDArray[Any]]
    """Of P weights in one vector each, float32: ``weights``, ``mean`` and ``square`` of the
    optimizer, ``good`` (the last that gave a sound loss) and, once an epoch has ended, ``best``.
    Of the epoch under way: ``losses`` ``(batches, 3)``, float64: loss, gradient norm, how many
    answers; where notepads are carried over, ``hidden`` and ``cell`` ``(L, B, H)``. Of chance, as
    PyTorch's bytes: ``shuffling``, as before the epoch under way was drawn, and ``dropout``."""
