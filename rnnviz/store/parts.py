"""What is remembered from one time to the next: one file, each line a part of its own.

A line has a name, a version, a checksum and a value as JSON: ``theme 1 5f3a2c1d "dark"``.
Each part is checked before anything is made of it, and one that is damaged, or of another
version, costs nothing but itself.
"""

from __future__ import annotations

import zlib
from pathlib import Path
from typing import Any, Literal

import msgspec

from rnnviz.store import files


class PartError(Exception):
    """A part that is there and cannot be read; `why` says whether it is damaged or other."""

    def __init__(self, name: str, why: Literal["damaged", "other version"]) -> None:
        super().__init__(f"{name}: {why}")
        self.name, self.why = name, why


class PartsFile:
    """The parts that a file holds, read at once; what was `put` is written by `write`."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lines = _read(path)
        self._fresh: dict[str, bytes] = {}

    def get(self, name: str, version: int = 1) -> Any:
        """The value of a part, None if it was never put; raises `PartError`."""
        line = self._lines.get(name)
        if line is None:
            return None
        try:
            kept, checksum, value = line.split(b" ", 2)
            if checksum != _checksum(name, kept, value):
                raise PartError(name, "damaged")
            if kept != b"%d" % version:
                raise PartError(name, "other version")
            return msgspec.json.decode(value)
        except (ValueError, RecursionError):  # lines too short; what is nested without end
            raise PartError(name, "damaged") from None

    def put(self, name: str, value: Any, version: int = 1) -> None:
        """Take a value, of what JSON has, in place of the one there was."""
        kept, data = b"%d" % version, msgspec.json.encode(value)
        self._fresh[name] = b" ".join([kept, _checksum(name, kept, data), data])
        self._lines[name] = self._fresh[name]

    def write(self) -> None:
        """Write what was put; what another program put meanwhile stays. Raises `OSError`."""
        self._lines = _read(self._path) | self._fresh
        lines = (name.encode() + b" " + line + b"\n" for name, line in self._lines.items())
        files.write(self._path, b"".join(lines))


def _read(path: Path) -> dict[str, bytes]:
    try:
        data = path.read_bytes()
    except OSError:
        return {}
    lines = (line.partition(b" ") for line in data.split(b"\n"))
    # A line whose name is damaged too is nobody's, and is gone at the next writing.
    return {name.decode(): rest for name, _, rest in lines if name.replace(b"_", b"").isalpha()}


def _checksum(name: str, version: bytes, value: bytes) -> bytes:
    return b"%08x" % zlib.crc32(b" ".join([name.encode(), version, value]))
