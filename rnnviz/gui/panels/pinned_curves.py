"""The curves of pinned runs: grey, each with its label at its end."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg

from rnnviz.gui.theme import Colours
from rnnviz.gui.widgets.plot import Plot, set_curve


class PinnedCurves:
    """Curves of other runs in a plot, behind that of the present one."""

    def __init__(self, plot: Plot) -> None:
        self._plot = plot
        self._items: list[tuple[pg.PlotCurveItem, pg.TextItem]] = []

    def draw(self, runs: Sequence[tuple[str, np.ndarray, np.ndarray]], colours: Colours) -> None:
        """Draw one curve for each run: its label, its x and its heights."""
        while len(self._items) < len(runs):
            label = pg.TextItem(anchor=(1, 1))
            self._items.append((self._plot.add_curve(), self._plot.add(label)))
        for number, (curve, label) in enumerate(self._items):
            shown = number < len(runs)
            curve.setVisible(shown)
            label.setVisible(shown)
            if not shown:
                continue
            name, x, heights = runs[number]
            set_curve(curve, x, heights, colours.muted, width=1.5, alpha=190)
            label.setColor(colours.muted)
            label.setText(name)
            there = np.flatnonzero(np.isfinite(heights))
            label.setVisible(bool(len(there)))
            if len(there):
                # Where it ends high up, its name stands below it.
                low, high = self._plot.box.viewRange()[1]
                label.setAnchor((1, int(heights[there[-1]] < (low + high) / 2)))
                label.setPos(x[there[-1]], heights[there[-1]])
