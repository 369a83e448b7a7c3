"""The error along the sequence: how wrong the answers are at each position."""

from __future__ import annotations

import numpy as np
from PySide6.QtWidgets import QLabel

from rnnviz.gui.model.aspect import Aspect
from rnnviz.gui.panels.base.panel import Behind, Context, Panel
from rnnviz.gui.panels.base.pinned_curves import PinnedCurves
from rnnviz.gui.widgets.plot import Plot, set_curve
from rnnviz.records.arrays import FloatArray
from rnnviz.records.run import Figures
from rnnviz.words.translation import mark, tr


class ErrorByPositionPanel(Panel):
    """One number hides where a network fails; this shows it for the present run and the
    pinned ones."""

    name = "error_by_position"
    title = mark("Error by position")
    help = mark(
        "How wrong the answers are at each position of the sequence, on validation examples, "
        "for this run and those that are pinned."
    )
    home = Behind("gradient_norm")

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        workspace = context.workspace
        self._workspace = workspace
        self.along = QLabel(objectName="muted")
        self.controls.addWidget(self.along)
        workspace.run.changed.connect(self.mark)
        workspace.pinned_runs.changed.connect(lambda: self.mark(Aspect.PINS))

    def build(self) -> None:
        self.plot = Plot(tr("position"), "")
        self.body.addWidget(self.plot)
        self._curve = self.plot.add_curve("errors")
        self._pins = PinnedCurves(self.plot)
        self.plot.zoomed.connect(self.plot.set_x)
        self.plot.reset.connect(lambda: self.mark(Aspect.EPOCHS))

    def draw(self, what: Aspect) -> None:
        if Aspect.THEME in what:
            self.plot.recolour(self.colours)
            what |= Aspect.EPOCHS
        if not what & (Aspect.EPOCHS | Aspect.RESULT | Aspect.STATE | Aspect.PINS):
            return
        errors = _errors(self._workspace.run.figures)
        self.plot.setVisible(bool(len(errors)))
        self.along.setVisible(bool(len(errors)))
        self.say_empty("" if len(errors) else self._why_empty())
        if not len(errors):
            return
        experiment = self._workspace.run.experiment
        assert experiment is not None
        task = experiment.task
        self.along.setText(tr(task.position))
        self.plot.label(y_label=tr(task.error))
        same = [
            (run.label, _positions(pinned), pinned)
            for run in self._workspace.pinned_runs.runs
            if type(run.experiment.task) is type(task)
            and len(pinned := _errors(run.figures)) == len(errors)
        ]
        set_curve(self._curve, _positions(errors), errors, self.colours.valid)
        self.plot.set_x(0.5, len(errors) + 0.5)
        values = np.concatenate([errors, *(pinned for _, _, pinned in same)])
        self.plot.set_y(0, float(np.nanmax(values)) or 1.0, padding=0.04)
        self._pins.draw(same, self.colours)

    def _why_empty(self) -> str:
        experiment = self._workspace.run.experiment
        if experiment is not None and experiment.task.shape == "many-to-one":
            return tr("This task asks for one answer, at the end: there are no positions.")
        return tr("How wrong the answers are along the sequence, after the first epoch.")


def _errors(figures: Figures | None) -> FloatArray:
    return np.array(() if figures is None else figures.error_by_position, np.float32)


def _positions(errors: FloatArray) -> FloatArray:
    return np.arange(1, len(errors) + 1, dtype=np.float32)
