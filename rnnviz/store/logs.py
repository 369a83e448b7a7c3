"""The log: a rotating file for the program, another for what the engine prints.

Nothing here raises: a full or read-only disk must not keep anyone from working.
"""

from __future__ import annotations

import contextlib
import logging
import logging.handlers
import os
import sys
import threading
from pathlib import Path
from types import TracebackType

from rnnviz.store import places

LEVEL = "RNNVIZ_LOG"
"""The environment variable with the level, such as ``debug``."""

SIZE = 1_000_000
"""Bytes of one log file before a new one is begun; two old ones are kept."""

_FORMAT = "%(asctime)s %(levelname)s %(process)d %(name)s: %(message)s"

log = logging.getLogger("rnnviz")


class _Handler(logging.handlers.RotatingFileHandler):
    """Says once, in one sentence, that it cannot write; then it goes on trying in silence."""

    _complained = False

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802  logging's name
        error = sys.exc_info()[1]
        if self._complained or sys.stderr is None:
            return
        self._complained = True
        why = getattr(error, "strerror", None) or error
        with contextlib.suppress(OSError, ValueError):
            print(f"rnnviz: The log cannot be written ({why}).", file=sys.stderr)


def start() -> Path | None:
    """Write this process's log into ``rnnviz.log``, exceptions that nobody caught too.

    Gives the file, or None where none can be written. A second call changes nothing.
    """
    for handler in log.handlers:
        if isinstance(handler, logging.handlers.RotatingFileHandler):
            return Path(handler.baseFilename)
    log.propagate = False
    log.setLevel(_level())
    try:
        file = places.log_folder() / "rnnviz.log"
        handler = _Handler(file, maxBytes=SIZE, backupCount=2, encoding="utf-8", delay=False)
    except OSError:
        log.addHandler(logging.NullHandler())
        return None
    handler.setFormatter(logging.Formatter(_FORMAT))
    log.addHandler(handler)
    _log_uncaught()
    return file


def engine_log() -> Path | None:
    """The file that an engine about to start may append to; None where there can be none."""
    try:
        file = places.log_folder() / "engine.log"
        if file.exists() and file.stat().st_size > SIZE:
            file.replace(file.with_suffix(".log.1"))
        file.touch()
    except OSError:
        return None
    return file


def _level() -> int:
    known = logging.getLevelNamesMapping()
    return known.get(os.environ.get(LEVEL, "info").upper(), logging.INFO)


def _log_uncaught() -> None:
    shown = sys.excepthook

    def caught(
        kind: type[BaseException], error: BaseException, where: TracebackType | None
    ) -> None:
        if not issubclass(kind, KeyboardInterrupt):
            with contextlib.suppress(Exception):
                log.critical("nobody caught this", exc_info=(kind, error, where))
        shown(kind, error, where)

    shown_in_thread = threading.excepthook

    def caught_in_thread(args: threading.ExceptHookArgs) -> None:
        name = args.thread.name if args.thread is not None else "a thread"
        with contextlib.suppress(Exception):
            error = args.exc_value or args.exc_type()
            log.critical("nobody caught this in %s", name, exc_info=error)
        shown_in_thread(args)

    sys.excepthook = caught
    threading.excepthook = caught_in_thread
