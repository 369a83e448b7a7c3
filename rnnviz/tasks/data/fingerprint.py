"""The fingerprint of a task's data, as they are now."""

from __future__ import annotations

import hashlib
import os
from functools import lru_cache

import msgspec

from rnnviz.records.fingerprint import FileFingerprint, Fingerprint
from rnnviz.resources import resource
from rnnviz.tasks.data import own_file
from rnnviz.tasks.task import DataError, Task


def fingerprint(task: Task) -> Fingerprint:
    """Of the files of a task their names, sizes and SHA-256, of one without files its knobs.

    A file that was looked at before is read again only where its time or its size has changed.
    Raises `DataError` where one cannot be read.
    """
    settings = {} if task.sources else msgspec.to_builtins(task)
    name = str(settings.pop("name", type(task).__struct_config__.tag))
    files = tuple(_of_file(own_file.stamp(_path(source))) for source in task.sources)
    return Fingerprint(task=name, version=task.version, files=files, settings=settings)


def _path(source: str) -> str:
    if os.path.isabs(source):
        return source
    try:
        return str(resource(f"data/{source}"))
    except FileNotFoundError as error:
        raise DataError(f"The data file {source} cannot be read: {error}") from None


@lru_cache(maxsize=32)
def _of_file(file: own_file.Stamp) -> FileFingerprint:
    try:
        with open(file.path, "rb") as opened:
            digest = hashlib.file_digest(opened, "sha256").hexdigest()
            size = opened.tell()
    except OSError as error:
        raise own_file.unreadable(file.path, error) from None
    return FileFingerprint(name=file.name, size=size, sha256=digest)
