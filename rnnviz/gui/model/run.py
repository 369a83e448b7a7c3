"""A run as the window knows it: its history, its state, the traces that were asked for."""

from __future__ import annotations

from collections import OrderedDict
from typing import Literal

import numpy as np
from PySide6.QtCore import QObject, Signal

from rnnviz.analysis.envelope import Envelope
from rnnviz.engine.messages import (
    Adjust,
    Advance,
    CheckData,
    Compose,
    Composed,
    DataChecked,
    EpochEnded,
    Failed,
    LiveTrace,
    Pause,
    Progress,
    PutDown,
    Ready,
    Report,
    RequestTrace,
    Result,
    Start,
    Started,
    StateChanged,
    Stop,
    TraceAnswer,
    Watch,
    Write,
    Written,
)
from rnnviz.experiment import Experiment, knobs
from rnnviz.gui.model.aspect import Aspect
from rnnviz.gui.model.engine_thread import EngineThread
from rnnviz.gui.model.view_state import Subject
from rnnviz.records.arrays import BoolArray, FloatArray
from rnnviz.records.run import Ended, EpochRecord, Figures, RunRecord
from rnnviz.records.trace import Trace

State = Literal["none", "preparing", "training", "paused", "finished", "stopped", "failed", "lost"]
CACHE_BYTES = 64 * 2**20


