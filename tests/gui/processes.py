"""Processes seen from outside: children, and whether one ends in time."""

from __future__ import annotations

import contextlib
import os
import select
from collections.abc import Iterator
from pathlib import Path


def ends(pid: int, seconds: float = 10.0) -> bool:
    """Whether a process ends by itself before the deadline."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([handle], [], [], seconds)[0])
    finally:
        os.close(handle)


def engines_of(pid: int) -> list[int]:
    """The engines that a process started."""
    found = []
    for child in _children(pid):
        with contextlib.suppress(OSError):
            command = Path(f"/proc/{child}/cmdline").read_bytes().split(b"\0")
            found += [child] if b"rnnviz.engine" in command else []
    return found


def _children(pid: int) -> Iterator[int]:
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:  # it ended just now
            continue
        if int(fields[1]) == pid:
            yield int(folder.name)
