"""Training: an experiment becomes a run, batch by batch, under the caller's control."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from time import perf_counter
from typing import Any, Literal

import msgspec
import numpy as np
import torch
from torch import Tensor

from rnnviz.experiment import Experiment
from rnnviz.learning import devices, tracing
from rnnviz.learning.network import build
from rnnviz.learning.snapshots import Snapshots
from rnnviz.learning.stepper import Stepper
from rnnviz.records import EpochRecord, FloatArray, Trace
from rnnviz.tasks import Examples

DIVERGED = 1e6
"""How many times the loss of always answering 0 a loss may be before the run is stopped.

tanh keeps hidden states within 1, so a rate that is far too large never gives an infinite
loss, it gives a huge one that never comes back. Adam's first step moves every weight by
about the learning rate, so an answer is at most H times it, and the loss its square:
2.6e5 for the largest sliders (rate 1, H = 512), which may be watched, and 4e9 at rate 1e3
and H = 64, where every weight is +-1000 after one step and nothing is left to learn with.
"""

VALID_BYTES = 2**23
"""Memory for the hidden states of one layer while validating: more examples are judged in
parts, so that long sequences fit, and the states stay in the cache."""

DEAREST_RELEVANCE = 1e11
"""Multiplications, one to two seconds of them, that a trace may spend on its relevance."""


class TrainingFailed(Exception):
    """A run that cannot go on; the weights are back at the last good ones.

    `step` counts from 0. Kinds: ``not_finite`` (loss or gradient NaN or infinite),
    ``diverged`` (a loss beyond `DIVERGED` times that of a constant answer, 0),
    ``out_of_memory``.
    """

    def __init__(self, kind: Literal["not_finite", "diverged", "out_of_memory"], step: int) -> None:
        super().__init__(f"{kind} at step {step}")
        self.kind = kind
        self.step = step


class Trainer:
    """One run. The caller decides when the next batch is trained.

    Everything follows from the experiment: the same seed on the same device with the same
    number of threads gives the same numbers, bit for bit on the CPU, however often the run
    rests, is traced or is adjusted to what it had.

    Attributes: `experiment`, `examples`, `model`, `device` (``cpu`` or ``cuda``),
    `threads`, `timings` (why this device), `batches` in an epoch, `parameters` (how
    many), `baselines` (validation loss by name), `step` (batches trained), `epoch`
    (epochs ended), `seconds` (of training and validation, pauses left out) and `history`.

    Raises `DeviceMissing` or `TrainingFailed` (``out_of_memory``).
    """

    def __init__(
        self,
        experiment: Experiment,
        *,
        examples: Examples | None = None,
        choice: devices.Choice | None = None,
    ) -> None:
        seed = experiment.training.seed
        choice = choice or devices.choose(experiment)
        self.experiment = experiment
        self.examples = examples or experiment.task.examples(seed)
        self.device, self.threads, self.timings = choice
        self.baselines = experiment.task.baselines(self.examples)
        self.step = 0
        self.epoch = 0
        self.seconds = 0.0
        self.history: list[EpochRecord] = []
        self._knobs = experiment.training
        self._failure: TrainingFailed | None = None
        self._losses: list[tuple[float, float]] = []  # with gradient norms, of this epoch
        self._fresh: list[tuple[float, float]] = []  # the same, not taken yet
        self._set_threads()
        with _running_out_of_memory(0):
            self.model = build(experiment).to(self.device)
            self._stepper = Stepper(self.model)
            train, valid = self.examples
            self._inputs = torch.from_numpy(train.inputs).to(self.device)  # (N, T, I)
            self._targets = torch.from_numpy(train.targets).to(self.device)  # (N, O)
            self._valid_inputs = torch.from_numpy(valid.inputs).to(self.device)
            self._valid_targets = torch.from_numpy(valid.targets).to(self.device)
            self._good = self._stepper.weights.clone()
        self._looked_at = build(experiment)  # takes the weights of snapshots that are traced
        self._snapshots = Snapshots()
        self._snapshots.add(0, self._stepper.weights)
        self.parameters = self._stepper.weights.numel()
        self.batches = -(-len(self._inputs) // experiment.training.batch)
        self._worst = DIVERGED * max(float(np.square(train.targets).mean()), 1e-6)
        self._shuffling = torch.Generator().manual_seed(seed)
        self._order: tuple[Tensor, ...] = ()

    @property
    def done(self) -> bool:
        """Whether all epochs are over."""
        return self.epoch >= self.experiment.training.epochs

    def train_batch(self) -> EpochRecord | None:
        """Learn from the next batch; after the last one of an epoch, validate and record it.

        Raises `TrainingFailed`, and again whenever it is called after that. Does nothing
        when the run is done.
        """
        if self._failure is not None:
            raise self._failure
        if self.done:
            return None
        self._set_threads()
        start = perf_counter()
        try:
            with _running_out_of_memory(self.step):
                self._learn()
                record = None if self.step % self.batches else self._end_epoch(start)
        except TrainingFailed as failure:
            self._failure = failure
            self._stepper.restore(self._good)
            raise
        finally:
            self.seconds += perf_counter() - start
        return record

    def take_losses(self) -> tuple[FloatArray, FloatArray]:
        """Training loss and gradient norm (before clipping) of every batch since the last
        call, two arrays ``(n,)``. A batch that failed is among them."""
        fresh = np.array(self._fresh, np.float32).reshape(-1, 2)
        self._fresh = []
        return fresh[:, 0].copy(), fresh[:, 1].copy()

    def adjust(self, learning_rate: float, clip_norm: float) -> None:
        """Turn the knobs of a run under way; raises `KnobError` for values out of range."""
        self._knobs = msgspec.structs.replace(
            self._knobs, learning_rate=learning_rate, clip_norm=clip_norm
        )

    @property
    def kept_epochs(self) -> list[int]:
        """The epochs whose weights are kept for traces; 0 is the untrained network."""
        return self._snapshots.epochs

    def trace(self, example: int, epoch: int | None = None, relevance: bool | None = None) -> Trace:
        """Trace one validation example with the weights of now, or of after `epoch`.

        In long runs not every epoch is kept (see `Snapshots`): the weights are those of
        the nearest kept epoch at or before `epoch`. `relevance` is as in `tracing.trace`,
        but even where it is asked for it is left out beyond `DEAREST_RELEVANCE`, so that
        an answer takes seconds at most. Raises `IndexError` where there is no such example.
        """
        inputs, targets = self.examples.valid
        if not 0 <= example < len(inputs):
            raise IndexError(f"there are {len(inputs)} validation examples, none is {example}")
        self._set_threads()
        weights = self._stepper.weights if epoch is None else self._snapshots.at(epoch)[1]
        model = self._looked_at
        torch.nn.utils.vector_to_parameters(weights.cpu(), model.parameters())
        return tracing.trace(
            model.rnn,
            inputs[example],
            readout=model.readout,
            target=targets[example],
            relevance=relevance,
            dearest=DEAREST_RELEVANCE,
        )

    def result(self) -> dict[str, Any]:
        """What the run has come to, as plain data. `valid_loss` is that of the last epoch
        that ended, None before the first."""
        return {
            "valid_loss": self.history[-1].valid_loss if self.history else None,
            "baselines": dict(self.baselines),
            "device": self.device,
            "threads": self.threads,
            "seconds": self.seconds,
        }

    def _learn(self) -> None:
        batch = self._next_batch()
        loss, grad_norm = self._stepper.gradient(self._inputs[batch], self._targets[batch])
        self._losses.append((loss, grad_norm))
        self._fresh.append((loss, grad_norm))
        self._examine(loss, grad_norm)
        # These weights gave a sound loss: they are what a failure goes back to.
        self._good.copy_(self._stepper.weights)
        self._stepper.update(self._knobs.learning_rate, self._knobs.clip_norm)
        self.step += 1

    def _next_batch(self) -> Tensor:
        place = self.step % self.batches
        if place == 0:
            order = torch.randperm(len(self._inputs), generator=self._shuffling)
            self._order = order.to(self.device).split(self.experiment.training.batch)
            self._losses = []
        return self._order[place]

    def _end_epoch(self, start: float) -> EpochRecord:
        valid_loss = self._validate()
        self._examine(valid_loss)
        self.epoch += 1
        self._snapshots.add(self.epoch, self._stepper.weights)
        losses, grad_norms = zip(*self._losses, strict=True)
        sizes = [len(batch) for batch in self._order]  # the last batch may be smaller
        record = EpochRecord(
            epoch=self.epoch,
            train_loss=float(np.average(losses, weights=sizes)),
            valid_loss=valid_loss,
            grad_norm=float(np.mean(grad_norms)),
            seconds=self.seconds + perf_counter() - start,
        )
        self.history.append(record)
        return record

    @torch.no_grad()
    def _validate(self) -> float:
        _, timesteps, _ = self._valid_inputs.shape
        part = max(1, VALID_BYTES // (4 * timesteps * self.experiment.network.hidden))
        squares = [
            (self.model(inputs) - targets).square().sum(dtype=torch.float64)
            for inputs, targets in zip(
                self._valid_inputs.split(part), self._valid_targets.split(part), strict=True
            )
        ]
        return float(torch.stack(squares).sum()) / self._valid_targets.numel()

    def _examine(self, loss: float, grad_norm: float = 0.0) -> None:
        if not np.isfinite(loss + grad_norm):
            raise TrainingFailed("not_finite", self.step)
        if loss > self._worst:
            raise TrainingFailed("diverged", self.step)

    def _set_threads(self) -> None:
        # One number for the whole process: another run, or whoever else uses PyTorch,
        # may have set another.
        if torch.get_num_threads() != self.threads:
            torch.set_num_threads(self.threads)


@contextlib.contextmanager
def _running_out_of_memory(step: int) -> Iterator[None]:
    """Turn what PyTorch and Python say when memory is full into `TrainingFailed`."""
    try:
        yield
    except (MemoryError, RuntimeError) as error:
        # A full GPU has a class of its own, full main memory only this sentence.
        full = isinstance(error, MemoryError | torch.OutOfMemoryError)
        if full or "allocate memory" in str(error):
            raise TrainingFailed("out_of_memory", step) from error
        raise
