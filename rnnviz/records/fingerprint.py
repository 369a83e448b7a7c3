"""What the data of a run were: enough to tell whether those of now are the same."""

from __future__ import annotations

import msgspec


class FileFingerprint(msgspec.Struct, frozen=True, kw_only=True):
    """One file as it was read. Where it lay is of no account: it may have been moved."""

    name: str
    size: int
    """in bytes"""
    sha256: str


class Fingerprint(msgspec.Struct, frozen=True, kw_only=True):
    """Which data a task had: files, or what examples were made by.

    Two that are equal give the same examples for the same settings and the same seed.
    """

    task: str
    version: int = 1
    """of the way in which the examples are made, see `Task.version`"""
    files: tuple[FileFingerprint, ...] = ()
    settings: dict[str, int | float | str] = {}
    """of a task without files: its knobs"""
