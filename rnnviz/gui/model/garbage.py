"""Python's garbage, collected in the window's thread and in no other."""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer

LOOK_MS = 250
"""How often to look whether there is enough to collect, in milliseconds."""


class Garbage(QObject):
    """Collects garbage between two events of the thread that it lives in, while it is started.

    Left to itself Python collects wherever the next object happens to be made, as often as not
    in the thread that reads the engine's reports. Widgets and graphics items that only refer to
    each other are deleted there, while the window's thread paints them: timers are "stopped
    from another thread", a painter stays active, the program crashes.
    """

    _started = 0  # of all in this process

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._timer = QTimer(self, interval=LOOK_MS)
        self._timer.timeout.connect(self.collect)

    def start(self) -> None:
        """Collect here, and nowhere else, from now on."""
        if not self._timer.isActive():
            self._timer.start()
            Garbage._started += 1
            gc.disable()

    def stop(self) -> None:
        """Leave it to Python again, unless another window is still open."""
        if self._timer.isActive():
            self._timer.stop()
            Garbage._started -= 1
            if not Garbage._started:
                gc.enable()

    def collect(self) -> None:
        """Collect as much as Python would have by now."""
        counts, thresholds = gc.get_count(), gc.get_threshold()
        due = [place for place in range(3) if counts[place] > thresholds[place] > 0]
        if due:
            gc.collect(due[-1])
