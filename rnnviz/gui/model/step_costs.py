"""The costs of a training step, as the engine measures them."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from rnnviz.engine.messages import Content, MeasureStepCosts, StepCost
from rnnviz.gui.model.questions import Questions


class StepCosts(QObject):
    """Asks for costs and collects them; a new request drops what is left of the one before."""

    changed = Signal()

    def __init__(self, questions: Questions, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._questions = questions
        self.measured: list[StepCost] = []
        self.count = 0

    @property
    def measuring(self) -> bool:
        """Whether some are still to come."""
        return self._questions.open(MeasureStepCosts)

    def measure(self) -> None:
        """Measure all anew."""
        self.measured, self.count = [], 0
        self._questions.ask(MeasureStepCosts(), self._take, lambda _failure: self.changed.emit())
        self.changed.emit()

    def cancel(self) -> None:
        """Stop measuring; what was measured stays."""
        self._questions.cancel(MeasureStepCosts)
        self.changed.emit()

    def _take(self, content: Content, _last: bool) -> None:
        assert isinstance(content, StepCost)
        self.measured.append(content)
        self.count = content.count
        self.changed.emit()
