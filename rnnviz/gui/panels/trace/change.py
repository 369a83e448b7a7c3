"""How much the notepad changed at each timestep."""

from __future__ import annotations

from rnnviz.analysis.memory import change
from rnnviz.gui.model.aspect import Aspect
from rnnviz.gui.model.view_state import Scene
from rnnviz.gui.panels.base.bars_panel import BarsPanel
from rnnviz.gui.panels.base.panel import Lane
from rnnviz.records.arrays import FloatArray
from rnnviz.words.translation import mark, tr


class ChangePanel(BarsPanel):
    """The length of h_t - h_{t-1}; backwards, of h_t - h_{t+1}."""

    name = "change"
    title = mark("How much the notepad changed")
    help = mark("How far the hidden state moved at each timestep: the length of h_t - h_{t-1}.")
    home = Lane(60, after="unit")
    of_trace = True
    redraw_on = Aspect.TRACE

    @property
    def promise(self) -> str:
        return tr("How far the notepad moves at each timestep will be here.")

    @property
    def quantity(self) -> str:
        return "‖hₜ − hₜ₊₁‖" if self._view_state.scene.backwards else "‖hₜ − hₜ₋₁‖"

    def measure(self, scene: Scene) -> FloatArray:
        return change(scene.hidden, scene.start, backwards=scene.backwards)
