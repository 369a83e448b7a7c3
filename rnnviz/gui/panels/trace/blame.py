"""Blame through time: how far back the error reaches, timestep by timestep."""

from __future__ import annotations

import numpy as np

from rnnviz.gui.model.aspect import Aspect
from rnnviz.gui.model.view_state import Scene
from rnnviz.gui.panels.base.panel import Behind, Context
from rnnviz.gui.panels.base.time_panel import TimePanel, key
from rnnviz.gui.widgets.plot import set_curve
from rnnviz.records.arrays import FloatArray
from rnnviz.words.number_format import short
from rnnviz.words.translation import mark, tr

LOWEST = 1e-30
"""What is below is drawn and said as below: tracing counts it as 0."""


class BlamePanel(TimePanel):
    """‖∂L/∂h_t‖ of the layer that is looked at, and of an LSTM ‖∂L/∂c_t‖, on a logarithmic axis.
    Backpropagation goes from the right to the left, and so do its words."""

    name = "blame"
    title = mark("Blame through time")
    help = mark(
        "How much the loss would change with the hidden state of each timestep, ‖∂L/∂hₜ‖. It is "
        "read from the right to the left, as the error travels: falling fast to the left means "
        "that what was read early is not learned from."
    )
    home = Behind("saliency")
    of_trace = True
    needs = frozenset({"gradient_norm"})

    def __init__(self, context: Context) -> None:
        super().__init__(context, "")
        self.plot.label(y_label="‖∂L/∂hₜ‖")
        self.plot.y_axis.setLogMode(y=True)
        self._hidden = self.plot.add_curve("h")
        self._cell = self.plot.add_curve("c")

    @property
    def promise(self) -> str:
        return tr("How far the error reaches back through time will be here.")

    def missing(self, scene: Scene) -> str:
        if scene.trace is None or scene.trace.gradient_norm is not None:
            return super().missing(scene)
        return tr("There is no loss to be blamed for: the trace has no target.")

    def draw_scene(self, scene: Scene, what: Aspect) -> None:
        if not what & (Aspect.TRACE | Aspect.UNIT):
            return
        hidden, cell = norms(scene)
        self._cell.setVisible(cell is not None)
        if hidden is None:
            return
        x = np.arange(1.0, len(hidden) + 1)
        set_curve(self._hidden, x, _logs(hidden), self.colours.bars, width=2)
        if cell is not None:
            set_curve(self._cell, x, _logs(cell), self.colours.unit, width=1.5)
        shown = _logs(hidden if cell is None else np.concatenate([hidden, cell]))
        low, high = float(np.nanmin(shown)), float(np.nanmax(shown))
        self.plot.set_y(min(low, high - 1), high, padding=0.08)
        self.readout.setText(self.resting_text())

    def resting_text(self) -> str:
        scene = self._view_state.scene
        hidden, cell = norms(scene) if scene.trace is not None else (None, None)
        if hidden is None or not np.isfinite(hidden).any():
            return ""
        text = in_words(hidden)
        if cell is None:
            return text
        names = key(self.colours.bars, "━", "h"), key(self.colours.unit, "━", "c")
        return "&nbsp;&nbsp; ".join([*names, text])

    def describe(self, scene: Scene, timestep: int, y: float) -> str:
        hidden, cell = norms(scene)
        if hidden is None or timestep >= len(hidden):
            return self.resting_text()
        text = tr("timestep {t}: {value}", t=timestep + 1, value=_said(hidden[timestep]))
        return text if cell is None else f"{text}, c {_said(cell[timestep])}"


def norms(scene: Scene) -> tuple[FloatArray | None, FloatArray | None]:
    """What is drawn of a scene: ‖∂L/∂h_t‖ and ‖∂L/∂c_t‖ of its layer, each ``(T,)``."""
    trace = scene.trace
    if trace is None or trace.gradient_norm is None:
        return None, None
    cell = trace.cell_gradient_norm
    return trace.gradient_norm[:, scene.layer], None if cell is None else cell[:, scene.layer]


def in_words(values: FloatArray) -> str:
    """The largest and the smallest, from the last timestep back."""
    largest, smallest = int(np.nanargmax(values)), int(np.nanargmin(values))
    return tr(
        "largest {high} at {t_high}, smallest {low} at {t_low}",
        high=_said(values[largest]),
        t_high=largest + 1,
        low=_said(values[smallest]),
        t_low=smallest + 1,
    )


def _logs(values: FloatArray) -> FloatArray:
    return np.log10(np.maximum(values, LOWEST))


def _said(value: float) -> str:
    if value < LOWEST:
        return tr("below {least:g}", least=LOWEST)
    return short(float(value), 2)
