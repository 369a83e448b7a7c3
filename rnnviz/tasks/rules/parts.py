"""Work in parts: where there are several, whoever does it may do something else between them."""

from __future__ import annotations

from collections.abc import Generator
from typing import TypeVar

Result = TypeVar("Result")
Parts = Generator[None, None, Result]


def finished(parts: Parts[Result]) -> Result:
    """What comes of parts that are done one after another."""
    while True:
        try:
            next(parts)
        except StopIteration as end:
            result: Result = end.value
            return result
