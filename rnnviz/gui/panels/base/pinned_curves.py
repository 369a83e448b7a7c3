"""The curves of pinned runs: grey, each with its label at its end."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QGraphicsSimpleTextItem

from rnnviz.gui.look.theme import Colours
from rnnviz.gui.widgets.label_spacing import apart
from rnnviz.gui.widgets.plot import Plot, set_curve


class PinnedCurves:
    """Curves of other runs in a plot, behind that of the present one."""

    def __init__(self, plot: Plot) -> None:
        self._plot = plot
        self._items: list[tuple[pg.PlotCurveItem, QGraphicsSimpleTextItem]] = []

    def draw(self, runs: Sequence[tuple[str, np.ndarray, np.ndarray]], colours: Colours) -> None:
        """Draw one curve for each run: its label, its x and its heights. The range of the plot
        is as it will be seen."""
        while len(self._items) < len(runs):
            self._items.append((self._plot.add_curve(""), self._plot.add_text("")))
        ends: list[tuple[QGraphicsSimpleTextItem, QPointF]] = []
        for number, (curve, label) in enumerate(self._items):
            shown = number < len(runs)
            curve.setVisible(shown)
            label.setVisible(False)
            if not shown:
                continue
            name, x, heights = runs[number]
            self._plot.name(curve, f"pinned {name}")
            set_curve(curve, x, heights, colours.muted, width=1.5, alpha=190)
            label.setBrush(QColor(colours.muted))
            label.setText(name)
            there = np.flatnonzero(np.isfinite(heights))
            if len(there):
                at = QPointF(x[there[-1]], heights[there[-1]])
                ends.append((label, self._plot.box.mapFromView(at)))
        self._place(ends)

    def _place(self, ends: list[tuple[QGraphicsSimpleTextItem, QPointF]]) -> None:
        if not ends:
            return
        box = self._plot.box
        size = ends[0][0].boundingRect().height()
        middles = apart([at.y() - 0.7 * size for _, at in ends], size, 0, box.height())
        for (label, at), middle in zip(ends, middles, strict=True):
            width = label.boundingRect().width()
            x = min(at.x(), box.width() - 4) - width
            label.setPos(max(0.0, x), middle - size / 2)
            label.setVisible(0 <= at.x() <= box.width() + 1)
