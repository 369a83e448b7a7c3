"""A run as the window knows it: its history, its state, the traces that were asked for."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection
from typing import Literal, assert_never

import msgspec
import numpy as np
from PySide6.QtCore import QObject, Signal

from rnnviz.analysis.envelope import Envelope
from rnnviz.engine.messages import (
    Adjust,
    Advance,
    Answer,
    CheckData,
    Content,
    DataChecked,
    EpochEnded,
    Failed,
    LiveTrace,
    Part,
    Pause,
    Progress,
    Ready,
    Report,
    Result,
    Start,
    Started,
    StateChanged,
    Stop,
    TracedExample,
    TracedPart,
    TraceExample,
    Watch,
)
from rnnviz.experiment import Experiment
from rnnviz.gui.model.aspect import Aspect
from rnnviz.gui.model.engine_thread import EngineThread
from rnnviz.gui.model.questions import Questions
from rnnviz.gui.model.view_state import Subject
from rnnviz.knobs import with_live
from rnnviz.records.arrays import BoolArray, FloatArray
from rnnviz.records.run import Ended, EpochRecord, Figures, RunRecord
from rnnviz.records.trace import Trace

State = Literal["none", "preparing", "training", "paused", "finished", "stopped", "failed", "lost"]
CACHE_BYTES = 64 * 2**20


class Run(QObject):
    """The present run. Its numbers come from the engine alone; asking goes through here too.

    Every run has a number, and so has every question: what arrives late, with an older number,
    is dropped.
    """

    changed = Signal(object)
    """An `Aspect`."""
    trace_received = Signal(object, object)
    """The `Trace` to show, of the example and the epoch that are looked at, and the `Subject`
    that it is of."""
    trace_failed = Signal()
    """What was looked at could not be traced; the trace before is still the one shown."""
    failed = Signal(object)
    """The `Failed` that ended it, or None where the engine was lost."""

    def __init__(
        self, engine_thread: EngineThread, questions: Questions, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._engine_thread, self._questions = engine_thread, questions
        self._parts: list[TracedPart] = []
        engine_thread.reported.connect(self._take)
        engine_thread.engine_lost.connect(self._lose)
        self.engine: Ready | None = None
        self.number = 0
        self.state: State = "none"
        self.experiment: Experiment | None = None
        self._forget()

    def _forget(self) -> None:
        self.step = 0
        self.started: Started | None = None
        self.progress: Progress | None = None
        self.history: list[EpochRecord] = []
        self._error_by_position: FloatArray | None = None
        self.best_epoch = 0
        self.stride = 1
        self.losses = Envelope()
        self.grad_norms = Envelope()
        self.clipped_norms = Envelope()
        self.clipped = 0
        self.dropout: dict[str, BoolArray] = {}
        self.result: Figures | None = None
        self.judged = False  # whether there is a result, or could be none
        self.data_changed = False
        self.failure: Failed | None = None
        self._shown: Trace | None = None
        self._wanted: tuple[int, int | None] = (0, None)
        self._cache: OrderedDict[tuple[int, int], Trace] = OrderedDict()

    @property
    def trained(self) -> bool:
        """Whether anything would be lost by starting again."""
        return self.step > 0 or bool(len(self.losses))

    @property
    def stopped_early(self) -> bool:
        """Whether patience ended it, and put the weights of its best epoch back."""
        training = self.experiment.training if self.experiment else None
        return (
            self.state == "finished"
            and training is not None
            and 0 < training.patience <= len(self.history) - self.best_epoch
        )

    @property
    def record(self) -> RunRecord | None:
        """All that is known of it; None before the engine has begun it."""
        started, errors = self.started, self._error_by_position
        if started is None or self.experiment is None:
            return None
        return RunRecord(
            rnnviz=started.rnnviz,
            experiment=self.experiment,
            fingerprint=started.fingerprint,
            device=started.device,
            threads=started.threads,
            parameters=started.parameters,
            batches=started.batches,
            baselines=started.baselines,
            history=tuple(self.history),
            seconds=0.0 if self.progress is None else self.progress.seconds,
            ended=self._ended,
            error_by_position=() if errors is None else tuple(errors.tolist()),
            result=self.result,
        )

    @property
    def _ended(self) -> Ended | None:
        if self.state == "failed" and self.failure is not None:
            return self.failure.kind
        if self.state == "finished":
            return "stopped early" if self.stopped_early else "finished"
        if self.state == "lost":
            return "error"
        return "stopped" if self.state == "stopped" else None

    @property
    def figures(self) -> Figures | None:
        """How good the network is, see `RunRecord.figures`."""
        record = self.record
        return None if record is None else record.figures

    @property
    def can_trace(self) -> bool:
        """Whether the engine still has the weights of this run."""
        return self.started is not None and self.state not in ("none", "lost")

    def is_stale(self, experiment: Experiment) -> bool:
        """Whether this run was made with other settings, or of other data than there are now.
        Live knobs were turned while it ran."""
        if self.experiment is None:
            return False
        return self.data_changed or _with_live(experiment, self.experiment) != self.experiment

    # --- to the engine -------------------------------------------------------------------

    def start(self, experiment: Experiment, example: int = 0, *, paused: bool = False) -> None:
        """Begin anew, from the start that the seed gives; `paused` waits before the first batch."""
        if self.state == "lost":
            self._engine_thread.start()
        self._forget()
        self._questions.drop_runs()
        self.number += 1
        self.experiment = experiment
        self.state = "preparing"
        self._wanted = (example, None)
        self._engine_thread.send(
            Start(
                run=self.number,
                experiment=experiment,
                example=example,
                paused=paused,
                parts=self._parts,
            )
        )
        self.changed.emit(Aspect.PROGRESS | Aspect.EPOCHS | Aspect.STATE)

    def advance(self, until: Literal["end", "epoch", "batch"] = "end") -> None:
        """Train on: to the end, or for one epoch or one batch."""
        self._engine_thread.send(Advance(run=self.number, until=until))

    def pause(self) -> None:
        """Stop between two batches, ready to go on."""
        self._engine_thread.send(Pause(run=self.number))

    def stop(self) -> None:
        """End here."""
        self._engine_thread.send(Stop(run=self.number))

    def adjust(self, experiment: Experiment) -> None:
        """Take over the live knobs of an experiment."""
        assert self.experiment is not None
        self.experiment = _with_live(self.experiment, experiment)
        training = self.experiment.training
        self._engine_thread.send(Adjust(run=self.number, training=training))
        self.changed.emit(Aspect.EPOCHS | Aspect.STATE)

    def check_data(self) -> None:
        """Ask whether the data are what they were when it began: the engine knows, for the files
        are its to read; what it answers is `data_changed`."""
        if self.started is not None and self.state != "lost":
            what = CheckData(run=self.number)
            self._questions.ask(what, self._take_check, lambda _failure: None)

    def need(self, parts: Collection[TracedPart]) -> None:
        """Have traces with these of their costly parts from now on."""
        self._parts = sorted(parts)
        if self.state in ("none", "lost"):
            return
        self._watch()
        if self.started is not None and self._shown_lacks():
            self.look_at(*self._wanted)

    def look_at(self, example: int, epoch: int | None) -> None:
        """Ask for the trace of an example after an epoch, or of now."""
        if self.state in ("none", "lost"):
            return
        before, self._wanted = self._wanted, (example, epoch)
        if example != before[0]:
            self._watch()
        self._questions.drop(TraceExample)
        if self.started is None:
            return  # what is watched is traced as soon as the network is ready
        known = None if epoch is None else self._cache.get((example, epoch))
        if known is not None and epoch is not None and self._has_parts(known):
            self._cache.move_to_end((example, epoch))
            self._show(known, epoch)
            return
        what = TraceExample(run=self.number, example=example, epoch=epoch, parts=self._parts)
        self._questions.ask(what, self._take_trace, self._fail_trace)

    def _watch(self) -> None:
        example = self._wanted[0]
        self._engine_thread.send(Watch(run=self.number, example=example, parts=self._parts))

    def _show(self, trace: Trace, epoch: int | None) -> None:
        self._shown = trace
        self.trace_received.emit(trace, Subject(self.number, self._wanted[0], epoch))

    def _has_parts(self, trace: Trace) -> bool:
        """Whether a trace has all that is looked at, or says why not."""
        asked = trace.saliency is not None or trace.saliency_missing not in ("unasked", "later")
        return ("saliency" not in self._parts or asked) and (
            "gradient_norm" not in self._parts or trace.gradient_norm is not None
        )

    def _shown_lacks(self) -> bool:
        return self._shown is not None and not self._has_parts(self._shown)

    # --- from the engine -----------------------------------------------------------------

    def _take(self, report: Report) -> None:
        if isinstance(report, Ready):
            self.engine = report
            self.changed.emit(Aspect.STATE)
        elif not isinstance(report, Part | Answer) and report.run == self.number:
            self._take_own(report)

    def _take_own(
        self,
        report: Started | Progress | EpochEnded | LiveTrace | StateChanged | Result | Failed,
    ) -> None:
        match report:
            case Started():
                self.started = report
                self.changed.emit(Aspect.STATE | Aspect.EPOCHS)
            case Progress():
                self._take_progress(report)
            case EpochEnded():
                self._end_epoch(report)
            case LiveTrace():
                self._take_live(report)
            case StateChanged():
                self.state = report.state
                self.step = max(self.step, report.step)
                self.changed.emit(Aspect.STATE)
            case Result():
                self.result, self.judged = report.figures, True
                self.changed.emit(Aspect.RESULT)
            case Failed():
                if report.request is None:
                    self.state = "failed"
                    self.failure = report
                    self.changed.emit(Aspect.STATE)
                    self.failed.emit(report)
            case _:
                assert_never(report)

    def _take_progress(self, report: Progress) -> None:
        self.progress = report
        self.losses.extend(report.losses)
        self.grad_norms.extend(report.grad_norms)
        self.clipped_norms.extend(np.where(report.clipped, report.grad_norms, np.nan))
        self.clipped += int(report.clipped.sum())
        self.step = report.first + len(report.losses)
        self.changed.emit(Aspect.PROGRESS)

    def _end_epoch(self, report: EpochEnded) -> None:
        self.history.append(report.record)
        self._error_by_position = report.error_by_position
        self.best_epoch = report.best_epoch
        self.stride = report.stride
        self.changed.emit(Aspect.EPOCHS)

    def _take_check(self, content: Content, _last: bool) -> None:
        assert isinstance(content, DataChecked)
        assert self.started is not None
        changed = content.fingerprint != self.started.fingerprint
        if changed != self.data_changed:
            self.data_changed = changed
            self.changed.emit(Aspect.STATE)

    def _take_live(self, report: LiveTrace) -> None:
        if report.dropout or self.dropout:
            self.dropout = report.dropout
            self.changed.emit(Aspect.DROPOUT)
        if self._wanted == (report.example, None):
            self._show(report.trace, None)

    def _take_trace(self, content: Content, _last: bool) -> None:
        assert isinstance(content, TracedExample)
        if content.epoch is not None:
            self._remember(content.example, content.epoch, content.trace)
        if content.example == self._wanted[0]:
            self._show(content.trace, content.epoch)

    def _fail_trace(self, failure: Failed | None) -> None:
        if failure is not None:
            self.trace_failed.emit()

    def _lose(self) -> None:
        self.engine = None
        self.state = "lost"
        self.changed.emit(Aspect.STATE)
        self.failed.emit(None)

    def _remember(self, example: int, epoch: int, trace: Trace) -> None:
        self._cache[example, epoch] = trace
        while len(self._cache) > 1 and sum(t.nbytes for t in self._cache.values()) > CACHE_BYTES:
            self._cache.popitem(last=False)


def _with_live(experiment: Experiment, other: Experiment) -> Experiment:
    """`experiment` with the live knobs of `other`."""
    training = with_live(experiment.training, other.training)
    return msgspec.structs.replace(experiment, training=training)
