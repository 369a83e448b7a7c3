"""A run: what each of its epochs came to, and where it was computed."""

from __future__ import annotations

import msgspec


class EpochRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One epoch in the history of a run. `seconds` counts from the start of the run,
    pauses left out; `training_seconds` are those of them that were spent on learning, without
    validation; `grad_norm` is the mean over the epoch's batches, before clipping."""

    epoch: int
    train_loss: float
    valid_loss: float
    grad_norm: float
    seconds: float
    metrics: dict[str, float] = {}
    """in the task's own units, on the validation examples"""
    training_seconds: float = 0.0
    learning_rate: float = 0.0
    """at the end of the epoch, as the schedule has it"""


class Device(msgspec.Struct, frozen=True, kw_only=True):
    """One place where arithmetic can be done: ``cpu`` or ``cuda``, and its full name."""

    kind: str
    name: str
    threads: int = 0


class Timing(msgspec.Struct, frozen=True, kw_only=True):
    """How long one step of training took on one device, in milliseconds."""

    device: str
    threads: int
    milliseconds: float
