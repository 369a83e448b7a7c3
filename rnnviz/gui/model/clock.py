"""The frame clock: one timer that draws what is dirty and visible, and rests when nothing is."""

from __future__ import annotations

from time import perf_counter
from typing import Protocol

from PySide6.QtCore import QObject, Qt, QTimer, Signal

FRAME_MS = 16


class Drawn(Protocol):
    """What the clock can draw."""

    def draw_if_dirty(self) -> bool:
        """Draw what changed, if it can be seen; say whether anything was drawn."""


class FrameClock(QObject):
    """Ticks at 60 Hz while something moves or is dirty.

    Data signals only mark; drawing happens here, once a frame, whatever came in between.
    """

    ticked = Signal(float)
    """At the start of a frame: seconds since the frame before."""
    drawn = Signal(float)
    """At the end of a frame in which something was drawn: seconds that it took."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._timer = QTimer(self, interval=FRAME_MS, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)
        self._drawn: list[Drawn] = []
        self._movers: set[object] = set()
        self._last = 0.0

    @property
    def running(self) -> bool:
        """Whether frames are being made."""
        return self._timer.isActive()

    def add(self, drawn: Drawn) -> None:
        """Let this be drawn from now on."""
        self._drawn.append(drawn)

    def wake(self) -> None:
        """Make at least one more frame: something is dirty."""
        if not self._timer.isActive():
            self._last = perf_counter()
            self._timer.start()

    def keep_running(self, who: object, yes: bool) -> None:
        """Make frames without a pause for as long as anyone wants to move."""
        (self._movers.add if yes else self._movers.discard)(who)
        if yes:
            self.wake()

    def draw_now(self) -> None:
        """Draw what is dirty before Qt paints what has changed already, or it is painted twice."""
        for drawn in self._drawn:
            drawn.draw_if_dirty()

    def _tick(self) -> None:
        now = perf_counter()
        self.ticked.emit(now - self._last)
        self._last = now
        worked = [drawn.draw_if_dirty() for drawn in self._drawn]
        if any(worked):
            self.drawn.emit(perf_counter() - now)
        elif not self._movers:
            self._timer.stop()
