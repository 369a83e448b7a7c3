"""The draft: the experiment that a person is setting up, with undo and redo."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoCommand, QUndoStack

from rnnviz.experiment import Experiment, turned
from rnnviz.knobs import Value


class Draft(QObject):
    """Holds the experiment that the sliders show; every change can be undone."""

    changed = Signal()

    def __init__(self, experiment: Experiment, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.experiment = experiment
        self.stack = QUndoStack(self)

    def turn(self, path: str, value: Value, title: str, *, gesture: int | None = None) -> None:
        """Turn one knob; raises `KnobError` for a value it does not take.

        Turns of one knob with the same `gesture`, such as one drag of a slider, are undone
        together.
        """
        self._push(turned(self.experiment, path, value), title, (path, gesture))

    def replace(self, experiment: Experiment, title: str) -> None:
        """Put another experiment in its place."""
        self._push(experiment, title, None)

    def _push(self, to: Experiment, title: str, merge: tuple[str, int | None] | None) -> None:
        if to != self.experiment:
            self.stack.push(_Turn(self, to, title, merge))


class _Turn(QUndoCommand):
    def __init__(
        self, draft: Draft, to: Experiment, title: str, merge: tuple[str, int | None] | None
    ) -> None:
        super().__init__(title)
        self._draft = draft
        self._from = draft.experiment
        self._to = to
        self._merge = merge

    def id(self) -> int:
        # Qt offers to merge neighbours with the same id; -1 never merges.
        return 1 if self._merge and self._merge[1] is not None else -1

    def mergeWith(self, other: QUndoCommand) -> bool:  # noqa: N802  Qt's name
        if not isinstance(other, _Turn) or other._merge != self._merge:
            return False
        self._to = other._to
        self.setObsolete(self._from == self._to)
        return True

    def redo(self) -> None:
        self._put(self._to)

    def undo(self) -> None:
        self._put(self._from)

    def _put(self, experiment: Experiment) -> None:
        self._draft.experiment = experiment
        self._draft.changed.emit()
