"""Watching the window: what is raised, warned or logged, how long it waits, what it keeps."""

from __future__ import annotations

import gc
import logging
import os
import re
import sys
import threading
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType, FrameType, TracebackType

from PySide6.QtCore import (
    QCoreApplication,
    QEvent,
    QObject,
    Qt,
    QTimer,
    QtMsgType,
    qInstallMessageHandler,
)
from PySide6.QtWidgets import QApplication, QWidget

BEAT_MS = 10
LATE = 0.1
"""Seconds for which the window's thread may be away."""
NOT_OURS = re.compile("OpenType support missing for|This plugin does not support")
"""What Qt says of a machine's fonts and of the offscreen platform, not of the program."""


# --- what is raised, warned or logged ----------------------------------------------------


@contextmanager
def ears(say: Callable[[str, str], None]) -> Iterator[None]:
    """Tell `say` the kind and the text of all that goes wrong without anybody catching it."""

    def raised(
        kind: type[BaseException], error: BaseException, where: TracebackType | None
    ) -> None:
        say("raised", _short("".join(traceback.format_exception(kind, error, where))))

    def lost(what: sys.UnraisableHookArgs) -> None:
        text = "".join(traceback.format_exception(what.exc_value or what.exc_type))
        say("raised", f"{_short(text)}\n(lost in {what.object!r})")

    def in_thread(what: threading.ExceptHookArgs) -> None:
        text = "".join(traceback.format_exception(what.exc_value or what.exc_type))
        say("raised", f"{_short(text)}\n(in {what.thread})")

    def warned(kind: QtMsgType, _context: object, text: str) -> None:
        quiet = kind in (QtMsgType.QtDebugMsg, QtMsgType.QtInfoMsg)
        if not quiet and not NOT_OURS.search(text):
            say("Qt warned", f"{text}\n{_short(''.join(traceback.format_stack(limit=6)))}")

    handler = _Tell(say)
    hooks = sys.excepthook, sys.unraisablehook, threading.excepthook
    sys.excepthook, sys.unraisablehook, threading.excepthook = raised, lost, in_thread
    before = qInstallMessageHandler(warned)
    logs = [logging.getLogger(), logging.getLogger("rnnviz")]
    for log in logs:
        log.addHandler(handler)
    try:
        yield
    finally:
        for log in logs:
            log.removeHandler(handler)
        qInstallMessageHandler(before)
        sys.excepthook, sys.unraisablehook, threading.excepthook = hooks


class _Tell(logging.Handler):
    def __init__(self, say: Callable[[str, str], None]) -> None:
        super().__init__(logging.ERROR)
        self._say = say

    def emit(self, record: logging.LogRecord) -> None:
        self._say("logged", self.format(record))


def _short(text: str) -> str:
    """A traceback whose last line, which says what it is, comes first."""
    lines = text.strip().splitlines()
    return "\n".join([lines[-1].strip(), *lines]) if lines else text


class EngineLog:
    """What the engines print, from here on."""

    def __init__(self, file: Path | None) -> None:
        self._file = file
        self._read = 0
        self.errors()

    def errors(self) -> list[str]:
        """What was logged as an error, or printed with a traceback, since the last time."""
        if self._file is None or not self._file.exists():
            return []
        if self._file.stat().st_size < self._read:  # a new one was begun
            self._read = 0
        with self._file.open(errors="replace") as file:
            file.seek(self._read)
            text = file.read()
            self._read = file.tell()
        blocks = re.split(r"\n(?=\d{4}-\d\d-\d\d )", text)
        return [_short(b) for b in blocks if " ERROR " in b or "Traceback" in b or "Fatal" in b]


# --- waits -------------------------------------------------------------------------------


@dataclass
class Wait:
    """The window's thread was away. `seconds` by the clock; `own` without the time in which it
    was ready to go on and the machine had no processor for it."""

    seconds: float
    own: float
    where: list[str]
    """innermost first: file, line and function"""
    during: str


