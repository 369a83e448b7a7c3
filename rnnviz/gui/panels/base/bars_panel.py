"""One number for each timestep, as bars; the present one stands out."""

from __future__ import annotations

import numpy as np

from rnnviz.analysis.finite import extent, without_gaps
from rnnviz.gui.model.aspect import Aspect
from rnnviz.gui.model.view_state import Scene
from rnnviz.gui.panels.base.panel import Context
from rnnviz.gui.panels.base.time_panel import TimePanel
from rnnviz.gui.widgets.plot import set_bars
from rnnviz.records.arrays import FloatArray
from rnnviz.words.number_format import short
from rnnviz.words.translation import tr


class BarsPanel(TimePanel):
    """Draws what `measure` says for each timestep."""

    redraw_on = Aspect.TRACE
    """what changes the numbers"""

    def __init__(self, context: Context) -> None:
        super().__init__(context, "")
        self._bars = self.plot.add_curve("bars")
        self._now = self.plot.add_curve("bar of now")
        self._gaps = self.plot.add_curve("gaps")
        self._values: FloatArray = np.zeros(0, np.float32)
        self._top = 0.0

    @property
    def quantity(self) -> str:
        """What the bars measure, as a formula."""
        raise NotImplementedError

    def measure(self, scene: Scene) -> FloatArray:
        """The heights of the bars, ``(n,)``, from the first timestep on."""
        raise NotImplementedError

    def greatest(self, scene: Scene) -> float:
        """The highest bar of this trace, at any timestep: stepping leaves the axis at rest."""
        return extent(self._values)[1]

    def resting_text(self) -> str:
        return self.quantity

    def draw_scene(self, scene: Scene, what: Aspect) -> None:
        if what & (self.redraw_on | Aspect.THEME):
            self._values = self.measure(scene)
            measured = bool(len(self._values))
            self._bars.setVisible(measured)
            gaps = ~np.isfinite(self._values)
            self._gaps.setVisible(bool(gaps.any()))
            if not measured:
                self._now.setVisible(False)
                return
            if what & (Aspect.TRACE | Aspect.THEME):
                self.plot.set_y(0, self._height(self.greatest(scene)), padding=0)
            x = np.arange(1.0, len(self._values) + 1)
            heights = without_gaps(self._values)
            set_bars(self._bars, x, heights, self.colours.bars)
            if gaps.any():  # no number is no height: hatched from the bottom to the top
                set_bars(self._gaps, x, gaps * self._top, self.colours.muted, hatched=True)
        t = scene.timestep
        here = t < len(self._values)
        self._now.setVisible(here)
        if here:
            heights = without_gaps(self._values[t : t + 1])
            set_bars(self._now, np.array([t + 1.0]), heights, self.colours.text)

    def _height(self, top: float) -> float:
        # A little room, and steps of a fifth, so that the axis rests while a network learns.
        wanted = max(top * 1.05, 1e-9)
        if not 0.8 * self._top <= wanted <= self._top:
            self._top = wanted * 1.1
        return self._top

    def describe(self, scene: Scene, timestep: int, y: float) -> str:
        if timestep >= len(self._values):
            return self.resting_text()
        return tr("timestep {t}: {value}").format(
            t=timestep + 1, value=short(float(self._values[timestep]))
        )
