"""What the window asks its engine and what it is told, kept beside the window for comparison."""

from __future__ import annotations

from collections import Counter

import numpy as np
from PySide6.QtCore import QObject, Slot

from rnnviz.engine.messages import (
    Adjust,
    Advance,
    Answer,
    Ask,
    Command,
    EpochEnded,
    Failed,
    LiveTrace,
    Progress,
    Report,
    Result,
    Start,
    StateChanged,
    TracedExample,
    TracedPart,
    TraceExample,
)
from rnnviz.gui.model.workspace import Workspace
from rnnviz.records.arrays import FloatArray
from rnnviz.records.run import EpochRecord, Figures


class Conversation(QObject):
    """Hears each command and each report of the present run; asks questions of its own, whose
    numbers are below 0, so that the window takes no answer to them for its own."""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__()
        self._workspace = workspace
        self.sent: Counter[str] = Counter()
        self.heard: Counter[str] = Counter()
        self.unexpected: list[Failed] = []
        self._question = self._answered = 0
        self._send = workspace.engine_thread.send
        workspace.engine_thread.send = self._pass_on
        workspace.engine_thread.reported.connect(self._hear)
        workspace.engine_thread.engine_lost.connect(self._lose)
        self._begin(workspace.run.number)

    def _begin(self, run: int) -> None:
        self.run = run
        self.adjusted = False
        self.records: list[EpochRecord] = []
        self.error_by_position: FloatArray | None = None
        self.losses = 0
        self.last_losses: FloatArray = np.zeros(0, np.float32)
        self.result: Figures | None = None
        self.live: LiveTrace | None = None
        self.lives = 0
        self.owed: int | None = None
        """the window's request for a trace that is not answered"""
        self.moving = False
        """whether an `Advance` is not answered by another state"""
        self.asked: int | None = None
        """our own question that is open; none once the window asks, which may drop ours"""
        self.answer: TracedExample | Failed | None = None
        """to our own question"""

    def close(self) -> None:
        self._workspace.engine_thread.send = self._send
        self._workspace.engine_thread.reported.disconnect(self._hear)

    def ask(self, example: int, epoch: int | None) -> None:
        """Ask for a trace beside the window."""
        self._question -= 1
        self.asked = self._question
        parts: list[TracedPart] = ["saliency", "gradient_norm"]
        what = TraceExample(run=self.run, example=example, epoch=epoch, parts=parts)
        self._send(Ask(request=self.asked, what=what))

    @property
    def told(self) -> int:
        """How much the engine has said besides answers to our own questions."""
        return self.heard.total() - self._answered

    def _pass_on(self, command: Command) -> None:
        self.sent[type(command).__name__] += 1
        if isinstance(command, Start):
            self._begin(command.run)
        elif isinstance(command, Adjust):
            self.adjusted = True
        elif isinstance(command, Advance):
            # A batch is answered when it is over; while it trains, the rest is not answered.
            self.moving |= command.until == "batch" or self._workspace.run.state != "training"
        elif isinstance(command, Ask) and isinstance(command.what, TraceExample):
            self.owed, self.asked = command.request, None
        self._send(command)

    @Slot()
    def _lose(self) -> None:
        self.owed = self.asked = None
        self.moving = False

    @Slot(object)
    def _hear(self, report: Report) -> None:
        self.heard[type(report).__name__] += 1
        if isinstance(report, Failed) and report.kind in ("error", "out_of_memory"):
            self.unexpected.append(report)
        if getattr(report, "run", None) != self.run:
            return
        if isinstance(report, EpochEnded):
            self.records.append(report.record)
            self.error_by_position = report.error_by_position
        elif isinstance(report, Progress):
            self.losses += len(report.losses)
            self.last_losses = report.losses
        elif isinstance(report, Result):
            self.result = report.figures
            errors = () if report.figures is None else report.figures.error_by_position
            self.error_by_position = np.array(errors, np.float32) if errors else None
        elif isinstance(report, StateChanged):
            self.moving = False
        elif isinstance(report, LiveTrace):
            self.live, self.lives = report, self.lives + 1
        elif isinstance(report, Failed) and report.request is None:
            self.moving = False
        elif isinstance(report, Answer) and isinstance(report.what, TracedExample):
            self._close(report.request, report.what)
        elif isinstance(report, Failed) and report.request is not None:
            self._close(report.request, report)

    def _close(self, request: int, answer: TracedExample | Failed) -> None:
        """The answer to a question about a trace: the window's, or our own."""
        if request < 0:
            self._answered += 1
            if request == self.asked:
                self.answer, self.asked = answer, None
        elif request == self.owed:
            self.owed = None
