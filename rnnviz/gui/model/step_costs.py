"""The prices of a training step, as the engine measures them."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from rnnviz.engine.messages import MeasurePrices, Price
from rnnviz.gui.model.engine_thread import TrainingWorker


class Prices(QObject):
    """Asks for prices and collects them; a new request drops what is left of the one before."""

    changed = Signal()

    def __init__(self, worker: TrainingWorker, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._worker = worker
        worker.reported.connect(self._take)
        worker.engine_lost.connect(self._end)
        self.measured: list[Price] = []
        self.measuring = False
        self.count = 0
        self._request = 0

    def measure(self) -> None:
        """Measure all anew."""
        self._request += 1
        self.measured, self.measuring, self.count = [], True, 0
        self._worker.send(MeasurePrices(request=self._request))
        self.changed.emit()

    def cancel(self) -> None:
        """Stop measuring; what was measured stays."""
        self._worker.send(MeasurePrices(request=None))
        self._end()

    def _end(self) -> None:
        self.measuring = False
        self.changed.emit()

    def _take(self, report: object) -> None:
        if not isinstance(report, Price) or report.request != self._request:
            return
        self.measured.append(report)
        self.count = report.count
        self.measuring = self.measuring and report.done < report.count
        self.changed.emit()
