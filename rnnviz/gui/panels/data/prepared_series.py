"""A recorded series as it was prepared: its parts, the scaling, the window that slides over it."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QObject, QRectF
from PySide6.QtGui import QColor, QGuiApplication
from PySide6.QtWidgets import QGraphicsRectItem

from rnnviz.analysis.preprocessing import SeriesView
from rnnviz.gui.look.theme import Colours
from rnnviz.gui.panels.base.time_panel import key
from rnnviz.gui.widgets.plot import NO_BRUSH, Plot, filling, pen, set_curve
from rnnviz.records.preprocessing import PreparedSeries
from rnnviz.words.number_format import short
from rnnviz.words.translation import tr


class SeriesPainter(QObject):
    """Draws into a plot that has a right-hand axis for the scaled values."""

    def __init__(self, plot: Plot) -> None:
        super().__init__(plot)
        self._plot = plot
        self._raw = plot.add_curve("raw")
        self._curve = plot.add_curve("values")
        self._window = plot.add(pg.LinearRegionItem(movable=False), "window")
        self._window.setZValue(-5)
        self._band = QGraphicsRectItem()
        self._band.setZValue(-8)
        plot.add(self._band, "fitted")
        self._ends = [
            plot.add(pg.InfiniteLine(angle=90), f"end of the {part} part")
            for part in ("training", "validation")
        ]
        self._now = plot.add(pg.InfiniteLine(angle=90), "timestep")
        self._arrow = plot.add_curve("change asked for")
        self._target = pg.ScatterPlotItem(size=12, symbol="o", pxMode=True)
        self._present = pg.ScatterPlotItem(size=9, symbol="o", pxMode=True)
        for name, dots in (("target", self._target), ("present", self._present)):
            dots.setZValue(10)
            plot.add(dots, name)
        self._names = [plot.add_text(f"name of part {number}") for number in (1, 2, 3)]
        plot.box.sigRangeChanged.connect(self._place_names)
        plot.box.sigResized.connect(self._place_names)
        self._view: SeriesView | None = None

    def draw(self, found: PreparedSeries, view: SeriesView, colours: Colours) -> None:
        """Draw all but the present timestep."""
        self._view = view
        plot = self._plot
        plot.label(y_label=found.value_label)
        set_curve(self._curve, view.x, found.values, colours.input, width=1)
        raw = found.raw if len(view.raw_x) else found.raw[:0]
        set_curve(self._raw, view.raw_x, raw, colours.muted, width=1, alpha=110)
        brush = QColor(colours.answer)
        brush.setAlpha(70)
        self._window.setBrush(brush)
        self._window.setRegion(view.window)
        for line in self._window.lines:
            line.setPen(pen(colours.answer, 1))
        self._band.setVisible(found.fitted is not None)
        if found.fitted is not None:
            (first, last), (low, high) = view.parts[0], found.fitted
            self._band.setRect(QRectF(first, low, last - first, high - low))
            shade = QColor(colours.train)
            shade.setAlpha(45)
            self._band.setBrush(shade)
            self._band.setPen(pen(colours.train, 1, 160))
        for line, (_, end) in zip(self._ends, view.parts, strict=False):
            line.setPen(pen(colours.muted, 1, dashed=True))
            line.setPos(end)
        at = float(found.values[found.target])
        self._target.setData([view.target], [at], pen=pen(colours.target, 3), brush=NO_BRUSH)
        self._arrow.setVisible(view.since is not None)
        if view.since is not None:
            # Along the last value read, then up or down to what is asked for.
            x = np.array([view.since[0], view.target, view.target])
            y = np.array([view.since[1], view.since[1], at])
            set_curve(self._arrow, x, y, colours.target, width=2)
        plot.set_right_ticks([] if found.fitted is None else list(view.ticks), tr("scaled"))
        low, high = float(found.values.min()), float(found.values.max())
        plot.set_y(low, high + 0.12 * (high - low))  # above the curve stand the names
        self._name_parts(colours)

    def draw_present(self, found: PreparedSeries, view: SeriesView, t: int, shade: Colours) -> None:
        """Mark the present timestep in the window."""
        x = view.present(t)
        self._now.setPen(pen(shade.text, 1, 150))
        self._now.setPos(x)
        value = float(found.values[min(round(x), len(found.values)) - 1])
        self._present.setData([x], [value], brush=filling(shade.answer), pen=pen(shade.panel, 1))

    def _name_parts(self, colours: Colours) -> None:
        names = (tr("training"), tr("validation"), tr("test"))
        for item, name in zip(self._names, names, strict=True):
            item.setFont(QGuiApplication.font())
            item.setText(name)
            item.setBrush(QColor(colours.muted))
        self._place_names()

    def _place_names(self) -> None:
        """Each name in the middle of what is in view of its part, where there is room."""
        if self._view is None:
            return
        (low, high), box = self._plot.x_range(), self._plot.box
        per = box.width() / max(1e-9, high - low)
        used = 0.0
        for item, (first, last) in zip(self._names, self._view.parts, strict=True):
            first, last = max(first, low), min(last, high)
            wide = item.boundingRect().width()
            left = ((first + last) / 2 - low) * per - wide / 2
            left = min(max(left, used), box.width() - wide)
            item.setVisible(last > first and left >= used)
            if item.isVisible():
                used = left + wide + 6
            item.setPos(left, 0)

    def legend(self, found: PreparedSeries, colours: Colours) -> str:
        """Which sign means what, and the rule of the scaling."""
        entries = [
            key(colours.answer, "▮", tr("window")),
            key(colours.target, "◯", tr("asked for")),
        ]
        if found.fitted is not None:
            name = tr("{what} of the training part").format(what=tr(found.fitted_name))
            entries.append(key(colours.train, "▬", name))
        entries.append(tr("scaled = {formula}").format(formula=found.scaling))
        return "&nbsp;&nbsp; ".join(entries)

    def describe(self, found: PreparedSeries, view: SeriesView, x: float) -> str:
        """The point under the mouse: its label in the file, its value, and that scaled."""
        place = round(x) - 1
        if not 0 <= place < len(found.values):
            return ""
        label = found.labels[found.every * (place + 1) - 1]
        text = tr("{label}: {value} → scaled {scaled}").format(
            label=label,
            value=short(float(found.values[place])),
            scaled=short(float(found.scaled[place])),
        )
        if place == found.target:
            asked = short(found.asked)
            text += (
                tr(", asked for: the change {asked} (scaled)").format(asked=asked)
                if found.change
                else tr(", asked for")
            )
        return text
