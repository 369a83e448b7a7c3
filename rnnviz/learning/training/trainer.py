"""Training: an experiment becomes a run, batch by batch, under the caller's control."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Collection, Iterator
from time import perf_counter

import msgspec
import numpy as np
import torch
from torch import Tensor

import rnnviz
from rnnviz.experiment import Experiment, Training
from rnnviz.knobs import with_live
from rnnviz.learning.batching.batches import Batches
from rnnviz.learning.batching.losses import summed, take, tensors
from rnnviz.learning.generating.composing import Chord, chords
from rnnviz.learning.generating.writing import Letter, letters
from rnnviz.learning.network.model import SequenceModel, State, build, with_weights
from rnnviz.learning.network.rng import Chance
from rnnviz.learning.tracing.changes import changed
from rnnviz.learning.tracing.recording import Wanted
from rnnviz.learning.tracing.start_states import Notepads
from rnnviz.learning.tracing.task_trace import Sequence, trace_sequence
from rnnviz.learning.training import devices, resuming
from rnnviz.learning.training.evaluation import Evaluator, Parts, finished, parts_of_summary
from rnnviz.learning.training.failures import DIVERGED, of_constant_answer, running_out_of_memory
from rnnviz.learning.training.failures import TrainingFailed as TrainingFailed  # it is raised here
from rnnviz.learning.training.optimizer import Optimizer
from rnnviz.learning.training.snapshots import Snapshots
from rnnviz.records.arrays import BoolArray, FloatArray
from rnnviz.records.run import Ended, EpochRecord, Figures, RunRecord
from rnnviz.records.trace import Change, Trace
from rnnviz.records.trainer_state import TrainerState
from rnnviz.tasks import Dataset

SHOWN = 512
"""Rows and columns of what dropout hid that are told at most: more could not be seen."""

DEAREST_SALIENCY = 1e11
"""Multiplications, one to two seconds of them, that a trace may spend on its saliency."""


class Trainer:
    """One run. The caller decides when the next batch is trained.

    Everything follows from the experiment: the same seed on the same device with the same
    number of threads gives the same numbers, bit for bit on the CPU, however often the run
    rests, is traced or is adjusted to what it had.

    Attributes: `experiment`, `dataset`, `examples`, `model`, `device` (``cpu`` or ``cuda``),
    `threads`, `timings` (why this device), `batches` in an epoch, `parameters` (how
    many), `baselines` (validation loss by name), `step` (batches trained), `epoch`
    (epochs ended), `error_by_position` (of the last epoch), `best_epoch` (with the lowest
    validation loss), `stopped_early`, `seconds` (of training and validation, pauses left
    out), `training_seconds` (of them without validation) and `history`.

    Raises `DeviceMissing`, `DataError` or `TrainingFailed` (``out_of_memory``).
    """

    def __init__(
        self,
        experiment: Experiment,
        *,
        dataset: Dataset | None = None,
        choice: devices.Choice | None = None,
    ) -> None:
        task, network, seed = experiment.task, experiment.network, experiment.training.seed
        self.experiment = experiment
        self.dataset = dataset or task.open(seed)
        sizes = self.dataset.sizes
        self.device, self.threads, self.timings = choice or devices.choose(experiment, sizes)
        self.examples = self.dataset.examples
        self.baselines = self.dataset.baselines()
        self.step = self.best_epoch = 0
        self.stopped_early = False
        self.error_by_position: FloatArray | None = None
        self.seconds = self.training_seconds = 0.0
        self.history: list[EpochRecord] = []
        self._knobs = experiment.training
        self._failure: TrainingFailed | None = None
        self._losses: list[tuple[float, float, int]] = []  # gradient norm, size; of this epoch
        self._fresh: list[tuple[float, float, bool]] = []  # not taken yet
        self._set_threads()
        train = self.examples.train
        with running_out_of_memory(0), devices.without_tiny_numbers():
            self.model = build(experiment, sizes).to(self.device)
            self._optimizer = Optimizer(self.model)
            self._train = tensors(train, self.device)
            self._evaluator = Evaluator(task, self.examples.valid, self.device)
            self._good, self._good_step = self._optimizer.weights.clone(), 0
        self._looked_at = build(experiment, sizes).eval()  # takes the weights of what is traced
        self._notepads = Notepads(self.examples.valid)
        self._snapshots = Snapshots()
        self._snapshots.add(0, self._optimizer.weights)
        self.parameters = self._optimizer.weights.numel()
        self._batches = Batches(task, train, experiment.training.batch, seed)
        self.batches = self._batches.count
        self._worst = DIVERGED * of_constant_answer(self.dataset)
        self._order: list[Tensor] = []
        self._state: State = None
        self._validation: Parts[tuple[float, FloatArray]] | None = None
        self._best = (math.inf, self._good)
        self._last: Tensor | None = None  # the weights that the best ones were put in place of
        hiding = (network.dropout_inputs, network.dropout_layers, network.dropout_readout)
        self._chance = Chance(seed, self.device) if any(hiding) else None

    @classmethod
    def restored(cls, state: TrainerState, experiment: Experiment | None = None) -> Trainer:
        """The run that `state` was taken of, which goes on bit for bit as that one would have.

        `experiment` may have more epochs and other live knobs, see `check_settings`. Raises
        `StateError` for a state that does not fit it, besides what a new run raises.
        """
        record = state.record
        experiment = experiment or record.experiment
        resuming.check_settings(record, experiment)
        trainer = cls(experiment, choice=devices.Choice(record.device, record.threads))
        resuming.put_back(trainer, state)
        return trainer

    def state(self) -> TrainerState:
        """The whole run as plain data, from which `restored` goes on.

        Left out are the weights of past epochs, up to 256 MB that only traces need, and losses
        that were not taken yet, which are on their way to whoever takes them.
        """
        return resuming.state_of(self)

    def record(self, result: Figures | None = None, ended: Ended | None = None) -> RunRecord:
        """The run as it is now, with the figures that it was judged by, if it was, and why it was
        ended where the trainer cannot know."""
        errors = self.error_by_position
        return RunRecord(
            rnnviz=rnnviz.__version__,
            experiment=msgspec.structs.replace(self.experiment, training=self._knobs),
            fingerprint=self.dataset.fingerprint,
            device=self.device,
            threads=self.threads,
            parameters=self.parameters,
            batches=self.batches,
            baselines=dict(self.baselines),
            history=tuple(self.history),
            seconds=self.seconds,
            ended=self.ended or ended,
            error_by_position=() if errors is None else tuple(errors.tolist()),
            result=result,
        )

    @property
    def epoch(self) -> int:
        """How many epochs have ended."""
        return len(self.history)

    @property
    def ended(self) -> Ended | None:
        """Why nothing more is trained; None while there is something to train."""
        if self._failure is not None:
            return self._failure.kind
        if self.stopped_early:
            return "stopped early"
        return "finished" if self.done else None

    @property
    def done(self) -> bool:
        """Whether all epochs are over, or patience is."""
        return self.stopped_early or self.epoch >= self.experiment.training.epochs

    @property
    def validating(self) -> bool:
        """Whether an epoch's batches are trained and its validation is under way."""
        return self._validation is not None

    @property
    def learned(self) -> float:
        """How many epochs the weights as they are have learned from, in the middle of one with a
        fraction: fewer than were trained where early stopping put the best ones back, or a
        failure the last good ones."""
        if self._failure is not None:
            return self._good_step / self.batches
        return self.best_epoch if self._back_at_best else self.step / self.batches

    @property
    def learning_rate(self) -> float:
        """The rate of the next step, as the schedule has it (Loshchilov and Hutter 2017)."""
        rate = self._knobs.learning_rate
        if self._knobs.schedule == "constant":
            return rate
        done = self.step / (self.batches * self.experiment.training.epochs)
        return rate * (1 + math.cos(math.pi * min(1.0, done))) / 2

    def train_batch(self) -> EpochRecord | None:
        """Learn from the next batch; after the last one of an epoch, validate and record it.

        Many validation examples are judged in parts, one a call, and nothing is learned while
        the run is `validating`.

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
            with running_out_of_memory(self.step), devices.without_tiny_numbers():
                if not self.validating:
                    self._learn()
                    self.training_seconds += perf_counter() - start
                record = self._go_on_validating(start) if self.validating else None
        except TrainingFailed as failure:
            self._failure = failure
            self._optimizer.restore(self._good)
            raise
        finally:
            self.seconds += perf_counter() - start
        return record

    def take_losses(self) -> tuple[FloatArray, FloatArray, BoolArray]:
        """Training loss, gradient norm (before clipping) and whether it was clipped, of every
        batch since the last call, three arrays ``(n,)``. A batch that failed is among them."""
        fresh = np.array(self._fresh, np.float32).reshape(-1, 3)
        self._fresh = []
        return fresh[:, 0].copy(), fresh[:, 1].copy(), fresh[:, 2] > 0

    def adjust(self, training: Training) -> None:
        """Turn the live knobs of a run under way to what they are in `training`."""
        self._knobs = with_live(self._knobs, training)

    @property
    def kept_epochs(self) -> list[int]:
        """The epochs whose weights are kept for traces; 0 is the untrained network."""
        return self._snapshots.epochs

    @property
    def stride(self) -> int:
        """Besides the newest epoch the multiples of this are kept: see `Snapshots`."""
        return self._snapshots.stride

    def nearest_epoch(self, epoch: int) -> int:
        """The nearest epoch at or before `epoch` whose weights are kept."""
        return self._snapshots.nearest(epoch)

    def trace(
        self,
        example: int,
        epoch: int | None = None,
        parts: Collection[str] = ("saliency", "gradient_norm"),
        *,
        patient: bool = True,
        change: Change | None = None,
    ) -> Trace:
        """Trace one validation example with the weights of now, or of after `epoch`, one of
        `kept_epochs`.

        `parts` are those of its costly parts that are wanted. Saliency is left out beyond
        `DEAREST_SALIENCY`, so that an answer takes seconds at most; who is not `patient` is given
        it only where it takes milliseconds. With a `change` it is traced as it would be then, and
        nothing of the run changes. Raises `IndexError` where there is no such example, and
        `TraceError` for a change that cannot be.
        """
        valid = self.examples.valid
        if not 0 <= example < len(valid.inputs):
            raise IndexError(
                f"there are {len(valid.inputs)} validation examples, none is {example}"
            )
        self._set_threads()
        weights = self._optimizer.weights if epoch is None else self._snapshots[epoch]
        model = self._looked_at
        torch.nn.utils.vector_to_parameters(weights.cpu(), model.parameters())
        saliency = (True if patient else None) if "saliency" in parts else False
        wanted = Wanted(saliency, DEAREST_SALIENCY, "gradient_norm" in parts)
        # Where examples go on from each other, one begins with the notepad that those before it
        # have filled, as an `Evaluator` has it there.
        start = self._notepads.before(model, example) if self.dataset.task.stateful else None
        sequence = Sequence(valid.only(example), start)
        if change is not None:
            sequence = changed(sequence, change, model)
        return trace_sequence(model, self.dataset, sequence, wanted)

    def writing(
        self, text: str, length: int, temperature: float, seed: int
    ) -> Iterator[Letter | None]:
        """What the network writes on after `text`, as `letters` has it, with the weights of
        now, whatever is trained before it is finished."""
        chance = torch.Generator().manual_seed(seed)
        return letters(self._as_now(), self.dataset, text, length, temperature, chance)

    def composing(
        self, start: BoolArray, steps: int, temperature: float, seed: int
    ) -> Iterator[Chord | None]:
        """How the network goes on with a roll, as `chords` has it, in the same way."""
        chance = torch.Generator().manual_seed(seed)
        return chords(self._as_now(), self.experiment.task, start, steps, temperature, chance)

    @property
    def dropout(self) -> dict[str, BoolArray]:
        """What dropout hid in the last batch, see `SequenceModel.hidden_by_dropout`; at most
        `SHOWN` rows and columns of it."""
        hidden = self.model.hidden_by_dropout()
        return {place: mask[:SHOWN, :SHOWN].cpu().numpy().copy() for place, mask in hidden.items()}

    def result(self) -> Figures | None:
        """What the run has come to. Every figure is of the weights as they are; there is none
        before the first batch."""
        return finished(self.parts_of_result())

    def parts_of_result(self) -> Parts[Figures | None]:
        """`result` in parts, between which nothing may be trained."""
        if not self.step:
            return None
        self._set_threads()
        return (
            yield from parts_of_summary(
                self.dataset, self.model, self.device, self._evaluator, self.learned
            )
        )

    @property
    def _back_at_best(self) -> bool:
        """Whether the run is over and patience has put the weights of the best epoch back."""
        return bool(self._knobs.patience) and self.done

    def _as_now(self) -> SequenceModel:
        """A network of its own with the weights of now."""
        return with_weights(
            self.experiment, self.dataset.sizes, self._optimizer.weights.cpu().clone()
        )

    def _learn(self) -> None:
        batch = take(self._train, self._next_batch())
        task = self.experiment.task
        with self._chance.drawn() if self._chance else contextlib.nullcontext():
            outputs, state = self.model.carry(
                batch.inputs, batch.lengths, batch.decoder, self._state
            )
            total, count = summed(task.loss, outputs, batch)
            loss, grad_norm = self._optimizer.gradient(total / max(1, count))
        if task.stateful:
            self._state = _detached(state)
        self._losses.append((loss, grad_norm, count))
        self._fresh.append((loss, grad_norm, 0 < self._knobs.clip_norm < grad_norm))
        self._examine(loss, grad_norm)
        # These weights gave a sound loss: they are what a failure goes back to.
        self._good.copy_(self._optimizer.weights)
        self._good_step = self.step
        self._optimizer.update(self._knobs, self.learning_rate)
        self.step += 1
        if self.step % self.batches == 0:
            self._validation = self._validate()

    def _next_batch(self) -> Tensor:
        place = self.step % self.batches
        if place == 0:
            self._draw()
        return self._order[place]

    def _draw(self) -> None:
        """Begin an epoch: its batches, and an empty notepad."""
        self._order = [rows.to(self.device) for rows in self._batches.draw()]
        self._losses = []
        self._state = None

    def _validate(self) -> Parts[tuple[float, FloatArray]]:
        """The validation loss, and the answers that metrics are made of."""
        loss, outputs = yield from self._evaluator.parts_of_loss(self.model)
        self._examine(loss)
        if self.experiment.task.shape == "encoder-decoder":
            outputs = yield from self._evaluator.parts_of_decoded(self.model)
        return loss, outputs

    def _go_on_validating(self, start: float) -> EpochRecord | None:
        assert self._validation is not None
        try:
            return next(self._validation)
        except StopIteration as end:
            self._validation = None
            return self._end_epoch(start, *end.value)

    def _end_epoch(self, start: float, valid_loss: float, outputs: FloatArray) -> EpochRecord:
        epoch = self.epoch + 1
        self._snapshots.add(epoch, self._optimizer.weights)
        losses, grad_norms, counts = zip(*self._losses, strict=True)
        record = EpochRecord(
            epoch=epoch,
            train_loss=float(np.average(losses, weights=counts)),
            valid_loss=valid_loss,
            grad_norm=float(np.mean(grad_norms)),
            metrics=self.dataset.metrics(outputs, self.examples.valid),
            learning_rate=self.learning_rate,
            seconds=self.seconds + perf_counter() - start,
            training_seconds=self.training_seconds,
        )
        self.history.append(record)
        self.error_by_position = self.dataset.error_by_position(outputs, self.examples.valid)
        self._mind_patience(valid_loss)
        return record

    def _mind_patience(self, valid_loss: float) -> None:
        """Remember the best weights; where there is patience, the run ends with them."""
        if valid_loss < self._best[0]:
            self._best = valid_loss, self._optimizer.weights.clone()
            self.best_epoch = self.epoch
        self._look_at_patience()

    def _look_at_patience(self) -> None:
        patience = self._knobs.patience
        self.stopped_early = 0 < patience <= self.epoch - self.best_epoch
        if self._back_at_best:
            self._last = self._optimizer.weights.clone()
            self._optimizer.restore(self._best[1])

    def _examine(self, loss: float, grad_norm: float = 0.0) -> None:
        if not math.isfinite(loss + grad_norm):
            raise TrainingFailed("not_finite", self.step)
        if loss > self._worst:
            raise TrainingFailed("diverged", self.step)

    def _set_threads(self) -> None:
        # One number for the whole process: another run, or whoever else uses PyTorch,
        # may have set another.
        if torch.get_num_threads() != self.threads:
            torch.set_num_threads(self.threads)


def _detached(state: State) -> State:
    """The notepad without the way that led to it: the next batch learns from here on."""
    return tuple(part.detach() for part in state) if isinstance(state, tuple) else state.detach()
