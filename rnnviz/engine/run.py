"""One run in the engine: what it does between two batches, and what it reports."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable
from typing import Literal

import rnnviz
from rnnviz.engine.failures import failure
from rnnviz.engine.messages import (
    EpochEnded,
    LiveTrace,
    Progress,
    Result,
    Started,
    StateChanged,
    TracedPart,
)
from rnnviz.engine.outbox import INTERVAL
from rnnviz.engine.pace import Rate, Ration
from rnnviz.experiment import Training
from rnnviz.learning.training.evaluation import Parts
from rnnviz.learning.training.trainer import Trainer, TrainingFailed
from rnnviz.records.run import Figures

log = logging.getLogger(__name__)

Until = Literal["end", "epoch", "batch"]


class Run:
    """A trainer under orders. Nothing here waits: `work` does one small thing and returns.
    Whatever it raises ends the run: whoever calls it tells `fail`.

    Live traces take at most a twentieth of the time, so a long sequence is seen less
    often instead of being learnt more slowly. Whenever training rests, one full trace
    is owed, and paid as soon as nothing else is asked.
    """

    def __init__(
        self,
        number: int,
        trainer: Trainer,
        example: int,
        parts: list[TracedPart],
        report: Callable[..., None],
    ) -> None:
        self.number = number
        self.trainer = self._trainer = trainer
        self._example = self._existing(example)
        self._parts = parts
        self._report = report
        self._state: Literal["training", "paused", "finished", "stopped"] = "paused"
        self._until: Until = "end"
        self._owes_trace = False
        self._evaluating: Parts[Figures | None] | None = None
        self._reported = 0  # batches whose losses were sent
        self._next_progress = -math.inf
        self._live = Ration(shortest=INTERVAL)
        self._rate = Rate()

    @property
    def busy(self) -> bool:
        """True while `work` has something to do."""
        owes = self._owes_trace or self._evaluating is not None
        return self._state == "training" or owes

    @property
    def step(self) -> int:
        """How many batches were learned from."""
        return self._trainer.step

    def begin(self, paused: bool) -> None:
        """Report where the run stands before its first step, then train unless `paused`."""
        trainer = self._trainer
        self._report(
            Started(
                run=self.number,
                device=trainer.device,
                threads=trainer.threads,
                timings=list(trainer.timings),
                parameters=trainer.parameters,
                batches=trainer.batches,
                valid_examples=len(trainer.examples.valid.inputs),
                baselines=dict(trainer.baselines),
                rnnviz=rnnviz.__version__,
                fingerprint=trainer.dataset.fingerprint,
                remark=trainer.dataset.remark,
                lowest_pitch=trainer.dataset.lowest_pitch,
                row_names=trainer.dataset.row_names,
            )
        )
        self._report_trace(patient=paused)
        if paused:
            self._enter("paused")
        else:
            self.advance("end")

    def work(self) -> None:
        """Train one batch, or pay the trace that is owed, or judge a part of the test examples."""
        if self._state == "training":
            self._train_batch()
        elif self._owes_trace:
            self._owes_trace = False
            self._report_trace(patient=True, urgent=True)
        elif self._evaluating is not None:
            self._evaluate_on(self._evaluating)

    def advance(self, until: Until) -> None:
        if self._state == "paused" and not self._trainer.done:
            self._owes_trace = False
            self._rate.restart(time.perf_counter(), self._trainer.step)
            self._until = until
            if until == "batch":
                self._state = "training"  # said when it is over: it takes a moment
                return
            self._enter("training")
        elif self._state == "training":
            self._until = until
        else:
            self._enter(self._state)

    def pause(self) -> None:
        self._rest("paused" if self._state == "training" else self._state)

    def stop(self) -> None:
        if self._state != "finished":
            self._end_with("stopped")
        else:
            self._rest("finished")

    def adjust(self, training: Training) -> None:
        self._trainer.adjust(training)

    def watch(self, example: int, parts: list[TracedPart]) -> None:
        self._example, self._parts = self._existing(example), parts
        self._live.reset()
        self._owes_trace = self._state != "training"

    def fail(self, error: Exception) -> None:
        """Report that the run ended with `error`; its last good weights are traced and judged."""
        self._state = "stopped"
        self._report_losses()
        self._report(failure(error, self.number, self._trainer.step))
        if isinstance(error, TrainingFailed):
            self._owes_trace = True
            self._evaluate()

    def end(self) -> None:
        """Report what is left of the losses: another run begins."""
        self._report_losses()

    def _train_batch(self) -> None:
        record = self._trainer.train_batch()
        now = time.perf_counter()
        if record is not None:
            self._report_losses()
            self._report(
                EpochEnded(
                    run=self.number,
                    record=record,
                    error_by_position=self._trainer.error_by_position,
                    best_epoch=self._trainer.best_epoch,
                    stride=self._trainer.stride,
                )
            )
        elif now >= self._next_progress:
            self._report_losses()
        if self._trainer.done:
            self._end_with("finished")
        elif self._until != "end" and self._arrived(record is not None):
            self._rest("paused")
        elif self._live.due(now):
            self._report_trace(patient=False)

    def _arrived(self, epoch_ended: bool) -> bool:
        return epoch_ended or (self._until == "batch" and not self._trainer.validating)

    def _end_with(self, state: Literal["finished", "stopped"]) -> None:
        """Rest for good: from now on nothing is chosen, so the test examples may be looked at."""
        before = self._state
        self._rest(state)
        if before != "stopped":
            self._evaluate()

    def _evaluate(self) -> None:
        if self._trainer.step:
            self._evaluating = self._trainer.parts_of_result()

    def _evaluate_on(self, evaluating: Parts[Figures | None]) -> None:
        try:
            next(evaluating)
        except StopIteration as end:
            self._evaluating = None
            self._report(Result(run=self.number, figures=end.value))
        except Exception:
            self._evaluating = None
            log.exception("the run could not be judged")
            self._report(Result(run=self.number, figures=None))

    def _rest(self, state: Literal["training", "paused", "finished", "stopped"]) -> None:
        self._owes_trace |= self._state == "training"
        self._report_losses()
        self._enter(state)

    def _enter(self, state: Literal["training", "paused", "finished", "stopped"]) -> None:
        self._state = state
        self._report(StateChanged(run=self.number, state=state, step=self._trainer.step))

    def _report_losses(self) -> None:
        losses, grad_norms, clipped = self._trainer.take_losses()
        now = time.perf_counter()
        self._next_progress = now + INTERVAL
        if not len(losses):
            return
        trainer = self._trainer
        steps_per_second = self._rate.mark(now, trainer.step)
        left = trainer.experiment.training.epochs * trainer.batches - trainer.step
        examples = len(trainer.examples.train.inputs) / trainer.batches
        self._report(
            Progress(
                run=self.number,
                first=self._reported,
                losses=losses,
                grad_norms=grad_norms,
                clipped=clipped,
                steps_per_second=steps_per_second,
                samples_per_second=steps_per_second * examples,
                seconds=trainer.seconds,
                seconds_left=left / steps_per_second if steps_per_second else math.nan,
            ),
            urgent=self._reported == 0,
        )
        self._reported += len(losses)

    def _report_trace(self, patient: bool, urgent: bool = False) -> None:
        start, size = time.perf_counter(), 0
        try:
            trace = self._trainer.trace(self._example, parts=self._parts, patient=patient)
        except Exception:
            # Training can go on without being seen; what is asked for says why it fails.
            log.exception("the watched example could not be traced")
        else:
            size = trace.nbytes
            self._report(
                LiveTrace(
                    run=self.number,
                    step=self._trainer.step,
                    example=self._example,
                    trace=trace,
                    dropout=self._trainer.dropout,
                ),
                urgent=urgent,
            )
        self._live.spent(start, time.perf_counter(), size)

    def _existing(self, example: int) -> int:
        """The nearest example that there is: fewer windows leave fewer to watch."""
        return max(0, min(example, len(self._trainer.examples.valid.inputs) - 1))
