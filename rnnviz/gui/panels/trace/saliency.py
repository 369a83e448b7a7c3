"""How much each input still matters for the answer at this timestep."""

from __future__ import annotations

import numpy as np

from rnnviz.analysis.finite import extent
from rnnviz.gui.model.aspect import Aspect
from rnnviz.gui.model.view_state import Scene
from rnnviz.gui.panels.base.bars_panel import BarsPanel
from rnnviz.gui.panels.base.panel import Lane
from rnnviz.records.arrays import FloatArray
from rnnviz.words.number_format import short
from rnnviz.words.translation import mark, tr

PER_SECOND = 6e10
"""Multiplications in a second of a processor with two cores, roughly."""


class SaliencyPanel(BarsPanel):
    """|dy_t / dx_s| for every timestep s that was read before t, t being the present one; where
    both directions are read, for every timestep."""

    name = "saliency"
    title = mark("How much each input still matters")
    help = mark(
        "How much the answer at this timestep moves with each input that was read: the length "
        "of dy_t / dx_s, by the chain rule through all timesteps between."
    )
    home = Lane(70, after="change")
    of_trace = True
    needs = frozenset({"saliency"})
    redraw_on = Aspect.TRACE | Aspect.TIMESTEP

    @property
    def promise(self) -> str:
        return tr("How much the answer still depends on each input will be here.")

    @property
    def quantity(self) -> str:
        return "|∂yₜ / ∂xₛ|"

    def missing(self, scene: Scene) -> str:
        trace = scene.trace
        if trace is None or trace.saliency is not None:
            return super().missing(scene)
        if trace.saliency_missing == "too dear":
            return tr(
                "Not measured: it would take about {time}, because every answer is compared with "
                "every input."
            ).format(time=self._time(trace.saliency_cost))
        if trace.saliency_missing == "unasked":
            return tr(
                "Not asked for: rnnviz.trace(…, saliency=True) measures it in about {time}."
            ).format(time=self._time(trace.saliency_cost))
        return tr("Measured when training pauses: it takes too long to follow it live.")

    def _time(self, cost: float) -> str:
        """How long so many multiplications take, roughly."""
        seconds = cost / PER_SECOND
        if seconds < 90:
            return tr("{n} s").format(n=short(max(seconds, 0.01), 1))
        return tr("{n:.0f} min").format(n=seconds / 60)

    def measure(self, scene: Scene) -> FloatArray:
        trace = scene.trace
        assert trace is not None
        if trace.saliency is None:
            return np.zeros(0, np.float32)
        read = trace.timesteps if trace.directions == 2 else scene.timestep + 1
        return trace.saliency[scene.timestep, :read]

    def greatest(self, scene: Scene) -> float:
        assert scene.trace is not None
        assert scene.trace.saliency is not None
        return extent(scene.trace.saliency)[1]