class Pulse(QObject):
    """Beats in the window's thread; a thread beside it looks where it is when a beat is late."""

    def __init__(self) -> None:
        super().__init__()
        self.waits: list[Wait] = []
        self.beats = 0
        self.longest = 0.0
        self.during = ""
        """what is being done, for the report"""
        self._frames: list[tuple[CodeType, int]] = []
        self._resting = True
        self._last = self._queued = 0.0
        self._thread = threading.get_ident()
        stat = f"/proc/self/task/{threading.get_native_id()}/schedstat"
        self._stat = os.open(stat, os.O_RDONLY) if os.path.exists(stat) else None
        self._over = threading.Event()
        self._timer = QTimer(self, interval=BEAT_MS, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._beat)
        self._watcher = threading.Thread(target=self._watch, name="pulse", daemon=True)
        self.resume()
        self._timer.start()
        self._watcher.start()

    def close(self) -> None:
        self._timer.stop()
        self._over.set()
        self._watcher.join()
        if self._stat is not None:
            os.close(self._stat)
            self._stat = None

    def suspend(self) -> None:
        """What comes is the test's own work."""
        self._look()
        self._resting = True

    def resume(self) -> None:
        self._last, self._queued, self._frames = time.perf_counter(), self._delay(), []
        self._resting = False

    def _beat(self) -> None:
        if not self._resting:
            self._look()
            self.beats += 1

    def _look(self) -> None:
        now, queued = time.perf_counter(), self._delay()
        away = now - self._last
        own = away - (queued - self._queued)
        if not self._resting:
            self.longest = max(self.longest, own)
            if away > LATE:
                where = [f"{c.co_filename}:{line} {c.co_name}" for c, line in self._frames]
                self.waits.append(Wait(away, own, where, self.during))
        self._last, self._queued, self._frames = now, queued, []

    def _delay(self) -> float:
        """Seconds that this thread has waited for a processor, where the system says so."""
        return 0.0 if self._stat is None else int(os.pread(self._stat, 99, 0).split()[1]) / 1e9

    def _watch(self) -> None:
        while not self._over.wait(BEAT_MS / 1000):
            late = time.perf_counter() - self._last > 0.7 * LATE
            if late and not self._frames and not self._resting:
                self._frames = _frames(sys._current_frames().get(self._thread))


def _frames(frame: FrameType | None) -> list[tuple[CodeType, int]]:
    """Where a thread is, without making much: its garbage would be collected in this thread."""
    found: list[tuple[CodeType, int]] = []
    while frame is not None and len(found) < 25:
        found.append((frame.f_code, frame.f_lineno))
        frame = frame.f_back
    return found


class Sweeps:
    """Counts where garbage is collected: a widget that is swept up in another thread than the
    window's ends the program sooner or later."""

    def __init__(self) -> None:
        self.threads: Counter[str] = Counter()
        self._window = threading.get_ident()
        gc.callbacks.append(self._count)

    def close(self) -> None:
        gc.callbacks.remove(self._count)

    def _count(self, phase: str, _info: dict[str, int]) -> None:
        if phase == "start" and threading.get_ident() != self._window:
            self.threads[threading.current_thread().name] += 1


# --- what is kept ------------------------------------------------------------------------


@dataclass(frozen=True)
class Kept:
    """What there is at one moment: Qt's objects and Python's, and `bytes` of memory."""

    windows: int
    widgets: int
    objects: int
    wrappers: int
    """Qt objects that Python holds, those that Qt has deleted among them"""
    python: int
    bytes: int
    kinds: Counter[str] = field(repr=False)
    """Qt objects by class"""
    types: Counter[str] = field(repr=False)
    """Python objects by type"""

    def more_than(self, other: Kept) -> list[str]:
        """Which kinds there are more of, the most first."""
        grown = [
            *((self.kinds - other.kinds).most_common(8)),
            *((self.types - other.types).most_common(8)),
        ]
        return [f"{name} +{n}" for name, n in grown]


def kept(roots: list[QObject]) -> Kept:
    """Count what is alive below `roots` and the top-level windows."""
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    gc.collect()
    windows = QApplication.topLevelWidgets()
    known: dict[int, QObject] = {}
    for root in [*roots, *windows]:
        for thing in [root, *root.findChildren(QObject)]:
            known[id(thing)] = thing
    kinds = Counter(thing.metaObject().className() for thing in known.values())
    widgets = sum(isinstance(thing, QWidget) for thing in known.values())
    total = len(known)
    known.clear()
    everything = gc.get_objects()
    types = Counter(type(thing).__name__ for thing in everything)
    python = len(everything)
    # Not isinstance: it asks a module that warns whoever looks at it, where there is one.
    wrappers = sum(issubclass(type(thing), QObject) for thing in everything)
    del everything
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    size = pages * os.sysconf("SC_PAGE_SIZE")
    return Kept(len(windows), widgets, total, wrappers, python, size, kinds, types)