class Run(QObject):
    """The present run. Its numbers come from the engine alone; asking goes through here too.

    Every run has a number, and so has every request for a trace: what arrives late, with
    an older number, is dropped.
    """

    changed = Signal(object)
    """An `Aspect`."""
    trace_received = Signal(object, object)
    """The `Trace` to show, of the example and the epoch that are looked at, and the `Subject`
    that it is of."""
    written = Signal(object)
    """A part of the `Written` that was asked for last."""
    composed = Signal(object)
    """The `Composed` that was asked for last, or what there is of it so far."""
    failed = Signal(object)
    """The `Failed` that ended it, or None where the engine was lost."""

    def __init__(self, engine_thread: EngineThread, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._engine_thread = engine_thread
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
        self._request = 0
        self._writing = 0
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
        return self.data_changed or _without_live(experiment, self.experiment) != self.experiment

    # --- to the engine -------------------------------------------------------------------

    def start(self, experiment: Experiment, example: int = 0, *, paused: bool = False) -> None:
        """Begin anew, from the start that the seed gives; `paused` waits before the first batch."""
        if self.state == "lost":
            self._engine_thread.start()
        self._forget()
        self.number += 1
        self.experiment = experiment
        self.state = "preparing"
        self._wanted = (example, None)
        self._engine_thread.send(
            Start(run=self.number, experiment=experiment, example=example, paused=paused)
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
        self.experiment = _without_live(self.experiment, experiment)
        training = self.experiment.training
        self._engine_thread.send(
            Adjust(
                run=self.number,
                learning_rate=training.learning_rate,
                clip_norm=training.clip_norm,
            )
        )
        self.changed.emit(Aspect.EPOCHS | Aspect.STATE)

    def check_data(self) -> None:
        """Ask whether the data are what they were when it began: the engine knows, for the files
        are its to read; what it answers is `data_changed`."""
        if self.started is not None and self.state != "lost":
            self._engine_thread.send(CheckData(run=self.number))

    def write(self, text: str, length: int, temperature: float, seed: int) -> int:
        """Ask for letters that go on with a text; the answer is `written`, and has the number
        of the request."""
        self._writing += 1
        self._engine_thread.send(
            Write(
                run=self.number,
                request=self._writing,
                text=text,
                length=length,
                temperature=temperature,
                seed=seed,
            )
        )
        return self._writing

    def compose(
        self, *, example: int, heard: int, steps: int, temperature: float, seed: int
    ) -> int:
        """Ask for a piece that goes on with an example; the answer is `composed`. The number of
        the request comes back."""
        self._writing += 1
        self._engine_thread.send(
            Compose(
                run=self.number,
                request=self._writing,
                example=example,
                heard=heard,
                steps=steps,
                temperature=temperature,
                seed=seed,
            )
        )
        return self._writing

    def put_down(self) -> None:
        """Leave what is being written or composed as it is; no answer to it is taken."""
        self._writing += 1
        self._engine_thread.send(PutDown(run=self.number))

    def look_at(self, example: int, epoch: int | None) -> None:
        """Ask for the trace of an example after an epoch, or of now."""
        if self.state in ("none", "lost"):
            return
        if example != self._wanted[0]:
            self._engine_thread.send(Watch(run=self.number, example=example))
        self._wanted = (example, epoch)
        self._request += 1
        if self.started is None:
            return  # what is watched is traced as soon as the network is ready
        known = None if epoch is None else self._cache.get((example, epoch))
        if known is not None and epoch is not None:
            self._cache.move_to_end((example, epoch))
            self.trace_received.emit(known, Subject(self.number, example, epoch))
            return
        self._engine_thread.send(
            RequestTrace(run=self.number, request=self._request, example=example, epoch=epoch)
        )

    # --- from the engine -----------------------------------------------------------------

    def _take(self, report: Report) -> None:
        if isinstance(report, Ready):
            self.engine = report
            self.changed.emit(Aspect.STATE)
        elif getattr(report, "run", None) == self.number:
            getattr(self, f"_take_{type(report).__name__}")(report)

    def _take_Started(self, report: Started) -> None:  # noqa: N802  named after the report
        self.started = report
        self.changed.emit(Aspect.STATE | Aspect.EPOCHS)

    def _take_Progress(self, report: Progress) -> None:  # noqa: N802
        self.progress = report
        self.losses.extend(report.losses)
        self.grad_norms.extend(report.grad_norms)
        self.clipped_norms.extend(np.where(report.clipped, report.grad_norms, np.nan))
        self.clipped += int(report.clipped.sum())
        self.step = report.first + len(report.losses)
        self.changed.emit(Aspect.PROGRESS)

    def _take_EpochEnded(self, report: EpochEnded) -> None:  # noqa: N802
        self.history.append(report.record)
        self._error_by_position = report.error_by_position
        self.best_epoch = report.best_epoch
        self.stride = report.stride
        self.changed.emit(Aspect.EPOCHS)

    def _take_Result(self, report: Result) -> None:  # noqa: N802
        self.result, self.judged = report.figures, True
        self.changed.emit(Aspect.RESULT)

    def _take_DataChecked(self, report: DataChecked) -> None:  # noqa: N802
        assert self.started is not None
        changed = report.fingerprint != self.started.fingerprint
        if changed != self.data_changed:
            self.data_changed = changed
            self.changed.emit(Aspect.STATE)

    def _take_LiveTrace(self, report: LiveTrace) -> None:  # noqa: N802
        if report.dropout or self.dropout:
            self.dropout = report.dropout
            self.changed.emit(Aspect.DROPOUT)
        if self._wanted == (report.example, None):
            self.trace_received.emit(report.trace, Subject(self.number, report.example, None))

    def _take_TraceAnswer(self, report: TraceAnswer) -> None:  # noqa: N802
        if report.epoch is not None:
            self._remember(report.example, report.epoch, report.trace)
        if report.request == self._request:
            subject = Subject(self.number, report.example, report.epoch)
            self.trace_received.emit(report.trace, subject)

    def _take_Written(self, report: Written) -> None:  # noqa: N802
        if report.request == self._writing:
            self.written.emit(report)

    def _take_Composed(self, report: Composed) -> None:  # noqa: N802
        if report.request == self._writing:
            self.composed.emit(report)

    def _take_StateChanged(self, report: StateChanged) -> None:  # noqa: N802
        self.state = report.state
        self.step = max(self.step, report.step)
        self.changed.emit(Aspect.STATE)

    def _take_Failed(self, report: Failed) -> None:  # noqa: N802
        if report.request is None:
            self.state = "failed"
            self.failure = report
            self.changed.emit(Aspect.STATE)
        self.failed.emit(report)

    def _lose(self) -> None:
        self.engine = None
        self.state = "lost"
        self.changed.emit(Aspect.STATE)
        self.failed.emit(None)

    def _remember(self, example: int, epoch: int, trace: Trace) -> None:
        self._cache[example, epoch] = trace
        while len(self._cache) > 1 and sum(t.nbytes for t in self._cache.values()) > CACHE_BYTES:
            self._cache.popitem(last=False)


def _without_live(experiment: Experiment, other: Experiment) -> Experiment:
    """`experiment` with the live knobs of `other`."""
    for path, knob in knobs(experiment):
        if knob.live:
            experiment = experiment.with_value(path, other.value(path))
    return experiment
