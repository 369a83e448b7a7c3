"""Several experiments, one after another, each pinned when it is over."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from rnnviz.cells import COMPARED
from rnnviz.experiment import Experiment
from rnnviz.gui.model.aspect import Aspect
from rnnviz.gui.model.workspace import Workspace
from rnnviz.words.translation import tr


def of_cells(experiment: Experiment) -> list[Experiment]:
    """The same experiment with each cell: the same data, the same seed, the same start."""
    return [experiment.with_value("network.cell", cell.name) for cell in COMPARED]


class Sweep(QObject):
    """Trains experiments in turn. Whoever starts, stops or resets something else ends it."""

    changed = Signal()

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(workspace)
        self._workspace = workspace
        self._left: list[Experiment] = []
        self._number = -1
        workspace.run.changed.connect(self._follow)

    @property
    def going(self) -> bool:
        """Whether experiments are still to come or under way."""
        return self._number >= 0

    @property
    def left(self) -> int:
        """How many wait after the one under way."""
        return len(self._left)

    def start(self, experiments: list[Experiment]) -> None:
        """Train these, one after another."""
        self._left = list(experiments)
        self._next()

    def cancel(self) -> None:
        """Let what waits go, and stop what runs."""
        if self.going:
            self._end()
            self._workspace.stop()

    def _next(self) -> None:
        experiment = self._left.pop(0)
        self._workspace.draft.replace(
            experiment, tr("compare {cell}").format(cell=experiment.network.cell)
        )
        self._number = self._workspace.run.number + 1
        self._workspace.begin()
        self.changed.emit()

    def _follow(self, what: Aspect) -> None:
        run = self._workspace.run
        if not self.going or not what & (Aspect.STATE | Aspect.RESULT):
            return
        if run.number != self._number:
            self._end()  # someone began another run
        elif run.state == "finished":
            if not run.judged:
                return  # it is being judged: that is a part of what is compared
            self._workspace.pinned_runs.pin(run)
            if self._left:
                self._next()
            else:
                self._end()
        elif run.state in ("stopped", "failed", "lost"):
            self._end()

    def _end(self) -> None:
        self._left = []
        self._number = -1
        self.changed.emit()
