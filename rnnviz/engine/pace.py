"""How often: a ration for costly extras, and the speed of what is going on."""

from __future__ import annotations

import math
from collections import deque

SPAN = 2.0
"""Seconds that a rate looks back."""


BYTES = 64 * 2**20
"""What may go through the pipe in a second: more would keep both sides busy with copying."""


class Ration:
    """Lets something costly happen often, but never more than `share` of the time, and never
    with more than `BYTES` a second.

    What took x seconds may happen again after x / share, and not before `shortest`.
    All times are in seconds and given by the caller.
    """

    def __init__(self, share: float = 0.05, shortest: float = 1 / 30) -> None:
        self._share = share
        self._shortest = shortest
        self.next_time = -math.inf

    def due(self, now: float) -> bool:
        return now >= self.next_time

    def spent(self, start: float, end: float, size: int = 0) -> None:
        """It happened from `start` to `end`, and made so many bytes."""
        self.next_time = start + max(self._shortest, (end - start) / self._share, size / BYTES)

    def reset(self) -> None:
        """Let it happen again now."""
        self.next_time = -math.inf


class Rate:
    """Steps a second over the last `SPAN` seconds, or since `restart` if that is less."""

    def __init__(self) -> None:
        self._marks: deque[tuple[float, int]] = deque()

    def restart(self, now: float, step: int) -> None:
        """Begin to look here: what was before, a pause say, does not count."""
        self._marks = deque([(now, step)])

    def mark(self, now: float, step: int) -> float:
        """Take note of where things are; the rate, 0 where nothing can be said yet."""
        self._marks.append((now, step))
        while self._marks[0][0] < now - SPAN and len(self._marks) > 2:
            self._marks.popleft()
        (before, first), (after, last) = self._marks[0], self._marks[-1]
        return (last - first) / (after - before) if after > before else 0.0
