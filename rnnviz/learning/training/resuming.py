"""Going on with a run: its whole state taken out of a `Trainer`, checked, and put into another.

This is the other half of the trainer, and the only module besides that knows its members.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from rnnviz.cells import CELLS
from rnnviz.experiment import Experiment, Training, knobs, may_change
from rnnviz.knobs import knobs_of
from rnnviz.records.fingerprint import Fingerprint
from rnnviz.records.run import RunRecord
from rnnviz.records.trainer_state import TrainerState
from rnnviz.words.phrase import Refused
from rnnviz.words.translation import mark

if TYPE_CHECKING:
    from rnnviz.learning.training.trainer import Trainer

MOST_THREADS = knobs_of(Training)["threads"].limit

NOTEPAD = ("hidden", "cell")


class StateError(Refused):
    """A run that cannot be gone on with."""


class Expected(NamedTuple):
    """An array that a state must have."""

    dtype: str
    shape: tuple[int, ...]


def check_settings(record: RunRecord, experiment: Experiment) -> None:
    """Raise `StateError` unless a run may go on by `experiment`.

    What may differ from the experiment that it began with are live knobs and the number of
    epochs, and that only where nothing learned so far depends on it.
    """
    began = record.experiment
    if type(began.task) is not type(experiment.task):
        raise StateError(
            "This run learns {began}, not {asked}.",
            began=began.task.title,
            asked=experiment.task.title,
        )
    for path, knob in knobs(began):
        before, now = began.value(path), experiment.value(path)
        if before != now and not may_change(path, knob):
            raise StateError(
                "This run has {title} {before} and cannot go on with {now}: train anew for that.",
                title=knob.title,
                before=knob.text(before),
                now=knob.text(now),
            )
    before, now = began.training.epochs, experiment.training.epochs
    if now < len(record.history):
        raise StateError(
            "This run has learned for {n} epochs already: it can go on with as many or more.",
            n=len(record.history),
        )
    if now != before and began.training.schedule != "constant":
        raise StateError(
            "This run's learning rate falls to 0 within {before} epochs, so it cannot go on "
            "with {now}: train anew for that, or with a constant rate.",
            before=before,
            now=now,
        )
    if record.ended in ("not_finite", "diverged", "out_of_memory", "error"):
        raise StateError(
            "This run has failed and cannot go on: train anew, with a smaller learning rate, "
            "clipping, or fewer hidden units."
        )
    if record.device not in ("cpu", "cuda") or not 1 <= record.threads <= MOST_THREADS:
        raise StateError("This run does not say where it was trained: it is damaged.")
    if record.device == "cuda" and not torch.cuda.is_available():
        raise StateError("This run was trained on a GPU, and PyTorch finds none here.")


def check_data(began: Fingerprint | None, now: Fingerprint) -> None:
    """Raise `StateError` where the data are not those that a run began with."""
    if began is None:
        return
    for before, file in zip(began.files, now.files, strict=False):
        if (before.size, before.sha256) != (file.size, file.sha256):
            raise StateError(
                "{file} is not what it was when this run began: put it back as it was to go on, "
                "or train anew.",
                file=file.name,
            )
    if (
        began.version != now.version
        or began.settings != now.settings
        or (len(began.files) != len(now.files))
    ):
        raise StateError(
            "This version of rnnviz makes other examples than the one that this run began "
            "with: train anew."
        )


def check_counters(state: TrainerState, batches: int) -> None:
    """Raise `StateError` unless the counters of a state fit together and the network of it."""
    record, epochs = state.record, len(state.record.history)
    within = state.step - epochs * batches
    if (
        record.batches != batches
        or not 0 <= within <= batches
        or not 0 <= state.good_step <= state.step
        or [epoch.epoch for epoch in record.history] != list(range(1, epochs + 1))
        or epochs + bool(within) > record.experiment.training.epochs
        or not np.isfinite([epoch.valid_loss for epoch in record.history]).all()
    ):
        raise StateError("The counters of this run do not fit together: it is damaged.")


def checked(
    arrays: Mapping[str, npt.NDArray[Any]], expected: Mapping[str, Expected]
) -> dict[str, Tensor]:
    """The arrays as tensors of their own; raises `StateError` unless they are those that are
    expected by name, type and shape, and finite."""
    for name in sorted(expected.keys() ^ arrays.keys()):
        template = mark("This run has a needless {name}: it is damaged, or of another network.")
        if name in expected:
            template = mark("This run lacks {name}: it is damaged, or of another network.")
        raise StateError(template, name=name)
    for name, (dtype, shape) in expected.items():
        array = arrays[name]
        if array.dtype != dtype or array.shape != shape:
            raise StateError(
                "This run's {name} is {type} {shape} and should be {right}: it is damaged, or of "
                "another network.",
                name=name,
                type=array.dtype,
                shape=array.shape,
                right=f"{dtype} {shape}",
            )
        if not np.isfinite(array).all() or (name == "square" and array.min(initial=0.0) < 0):
            raise StateError(
                "This run's {name} has values that cannot be: it is damaged.", name=name
            )
    # Copies that PyTorch allocates: their place in memory decides how they are computed with.
    return {name: torch.from_numpy(arrays[name].copy()).clone() for name in expected}


def state_of(trainer: Trainer) -> TrainerState:
    """The whole run between two batches, see `Trainer.state`."""
    within = trainer.step > trainer.epoch * trainer.batches
    weights = trainer._optimizer.weights if trainer._last is None else trainer._last
    tensors = {"weights": weights, "good": trainer._good, **trainer._optimizer.moments}
    tensors["shuffling"] = trainer._batches.rng_of_last if within else trainer._batches.rng
    if trainer.epoch:
        tensors["best"] = trainer._best[1]
    if trainer._chance:
        tensors["dropout"] = trainer._chance.state
    if within and trainer._state is not None:
        notepad = trainer._state if isinstance(trainer._state, tuple) else (trainer._state,)
        tensors |= dict(zip(NOTEPAD, notepad, strict=False))
    arrays = {name: tensor.cpu().numpy().copy() for name, tensor in tensors.items()}
    losses = trainer._losses if within else []
    arrays["losses"] = np.array(losses, np.float64).reshape(-1, 3)
    return TrainerState(
        record=trainer.record(),
        step=trainer.step,
        good_step=trainer._good_step,
        training_seconds=trainer.training_seconds,
        arrays=arrays,
    )


def put_back(trainer: Trainer, state: TrainerState) -> None:
    """Let a new trainer become the one that a state was taken of; raises `StateError`."""
    record = state.record
    check_data(record.fingerprint, trainer.dataset.fingerprint)
    check_counters(state, trainer.batches)
    within = state.step - len(record.history) * trainer.batches
    if within and len(record.history) >= trainer.experiment.training.epochs:
        raise StateError(
            "This run is in the middle of epoch {n}: it can go on with as many epochs or more.",
            n=len(record.history) + 1,
        )
    found = checked(state.arrays, _expected(trainer, record, within))
    trainer.step, trainer._good_step = state.step, state.good_step
    trainer.seconds, trainer.training_seconds = record.seconds, state.training_seconds
    trainer.history = list(record.history)
    errors = np.array(record.error_by_position, np.float32)
    trainer.error_by_position = errors if len(errors) else None
    try:
        trainer._batches.restore(found["shuffling"])
        if trainer._chance:
            trainer._chance.restore(found["dropout"])
    except RuntimeError:
        raise StateError("This run's chance is none of PyTorch's: it is damaged.") from None
    trainer._optimizer.restore(found["weights"])
    trainer._optimizer.restore_moments(found, state.step)
    trainer._good.copy_(found["good"])
    if within:
        trainer._draw()
        trainer._losses = [(loss, norm, int(n)) for loss, norm, n in found["losses"].tolist()]
        notepad = [found[name].to(trainer.device) for name in NOTEPAD if name in found]
        trainer._state = tuple(notepad) if len(notepad) == 2 else next(iter(notepad), None)
    if within == trainer.batches:
        trainer._validation = trainer._validate()
    if trainer.epoch:
        trainer.best_epoch = record.best_epoch
        loss = record.history[record.best_epoch - 1].valid_loss
        trainer._best = loss, found["best"].to(trainer.device)
        trainer._snapshots.add(trainer.best_epoch, trainer._best[1])
        if not within and trainer.epoch > trainer.best_epoch:
            trainer._snapshots.add(trainer.epoch, trainer._optimizer.weights)
        trainer._look_at_patience()


def _expected(trainer: Trainer, record: RunRecord, within: int) -> dict[str, Expected]:
    """The arrays of a state of this run, so many batches into an epoch."""
    names = ["weights", "mean", "square", "good", *(["best"] if record.history else [])]
    found = {name: Expected("float32", (trainer.parameters,)) for name in names}
    found["losses"] = Expected("float64", (within, 3))
    found["shuffling"] = Expected("uint8", tuple(trainer._batches.rng.shape))
    if trainer._chance:
        found["dropout"] = Expected("uint8", tuple(trainer._chance.state.shape))
    if within and trainer.experiment.task.stateful:
        rnn = trainer.model.rnn
        shape = (rnn.num_layers, trainer._batches.streams, rnn.hidden_size)
        cell = CELLS[trainer.experiment.network.cell]
        parts = NOTEPAD if cell.has_cell_state else NOTEPAD[:1]
        found |= dict.fromkeys(parts, Expected("float32", shape))
    return found
