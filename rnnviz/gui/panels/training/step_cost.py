"""The price of going step by step: a training step's time against length and size."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QToolButton

from rnnviz.cells import CELLS
from rnnviz.engine.messages import StepCost
from rnnviz.gui.model.aspect import Aspect
from rnnviz.gui.panels.base.panel import Behind, Context, Panel
from rnnviz.gui.widgets.label_spacing import apart
from rnnviz.gui.widgets.plot import Plot, pen
from rnnviz.words.number_format import short
from rnnviz.words.translation import mark, tr


class StepCostPanel(Panel):
    """Measured here and now, when it is asked for."""

    name = "step_cost"
    title = mark("Price of a step")
    help = mark(
        "How long a training step takes against the length of the sequence and the size of the "
        "network, measured here and now."
    )
    home = Behind("loss", after="result")

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        workspace = context.workspace
        self._workspace = workspace
        self.button = QToolButton()
        self.button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.button.clicked.connect(self._start_or_stop)
        self.controls.addWidget(self.button)
        workspace.step_costs.changed.connect(lambda: self.mark(Aspect.PRICES))
        workspace.changed.connect(lambda: self.mark(Aspect.STATE))

    def build(self) -> None:
        self.by_length = Plot(tr("timesteps"), tr("ms / step"))
        self.by_size = Plot(tr("units"), "")
        line = QHBoxLayout()
        line.addWidget(self.by_length)
        line.addWidget(self.by_size)
        self.body.addLayout(line)
        self._lines: dict[Plot, dict[tuple[str, str], tuple[pg.PlotDataItem, pg.TextItem]]] = {
            self.by_length: {},
            self.by_size: {},
        }
        """by device and cell, each with its name at its end"""
        for plot in self._lines:
            plot.y_axis.setLogMode(y=True)
            plot.x_axis.setLogMode(x=True)

    def _start_or_stop(self) -> None:
        if self._workspace.step_costs.measuring:
            self._workspace.step_costs.cancel()
        else:
            self._workspace.step_costs.measure()

    def draw(self, what: Aspect) -> None:
        step_costs = self._workspace.step_costs
        measured = step_costs.measured
        if Aspect.THEME in what:
            for plot in self._lines:
                plot.recolour(self.colours)
        self.button.setText(
            tr("Stop, {done} of {count}").format(done=len(measured), count=step_costs.count or "…")
            if step_costs.measuring
            else tr("Measure")
        )
        self.button.setEnabled(step_costs.measuring or not self._workspace.running)
        self.say_empty(
            ""
            if measured
            else tr(
                "A recurrent network goes step by step. Press Measure to see what a training "
                "step costs here, for each cell."
            )
        )
        for plot in self._lines:
            plot.setVisible(bool(measured))
        if measured and what & (Aspect.PRICES | Aspect.THEME):
            units = {p.hidden for p in measured if p.timesteps != 50} or {64}
            self._draw(self.by_length, [p for p in measured if p.hidden in units], "timesteps")
            self._draw(self.by_size, [p for p in measured if p.timesteps == 50], "hidden")

    def _draw(self, plot: Plot, step_costs: list[StepCost], along: str) -> None:
        lines = self._lines[plot]
        wanted = list(dict.fromkeys((price.device, price.cell) for price in step_costs))
        for gone in lines.keys() - set(wanted):
            for item in lines.pop(gone):
                plot.remove(item)
        heights: list[float] = []
        ends: list[tuple[pg.TextItem, float, float]] = []
        for device, cell in wanted:
            own = sorted(
                (getattr(p, along), p.milliseconds)
                for p in step_costs
                if (p.device, p.cell) == (device, cell)
            )
            x, y = np.log10(np.array(own, float)).T
            heights += list(y)
            colour = self.colours.text if device == "cpu" else self.colours.bars
            if (device, cell) not in lines:
                # Told apart by shape and by name, not by colour.
                curve = pg.PlotDataItem(symbol=CELLS[cell].sign, symbolSize=8)
                of = f"{cell} on {device} along {along}"
                end = pg.TextItem(anchor=(0, 0.5))
                lines[device, cell] = plot.add(curve, of), plot.add(end, f"name of {of}")
            curve, name = lines[device, cell]
            curve.setData(x, y, pen=pen(colour, 1.5), symbolBrush=colour)
            name.setText(f" {cell} {short(10 ** y[-1], 2)}", color=self.colours.text)
            ends.append((name, x[-1], y[-1]))
        if heights:
            plot.set_y(min(heights), max(heights), padding=0.15)
            values = np.log10([getattr(p, along) for p in step_costs])
            # Room behind the last points for their names.
            span = max(float(np.ptp(values)), 0.3)
            plot.set_x(values.min() - 0.05 * span, values.max() + 0.95 * span)
            self._name(plot, ends)

    def _name(self, plot: Plot, ends: list[tuple[pg.TextItem, float, float]]) -> None:
        low, high = plot.box.viewRange()[1]
        line = plot.fontMetrics().height() * (high - low) / max(1.0, plot.box.height())
        middles = apart([y for _, _, y in ends], line, low, high)
        for (name, x, _), middle in zip(ends, middles, strict=True):
            name.setPos(x, middle)
