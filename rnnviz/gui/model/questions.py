"""Questions to the engine: asked with a number, and answered to whoever asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from PySide6.QtCore import QObject, Signal

from rnnviz.engine.messages import Answer, Ask, Cancel, Content, Failed, Part, Question
from rnnviz.gui.model.engine_thread import EngineThread

Take = Callable[[Content, bool], object]
"""Is given a part of an answer, and whether it is the last."""
Fail = Callable[[Failed | None], object]
"""Is given what went wrong; None where the engine was lost."""


class _Open(NamedTuple):
    request: int
    take: Take
    fail: Fail


class Questions(QObject):
    """Asks the engine. Of each kind of question one is open at a time: a newer one takes the
    place of the one before, whose answer is dropped when it comes."""

    failed = Signal(object)
    """The `Failed` of a question; the engine that was lost says so itself."""

    def __init__(self, engine_thread: EngineThread, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._engine_thread = engine_thread
        self._count = 0
        self._open: dict[type, _Open] = {}
        engine_thread.reported.connect(self._hear)
        engine_thread.engine_lost.connect(self._lose)

    def ask(self, what: Question, take: Take, fail: Fail) -> None:
        """Ask, and let the answer be taken in one part or several."""
        self._count += 1
        self._open[type(what)] = _Open(self._count, take, fail)
        self._engine_thread.send(Ask(request=self._count, what=what))

    def drop(self, kind: type) -> None:
        """Take no answer to the open question of a kind, if there is one."""
        self._open.pop(kind, None)

    def drop_runs(self) -> None:
        """Take no answer about a run any more: another one begins."""
        self._open = {kind: one for kind, one in self._open.items() if not hasattr(kind, "run")}

    def cancel(self, kind: type) -> None:
        """Take the open question of a kind back, so that the engine does no more for it."""
        one = self._open.pop(kind, None)
        if one is not None:
            self._engine_thread.send(Cancel(request=one.request))

    def open(self, kind: type) -> bool:
        """Whether a question of a kind waits for its answer, or for more of it."""
        return kind in self._open

    def _hear(self, report: object) -> None:
        if not isinstance(report, Part | Answer | Failed):
            return
        for kind, one in list(self._open.items()):
            if one.request != report.request:
                continue
            if not isinstance(report, Part):
                del self._open[kind]
            if isinstance(report, Failed):
                one.fail(report)
                self.failed.emit(report)
            else:
                one.take(report.what, isinstance(report, Answer))

    def _lose(self) -> None:
        lost, self._open = list(self._open.values()), {}
        for one in lost:
            one.fail(None)
