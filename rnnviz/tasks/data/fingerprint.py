"""The fingerprint of a task's data, as they are now."""

from __future__ import annotations

import hashlib
import os

import msgspec

from rnnviz.records.fingerprint import FileFingerprint, Fingerprint
from rnnviz.tasks.data import own_file, shipped
from rnnviz.tasks.task import Task


def fingerprint(task: Task) -> Fingerprint:
    """Of the files of a task their names, sizes and SHA-256, of one without files its knobs.

    Every file is read whole: its time and its size may be the same when a text is another.
    Raises `DataError` where one cannot be read.
    """
    settings = {} if task.sources else msgspec.to_builtins(task)
    settings.pop("name", None)
    return Fingerprint(
        task=str(type(task).__struct_config__.tag),
        version=task.version,
        files=tuple(map(_of_file, task.sources)),
        settings=settings,
    )


def _of_file(source: str) -> FileFingerprint:
    path = source if os.path.isabs(source) else str(shipped.path(source))
    own_file.check(path)
    try:
        with open(path, "rb") as opened:
            digest = hashlib.file_digest(opened, "sha256").hexdigest()
            size = opened.tell()
    except OSError as error:
        raise own_file.unreadable(path, error) from None
    return FileFingerprint(name=os.path.basename(path), size=size, sha256=digest)
