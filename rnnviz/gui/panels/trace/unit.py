"""The selected unit: its hidden state over time."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg

from rnnviz.gui.model.aspect import Aspect
from rnnviz.gui.model.view_state import Scene
from rnnviz.gui.panels.base.panel import Column, Context
from rnnviz.gui.panels.base.time_panel import TimePanel
from rnnviz.gui.panels.trace.hidden import greatest
from rnnviz.gui.widgets.plot import NO_PEN, filling, set_curve, set_dots
from rnnviz.words.number_format import signed
from rnnviz.words.translation import mark, tr


class UnitPanel(TimePanel):
    """One row of the heatmap as a curve."""

    name = "unit"
    title = mark("One unit")
    help = mark(
        "One hidden unit over time: its h_t, or what is chosen in the hidden state. A click "
        "there or in the notepad picks another."
    )
    home = Column("trace", 110, after="hidden", closed=True)
    of_trace = True

    def __init__(self, context: Context) -> None:
        super().__init__(context, "")
        self.plot.label(y_label=tr("hidden state"))
        self._curve = self.plot.add_curve("unit")
        self._now = pg.ScatterPlotItem(size=9, symbol="o", pxMode=True)
        self.plot.add(self._now, "unit now")

    @property
    def promise(self) -> str:
        return tr("One hidden unit over time will be here.")

    def resting_text(self) -> str:
        scene = self._view_state.scene
        if scene.trace is None or scene.unit is None:
            return ""
        return tr("unit {u}, timestep {t}: {value}").format(
            u=scene.unit,
            t=scene.timestep + 1,
            value=signed(scene.states[scene.timestep, scene.unit]),
        )

    def draw_scene(self, scene: Scene, what: Aspect) -> None:
        trace, unit = scene.trace, scene.unit
        assert trace is not None
        self._curve.setVisible(unit is not None)
        self._now.setVisible(unit is not None)
        self.plot.setVisible(unit is not None)
        self.say_empty(
            tr("Click a unit in the hidden state to see its curve over time.")
            if unit is None
            else ""
        )
        if unit is None:
            self.readout.setText("")
            return
        top = greatest(scene)
        if what & (Aspect.TRACE | Aspect.UNIT):
            self.plot.set_y(-top, top)
            x = np.arange(1, trace.timesteps + 1)
            set_curve(self._curve, x, scene.states[:, unit], self.colours.unit)
        set_dots(
            self._now,
            [scene.timestep + 1],
            scene.states[scene.timestep, [unit]],
            pen=NO_PEN,
            brush=filling(self.colours.unit),
        )
        self.readout.setText(self.resting_text())

    def describe(self, scene: Scene, timestep: int, y: float) -> str:
        if scene.unit is None:
            return ""
        return tr("unit {u}, timestep {t}: {value}").format(
            u=scene.unit, t=timestep + 1, value=signed(scene.states[timestep, scene.unit])
        )
