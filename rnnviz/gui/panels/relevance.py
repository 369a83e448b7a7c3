"""How much each input still matters for the answer at this timestep."""

from __future__ import annotations

import numpy as np

from rnnviz.gui.aspect import Aspect
from rnnviz.gui.panels.bars_panel import BarsPanel
from rnnviz.gui.stage import Scene
from rnnviz.records import FloatArray


class RelevancePanel(BarsPanel):
    """|dy_t / dx_s| for every timestep s that was read before t, t being the present one."""

    name = "relevance"
    redraw_on = Aspect.TRACE | Aspect.TIMESTEP

    @property
    def title(self) -> str:
        return self.tr("How much each input still matters")

    @property
    def promise(self) -> str:
        return self.tr("How much the answer still depends on each input will be here.")

    @property
    def quantity(self) -> str:
        return "|∂yₜ / ∂xₛ|"

    def missing(self, scene: Scene) -> str:
        if scene.trace is not None and scene.trace.relevance is None:
            return self.tr("Measured when training pauses: it takes too long to follow it live.")
        return super().missing(scene)

    def measure(self, scene: Scene) -> FloatArray:
        trace = scene.trace
        assert trace is not None
        if trace.relevance is None:
            return np.zeros(0, np.float32)
        return trace.relevance[scene.timestep, : scene.timestep + 1]

    def greatest(self, scene: Scene) -> float:
        assert scene.trace is not None
        assert scene.trace.relevance is not None
        return float(scene.trace.relevance.max())
