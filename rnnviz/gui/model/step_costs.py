"""The prices of a training step, as the engine measures them."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from rnnviz.engine.messages import MeasureStepCosts, StepCost
from rnnviz.gui.model.engine_thread import EngineThread


class StepCosts(QObject):
    """Asks for prices and collects them; a new request drops what is left of the one before."""

    changed = Signal()

    def __init__(self, engine_thread: EngineThread, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._engine_thread = engine_thread
        engine_thread.reported.connect(self._take)
        engine_thread.engine_lost.connect(self._end)
        self.measured: list[StepCost] = []
        self.measuring = False
        self.count = 0
        self._request = 0

    def measure(self) -> None:
        """Measure all anew."""
        self._request += 1
        self.measured, self.measuring, self.count = [], True, 0
        self._engine_thread.send(MeasureStepCosts(request=self._request))
        self.changed.emit()

    def cancel(self) -> None:
        """Stop measuring; what was measured stays."""
        self._engine_thread.send(MeasureStepCosts(request=None))
        self._end()

    def _end(self) -> None:
        self.measuring = False
        self.changed.emit()

    def _take(self, report: object) -> None:
        if not isinstance(report, StepCost) or report.request != self._request:
            return
        self.measured.append(report)
        self.count = report.count
        self.measuring = self.measuring and report.done < report.count
        self.changed.emit()
