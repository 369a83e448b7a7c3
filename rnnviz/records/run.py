"""A run: what was trained on what, where, how it went, and how good it is."""

from __future__ import annotations

from typing import Literal

import msgspec

from rnnviz.experiment import Experiment
from rnnviz.records.fingerprint import Fingerprint

FORMAT = 2
"""The version of `RunRecord` as it is written; `rnnviz.store.runs` knows the older ones."""

Failure = Literal["not_finite", "diverged", "out_of_memory", "no_device", "no_data", "error"]
"""``not_finite`` (the loss was NaN or infinite), ``diverged`` (the loss grew far beyond that of a
constant answer), ``out_of_memory``, ``no_device`` (the device asked for is not there), ``no_data``
(a data file is missing or damaged), ``error`` (anything else; the log has the traceback)."""

Ended = Literal["finished", "stopped early", "stopped"] | Failure
"""Why a run trains no more: all epochs are over, patience is, a person ended it, or it failed."""


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


class Figures(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How good a network is. All of it is of the same weights; but for `test` it is on the
    validation examples. Measures are in the task's own units, by their names; empty where there
    are none."""

    epoch: float
    """how many epochs the weights have learned from; in the middle of one there is a fraction"""
    valid_loss: float
    metrics: dict[str, float] = {}
    error_by_position: tuple[float, ...] = ()
    """along time, where many are asked; NaN where none is"""
    test: dict[str, float] = {}
    """``loss`` and the metrics on the test examples, which nothing was chosen by; empty while the
    run is not over, and where the task has none"""
    test_examples: int = 0
    rules: dict[str, dict[str, float]] = {}
    """what simple rules reach, by the name of the rule: on the test examples where there are
    any, else on the validation examples"""
    lag: dict[str, int] = {}
    """by how many timesteps answers about a series come late: the network's, persistence's"""


class RunRecord(msgspec.Struct, frozen=True, kw_only=True):
    """All that is known of a run but its weights: what the engine, the window, the command line
    and every file have of it."""

    format: int = FORMAT
    rnnviz: str
    """the version that trained it; "" where that is not known"""
    experiment: Experiment
    """with the live knobs as they were last"""
    fingerprint: Fingerprint | None
    """None where that is not known"""
    device: str
    threads: int
    parameters: int
    batches: int
    """batches in an epoch"""
    baselines: dict[str, float]
    """what simple rules reach: validation loss by the name of the rule"""
    history: tuple[EpochRecord, ...] = ()
    seconds: float = 0.0
    """of training and validation, pauses left out"""
    ended: Ended | None = None
    """None while it can go on"""
    error_by_position: tuple[float, ...] = ()
    """after the last epoch, as in `Figures`"""
    result: Figures | None = None
    """of the weights as they are, once they were judged; None also where they could not be"""

    @property
    def best_epoch(self) -> int:
        """The first epoch with the lowest validation loss; 0 before one has ended."""
        return min(self.history, key=lambda epoch: epoch.valid_loss).epoch if self.history else 0

    @property
    def figures(self) -> Figures | None:
        """Those of the weights as they are once the run is over and judged, until then those of
        the last epoch that has ended; None before the first has."""
        if self.result is not None or not self.history:
            return self.result
        last = self.history[-1]
        return Figures(
            epoch=last.epoch,
            valid_loss=last.valid_loss,
            metrics=last.metrics,
            error_by_position=self.error_by_position,
        )
