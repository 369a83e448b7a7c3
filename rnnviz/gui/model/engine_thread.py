"""The engine's thread in the window: owns the engine and reads what it reports."""

from __future__ import annotations

import logging
from pathlib import Path
from threading import Condition, Thread

from PySide6.QtCore import QMetaObject, QObject, Qt, QThread, Signal, Slot

from rnnviz.engine.client import Engine, EngineGone, OtherEngine
from rnnviz.engine.messages import Ask, Command, MeasureStepCosts, Start, Watch

log = logging.getLogger(__name__)


class EngineThread(QObject):
    """Starts the engine process and turns its reports into signals.

    Reading the pipe waits in that thread and without the interpreter lock, and
    commands are written by a thread of their own: an engine that does not read must not keep
    the window waiting. Commands wait in a queue until the engine is up and takes them; those
    that a newer one replaces are dropped.
    """

    reported = Signal(object)
    """A `Report` of the engine."""
    engine_lost = Signal()
    """The engine ended without being asked to; `start` makes a new one."""
    refused = Signal(str)
    """Why this engine is of no use, in one sentence."""

    def __init__(self, log_file: Path | None = None) -> None:
        super().__init__()
        self._log_file = log_file
        self._engine: Engine | None = None
        self._waiting: list[Command] = []
        self._lock = Condition()
        self._closing = False
        self._thread = QThread()
        self._thread.setObjectName("engine thread")
        self.moveToThread(self._thread)

    def start(self) -> None:
        """Start an engine, now or after the one that was lost."""
        if not self._thread.isRunning():
            self._thread.start()
        QMetaObject.invokeMethod(self, "_serve", Qt.ConnectionType.QueuedConnection)

    @property
    def engine_pid(self) -> int | None:
        """The engine's process, while there is one."""
        engine = self._engine
        return engine.pid if engine else None

    @property
    def waiting(self) -> tuple[Command, ...]:
        """The commands that no engine has taken yet, in order."""
        with self._lock:
            return tuple(self._waiting)

    def send(self, command: Command) -> None:
        """Send a command as soon as the engine is up and takes it; never wait for that."""
        with self._lock:
            self._waiting = [one for one in self._waiting if not _replaces(command, one)]
            self._waiting.append(command)
            self._lock.notify_all()

    def close(self) -> None:
        """End the engine and the thread; nothing is left behind."""
        with self._lock:
            self._closing = True
            engine = self._engine
            self._lock.notify_all()
        if engine is not None:
            engine.close()
        self._thread.quit()
        self._thread.wait()

    @Slot()
    def _serve(self) -> None:
        with self._lock:
            if self._closing:
                return
            try:
                engine = Engine.launch(self._log_file)
            except OSError:
                log.exception("the engine could not be started")
                self.engine_lost.emit()
                return
            self._engine = engine
        writer = Thread(target=self._write, args=(engine,), name="to the engine")
        writer.start()
        try:
            while True:
                self.reported.emit(engine.receive())
        except EngineGone as gone:
            log.info("%s", gone)
            other = str(gone) if isinstance(gone, OtherEngine) else ""
        with self._lock:
            self._engine = None
            self._waiting.clear()  # it was meant for the run that is lost
            closing = self._closing
            self._lock.notify_all()
        engine.close()
        writer.join()
        if not closing:
            self.engine_lost.emit()
            if other:
                self.refused.emit(other)

    def _write(self, engine: Engine) -> None:
        """Hand on what waits, until this engine is no more."""
        while True:
            with self._lock:
                self._lock.wait_for(
                    lambda: self._waiting or self._closing or self._engine is not engine
                )
                if self._closing or self._engine is not engine:
                    return
                command = self._waiting.pop(0)
            try:
                engine.send(command)
            except EngineGone:  # the reading thread finds it gone too, and says so
                return


def _replaces(newer: Command, waiting: Command) -> bool:
    """Whether what waits is not wanted any more: it is about another run than the one that
    begins, or asks what is asked anew."""
    if isinstance(newer, Start):
        return not (isinstance(waiting, Ask) and isinstance(waiting.what, MeasureStepCosts))
    if isinstance(newer, Ask) and isinstance(waiting, Ask):
        return type(newer.what) is type(waiting.what)
    return isinstance(newer, Watch) and isinstance(waiting, Watch)
