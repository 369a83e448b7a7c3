"""The worker: lives on a thread of its own, owns the engine and reads what it reports."""

from __future__ import annotations

import logging
from contextlib import suppress
from pathlib import Path
from threading import Lock

from PySide6.QtCore import QMetaObject, QObject, Qt, QThread, Signal, Slot

from rnnviz.engine.client import Engine, EngineGone
from rnnviz.engine.messages import Command

log = logging.getLogger(__name__)


class TrainingWorker(QObject):
    """Starts the engine process and turns its reports into signals.

    Reading the pipe waits in the worker's thread and without the interpreter lock, so the
    window is never kept waiting. Commands are small and are written from the caller's
    thread; those sent before the engine is up wait for it.
    """

    reported = Signal(object)
    """A `Report` of the engine."""
    engine_lost = Signal()
    """The engine ended without being asked to; `start` makes a new one."""

    def __init__(self, log_file: Path | None = None) -> None:
        super().__init__()
        self._log_file = log_file
        self._engine: Engine | None = None
        self._waiting: list[Command] = []
        self._lock = Lock()
        self._closing = False
        self._thread = QThread()
        self._thread.setObjectName("training worker")
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

    def send(self, command: Command) -> None:
        """Send a command, or keep it until the engine is up."""
        with self._lock:
            if self._engine is None or self._waiting:
                self._waiting.append(command)
                return
            with suppress(EngineGone):  # the reading thread finds it gone too, and says so
                self._engine.send(command)

    def close(self) -> None:
        """End the engine and the thread; nothing is left behind."""
        with self._lock:
            self._closing = True
            engine = self._engine
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
        try:
            self._send_waiting(engine)
            while True:
                self.reported.emit(engine.receive())
        except EngineGone as gone:
            log.info("%s", gone)
        with self._lock:
            self._engine = None
            closing = self._closing
        engine.close()
        if not closing:
            self.engine_lost.emit()

    def _send_waiting(self, engine: Engine) -> None:
        with self._lock:
            waiting, self._waiting = self._waiting, []
            for command in waiting:
                engine.send(command)
