"""Data files that ship with rnnviz, read with one clear sentence where one is damaged."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

from rnnviz.resources import resource
from rnnviz.tasks.task import DataError

Parsed = TypeVar("Parsed")


def path(name: str) -> Path:
    """Where a file in ``resources/data`` is; raises `DataError`."""
    try:
        return resource(f"data/{name}")
    except OSError as error:
        raise _unreadable(name, error) from error


@lru_cache(maxsize=16)
def text(name: str) -> str:
    """The text of a file in ``resources/data``; raises `DataError`."""
    try:
        return path(name).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise _unreadable(name, error) from error


def _unreadable(name: str, error: Exception) -> DataError:
    return DataError("The data file {name} cannot be read: {error}.", name=name, error=error)


def rows(name: str, parse: Callable[[str], Parsed], *, header: bool = False) -> list[Parsed]:
    """Every line of a data file through `parse`; raises `DataError` that names the line.

    `parse` raises `ValueError` for a line that is not as it should be, with what would be.
    """
    found = []
    for number, line in enumerate(text(name).splitlines(), start=1):
        if (header and number == 1) or not line.strip():
            continue
        try:
            found.append(parse(line))
        except (ValueError, IndexError) as error:
            raise DataError(
                "Line {number} of the data file {name} is damaged: {error}.",
                number=number,
                name=name,
                error=error,
            ) from None
    if not found:
        raise DataError(
            "The data file {name} is empty; install rnnviz again to put it back.", name=name
        )
    return found
