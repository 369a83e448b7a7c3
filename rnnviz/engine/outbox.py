"""Reports on their way out, so that a slow reader never holds up the training.

Training puts reports in and goes on; a thread of its own writes them. What waits is kept
small without losing anything that matters: the losses of all waiting batches travel as
one `Progress`, and only the latest `LiveTrace` is kept.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import msgspec
import numpy as np

from rnnviz.engine.messages import Answer, EpochEnded, LiveTrace, Part, Progress, Report

INTERVAL = 1 / 30
"""Seconds between two deliveries in which there may be one `Progress` and one `LiveTrace`:
together at most 60 messages a second, whatever the length of a batch."""

_PATIENT = (Progress, EpochEnded, LiveTrace)
_PASSABLE = (EpochEnded, LiveTrace, Part, Answer)
"""Reports that later losses may overtake; not a change of state, which parts them."""


class Outbox:
    """Delivers reports in order through `deliver`, which may block, on a thread.

    `Progress`, `EpochEnded` and `LiveTrace` wait for the next interval, or for a report
    that is urgent, which all others are. When `deliver` raises `OSError` nobody listens
    any more, and all that follows is thrown away.
    """

    def __init__(self, deliver: Callable[[Report], None]) -> None:
        self._deliver = deliver
        self._waiting: list[Report] = []
        self._urgent = False
        self._closing = False
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._write, name="outbox", daemon=True)
        self._thread.start()

    def put(self, report: Report, urgent: bool = False) -> None:
        """Send `report` soon, or with all that waits at once."""
        with self._changed:
            if self._closing:
                return
            first = not self._waiting
            self._add(report)
            self._urgent |= urgent or not isinstance(report, _PATIENT)
            if first or self._urgent:  # waking the thread takes the interpreter from training
                self._changed.notify()

    def close(self) -> None:
        """Deliver what waits and end; waits until that is done."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        self._thread.join()

    def _add(self, report: Report) -> None:
        if isinstance(report, LiveTrace):
            self._waiting = [kept for kept in self._waiting if not isinstance(kept, LiveTrace)]
        elif isinstance(report, Progress):
            for place in reversed(range(len(self._waiting))):
                kept = self._waiting[place]
                if isinstance(kept, Progress) and kept.run == report.run:
                    self._waiting[place] = _joined(kept, report)
                    return
                if not isinstance(kept, _PASSABLE):
                    break
        self._waiting.append(report)

    def _write(self) -> None:
        next_time = 0.0
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or self._closing)
                self._changed.wait_for(
                    lambda: self._urgent or self._closing, max(0.0, next_time - time.monotonic())
                )
                if not self._waiting:
                    return
                parcel, self._waiting = self._waiting, []
                self._urgent = False
            next_time = time.monotonic() + INTERVAL
            try:
                for report in parcel:
                    self._deliver(report)
            except OSError:
                with self._changed:
                    self._closing = True
                    self._waiting = []
                return


def _joined(earlier: Progress, later: Progress) -> Progress:
    """One report of all the batches of two; the numbers are the later ones."""
    return msgspec.structs.replace(
        later,
        first=earlier.first,
        losses=np.concatenate([earlier.losses, later.losses]),
        grad_norms=np.concatenate([earlier.grad_norms, later.grad_norms]),
        clipped=np.concatenate([earlier.clipped, later.clipped]),
    )
