"""The error along the sequence: how wrong the answers are at each position."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg

from rnnviz.gui.aspect import Aspect
from rnnviz.gui.lab import Lab
from rnnviz.gui.panels.panel import Panel
from rnnviz.gui.theme import Theme
from rnnviz.gui.widgets.plot import Plot, set_curve
from rnnviz.records import FloatArray


class ErrorByPositionPanel(Panel):
    """One number hides where a network fails; this shows it for the present run and the
    pinned ones."""

    name = "error_by_position"

    def __init__(self, lab: Lab, theme: Theme) -> None:
        super().__init__(lab.clock, theme)
        self._lab = lab
        lab.run.changed.connect(self.mark)
        lab.comparison.changed.connect(lambda: self.mark(Aspect.PINS))

    def build(self) -> None:
        self.plot = Plot(self.tr("position"), self.tr("error"))
        self.body.addWidget(self.plot)
        self._curve = self.plot.add_curve()
        self._pins: list[pg.PlotCurveItem] = []
        self.plot.zoomed.connect(self.plot.set_x)
        self.plot.reset.connect(lambda: self.mark(Aspect.EPOCHS))

    @property
    def title(self) -> str:
        return self.tr("Error by position")

    def draw(self, what: Aspect) -> None:
        if Aspect.THEME in what:
            self.plot.recolour(self.colours)
            what |= Aspect.EPOCHS
        if not what & (Aspect.EPOCHS | Aspect.STATE | Aspect.PINS):
            return
        errors = self._lab.run.error_by_position
        self.plot.setVisible(errors is not None)
        self.say_empty("" if errors is not None else self._why_empty())
        if errors is None:
            return
        others = [run.error_by_position for run in self._lab.comparison.runs]
        same = [found for found in others if found is not None and len(found) == len(errors)]
        while len(self._pins) < len(same):
            self._pins.append(self.plot.add_curve())
        for place, curve in enumerate(self._pins):
            curve.setVisible(place < len(same))
            if place < len(same):
                set_curve(curve, _positions(same[place]), same[place], self.colours.muted, width=1)
        set_curve(self._curve, _positions(errors), errors, self.colours.valid)
        self.plot.set_x(0.5, len(errors) + 0.5)
        values = np.concatenate([errors, *same])
        self.plot.set_y(0, float(np.nanmax(values)) or 1.0, padding=0.04)

    def _why_empty(self) -> str:
        experiment = self._lab.run.experiment
        if experiment is not None and experiment.task.shape == "many-to-one":
            return self.tr("This task asks for one answer, at the end: there are no positions.")
        return self.tr("How wrong the answers are along the sequence, after the first epoch.")


def _positions(errors: FloatArray) -> FloatArray:
    return np.arange(1, len(errors) + 1, dtype=np.float32)
