"""The price of going step by step: a training step's time against length and size."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QToolButton

from rnnviz.engine.messages import Price
from rnnviz.gui.aspect import Aspect
from rnnviz.gui.lab import Lab
from rnnviz.gui.panels.panel import Panel
from rnnviz.gui.theme import Theme
from rnnviz.gui.widgets.plot import Plot, pen
from rnnviz.numerals import short

SIGNS = {"RNN": "o", "GRU": "s", "LSTM": "t"}
"""told apart by shape and by name, not by colour"""


class PricePanel(Panel):
    """Measured here and now, when it is asked for."""

    name = "price"

    def __init__(self, lab: Lab, theme: Theme) -> None:
        super().__init__(lab.clock, theme)
        self._lab = lab
        self.button = QToolButton()
        self.button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.button.clicked.connect(self._start_or_stop)
        self.controls.addWidget(self.button)
        lab.prices.changed.connect(lambda: self.mark(Aspect.PRICES))
        lab.changed.connect(lambda: self.mark(Aspect.STATE))

    def build(self) -> None:
        self.by_length = Plot(self.tr("timesteps"), self.tr("ms / step"))
        self.by_size = Plot(self.tr("units"), "")
        line = QHBoxLayout()
        line.addWidget(self.by_length)
        line.addWidget(self.by_size)
        self.body.addLayout(line)
        self._items: dict[Plot, list[pg.GraphicsObject]] = {self.by_length: [], self.by_size: []}
        for plot in self._items:
            plot.y_axis.setLogMode(y=True)
            plot.x_axis.setLogMode(x=True)

    @property
    def title(self) -> str:
        return self.tr("Price of a step")

    def _start_or_stop(self) -> None:
        if self._lab.prices.measuring:
            self._lab.prices.cancel()
        else:
            self._lab.prices.measure()

    def draw(self, what: Aspect) -> None:
        prices = self._lab.prices
        measured = prices.measured
        if Aspect.THEME in what:
            for plot in self._items:
                plot.recolour(self.colours)
        self.button.setText(
            self.tr("Stop, {done} of {count}").format(done=len(measured), count=prices.count or "…")
            if prices.measuring
            else self.tr("Measure")
        )
        self.button.setEnabled(prices.measuring or not self._lab.running)
        self.say_empty(
            ""
            if measured
            else self.tr(
                "A recurrent network goes step by step. Press Measure to see what a training "
                "step costs here, for each cell."
            )
        )
        for plot in self._items:
            plot.setVisible(bool(measured))
        if measured:
            units = {p.hidden for p in measured if p.timesteps != 50} or {64}
            self._draw(self.by_length, [p for p in measured if p.hidden in units], "timesteps")
            self._draw(self.by_size, [p for p in measured if p.timesteps == 50], "hidden")

    def _draw(self, plot: Plot, prices: list[Price], along: str) -> None:
        for item in self._items[plot]:
            plot.box.removeItem(item)
        self._items[plot] = []
        heights = []
        for device, cell in dict.fromkeys((p.device, p.cell) for p in prices):
            own = sorted(
                (getattr(p, along), p.milliseconds)
                for p in prices
                if (p.device, p.cell) == (device, cell)
            )
            x, y = np.log10(np.array(own, float)).T
            heights += list(y)
            colour = self.colours.text if device == "cpu" else self.colours.bars
            curve = pg.PlotDataItem(
                x, y, pen=pen(colour, 1.5), symbol=SIGNS[cell], symbolSize=8, symbolBrush=colour
            )
            label = pg.TextItem(f"{cell} {short(10 ** y[-1], 2)}", color=colour, anchor=(1, 1))
            label.setPos(x[-1], y[-1])
            self._items[plot] += [plot.add(curve), plot.add(label)]
        if heights:
            plot.set_y(min(heights), max(heights), padding=0.15)
            values = np.log10([getattr(p, along) for p in prices])
            plot.set_x(values.min() - 0.05, values.max() + 0.05)
