"""The validation losses of pinned runs: grey, each with its label at its end."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyqtgraph as pg

from rnnviz.gui.comparison import Pinned
from rnnviz.gui.theme import Colours
from rnnviz.gui.widgets.plot import Plot, set_curve


class PinnedCurves:
    """Curves of other runs in a plot over epochs."""

    def __init__(self, plot: Plot) -> None:
        self._plot = plot
        self._items: list[tuple[pg.PlotCurveItem, pg.TextItem]] = []

    def draw(
        self, runs: list[Pinned], place: Callable[[list[float]], np.ndarray], colours: Colours
    ) -> None:
        """Draw one curve for each run; `place` turns losses into heights."""
        while len(self._items) < len(runs):
            label = pg.TextItem(anchor=(1, 1))
            self._items.append((self._plot.add_curve(), self._plot.add(label)))
        for number, (curve, label) in enumerate(self._items):
            shown = number < len(runs)
            curve.setVisible(shown)
            label.setVisible(shown)
            if not shown:
                continue
            history = runs[number].history
            heights = place([record.valid_loss for record in history])
            x = np.array([record.epoch for record in history], float)
            set_curve(curve, x, heights, colours.muted, width=1.5, alpha=190)
            label.setColor(colours.muted)
            label.setText(runs[number].label)
            label.setPos(x[-1], heights[-1])
