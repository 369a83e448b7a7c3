"""What went wrong, told apart by kind: the window and the command line find the words."""

from __future__ import annotations

import logging

from rnnviz.engine.messages import Failed
from rnnviz.learning.training.devices import DeviceMissing
from rnnviz.learning.training.trainer import TrainingFailed
from rnnviz.records.run import Failure
from rnnviz.tasks import DataError
from rnnviz.words.phrase import Phrase, Refused

log = logging.getLogger(__name__)


def kind_of(error: Exception) -> Failure:
    """The kind of failure that `error` is."""
    if isinstance(error, TrainingFailed):
        return error.kind
    if isinstance(error, DeviceMissing):
        return "no_device"
    if isinstance(error, DataError):
        return "no_data"
    # PyTorch has a class for a full GPU; for a full main memory it has only words.
    words = str(error).lower()
    if isinstance(error, MemoryError) or "out of memory" in words or "allocate memory" in words:
        return "out_of_memory"
    return "error"


def failure(error: Exception, run: int, step: int = 0, request: int | None = None) -> Failed:
    """The report of `error`; the log gets the traceback of one that nobody foresaw."""
    kind = kind_of(error)
    if kind == "error":
        log.error("run %d failed at step %d", run, step, exc_info=error)
    detail: str | Phrase = f"{type(error).__name__}: {error}"
    if isinstance(error, Refused):
        detail = error.phrase
    elif isinstance(error, TrainingFailed):
        detail = ""
    return Failed(run=run, kind=kind, step=step, detail=detail, request=request)
