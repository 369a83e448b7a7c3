"""Comparison: runs that are kept to be seen beside the present one."""

from __future__ import annotations

from dataclasses import dataclass, field

from PySide6.QtCore import QObject, Signal

from rnnviz.experiment import Experiment
from rnnviz.gui.model.run import Run
from rnnviz.records.run import EpochRecord, Figures, RunRecord

MOST = 8


@dataclass(frozen=True)
class Pinned:
    """A run as it was when it was pinned, after one epoch at least."""

    label: str
    record: RunRecord = field(repr=False)

    @property
    def experiment(self) -> Experiment:
        """Its settings."""
        return self.record.experiment

    @property
    def history(self) -> tuple[EpochRecord, ...]:
        """Its epochs."""
        return self.record.history

    @property
    def figures(self) -> Figures:
        """How good it is."""
        figures = self.record.figures
        assert figures is not None
        return figures

    @property
    def parameters(self) -> int:
        """How many weights it has."""
        return self.record.parameters

    @property
    def seconds(self) -> float:
        """Of training and validation, until the last epoch ended."""
        return self.history[-1].seconds

    @property
    def milliseconds(self) -> float:
        """A step of training, without validation."""
        last = self.history[-1]
        return 1000 * last.training_seconds / (last.epoch * self.record.batches)

    @property
    def measure(self) -> str:
        """The name of its task's first measure."""
        return next(iter(self.figures.metrics), "")

    @property
    def valid(self) -> float | None:
        """That measure on the validation examples."""
        return self.figures.metrics.get(self.measure)

    @property
    def test(self) -> float | None:
        """The same on the test examples; None while it is not over."""
        return self.figures.test.get(self.measure)


def pinned(run: Run, label: str) -> Pinned | None:
    """The present run as it is; None before its first epoch has ended."""
    record = run.record
    return Pinned(label, record) if record is not None and record.history else None


class PinnedRuns(QObject):
    """Keeps up to `MOST` runs, the oldest making room for the newest."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.runs: list[Pinned] = []
        self._number = 0

    def pin(self, run: Run) -> Pinned | None:
        """Keep the present run as it is."""
        self._number += 1
        cell = run.experiment.network.cell if run.experiment else ""
        hidden = run.experiment.network.hidden if run.experiment else 0
        kept = pinned(run, f"{self._number}: {cell} {hidden}")
        if kept is not None:
            self.runs = [*self.runs, kept][-MOST:]
            self.changed.emit()
        return kept

    def unpin(self, place: int) -> None:
        """Let one go."""
        if 0 <= place < len(self.runs):
            del self.runs[place]
            self.changed.emit()

    def clear(self) -> None:
        """Let all go."""
        self.runs = []
        self.changed.emit()
