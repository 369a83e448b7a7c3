"""A sequence of values as curves: inputs, the answers so far, the targets."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QObject

from rnnviz.analysis.finite import extent
from rnnviz.gui.look.theme import Colours
from rnnviz.gui.model.aspect import Aspect
from rnnviz.gui.model.view_state import Scene
from rnnviz.gui.panels.base.time_panel import key
from rnnviz.gui.panels.trace.words_row import WordsRow
from rnnviz.gui.widgets.plot import NO_BRUSH, NO_PEN, Plot, filling, pen, set_curve, set_dots
from rnnviz.records.arrays import FloatArray
from rnnviz.words.number_format import no_number
from rnnviz.words.translation import tr


class Values(QObject):
    """Inputs stand at the timestep they are read at; an answer stands at the later timestep
    that it speaks about. Answers in words stand below, right and wrong told apart."""

    def __init__(self, plot: Plot) -> None:
        super().__init__(plot)
        self._plot = plot
        self._to_come: list[pg.PlotCurveItem] = []
        self._read: list[pg.PlotCurveItem] = []
        self._answers = plot.add_curve("answers")
        self._targets = plot.add_curve("targets")
        self._target = pg.ScatterPlotItem(size=14, symbol="o", pxMode=True)
        self._answer = pg.ScatterPlotItem(size=13, symbol="d", pxMode=True)
        self._now = pg.ScatterPlotItem(size=8, symbol="o", pxMode=True)
        named = (("target", self._target), ("read now", self._now), ("answer", self._answer))
        for z, (name, item) in enumerate(named):
            item.setZValue(10 + z)
            plot.add(item, name)
        self._words = WordsRow(plot)
        self.output = 0
        """which of several outputs is drawn"""

    def clear(self) -> None:
        """Take everything away: another kind of sequence comes."""
        for curve in (*self._to_come, *self._read, self._answers, self._targets):
            curve.setData([], [])
        for dots in (self._target, self._answer, self._now):
            dots.setData([], [])
        self._words.clear()

    def legend(self, scene: Scene, colours: Colours) -> str:
        """Which sign means what."""
        shown = _Shown(scene, self.output)
        names = scene.presentation.inputs_named or [tr("input")]
        shades = [colours.input, *[colours.muted] * len(names)]
        entries = [key(shade, "━", tr(name)) for shade, name in zip(shades, names, strict=False)]
        if scene.presentation.answers:
            entries.append(key(colours.answer, "▬", tr("answer in words")))
        elif shown.output is not None:
            entries.append(key(colours.answer, "◆", tr("answer if it stopped here")))
        if shown.target is not None:
            entries.append(key(colours.target, "◯", tr("target")))
        return "&nbsp;&nbsp; ".join(entries)

    def outputs(self, scene: Scene) -> int:
        """How many outputs there are to draw as curves."""
        output = _Shown(scene, None).output
        return 0 if output is None or scene.presentation.answers else output.shape[1]

    def draw(self, scene: Scene, what: Aspect, colours: Colours) -> None:
        """Bring on the screen what changed."""
        shown = _Shown(scene, self.output)
        words = bool(scene.presentation.answers)
        if Aspect.TRACE in what:
            self._have_curves(shown.inputs.shape[1])
            self._plot.label(y_label=scene.presentation.value_label)
            low, high = _value_range(shown, words)
            self._words.place(low, high)
            self._plot.set_y(low - 0.52 * (high - low) if words else low, high)
            x = np.arange(1, len(shown.inputs) + 1)
            for values, curve in zip(shown.inputs.T, self._to_come, strict=False):
                first = curve is self._to_come[0]
                shade = colours.input if first else colours.muted
                set_curve(curve, x, values, shade, alpha=70)
            self._draw_targets(scene, colours)
        if what & (Aspect.TRACE | Aspect.TIMESTEP):
            self._draw_read(scene, colours, words)
        if words and what & (Aspect.TRACE | Aspect.TIMESTEP | Aspect.VIEW):
            self._words.draw(scene, colours)
        elif not words:
            self._words.clear()

    def _draw_targets(self, scene: Scene, colours: Colours) -> None:
        shown = _Shown(scene, self.output)
        one = shown.target is not None and shown.target.ndim == 1
        many = shown.target is not None and shown.target.ndim == 2
        later = scene.presentation.horizon
        if one:
            assert shown.target is not None
            self._target.setData(
                [len(shown.inputs) + later],
                shown.target,
                pen=pen(colours.target, 3),
                brush=NO_BRUSH,
            )
        if many:
            assert shown.target is not None
            x = np.arange(1, len(shown.target) + 1) + later
            set_curve(self._targets, x, shown.target[:, 0], colours.target, alpha=120)
        self._target.setVisible(one)
        self._targets.setVisible(many)

    def _draw_read(self, scene: Scene, colours: Colours, words: bool) -> None:
        shown = _Shown(scene, self.output)
        read = scene.timestep + 1
        x = np.arange(1, read + 1)
        for values, curve in zip(shown.inputs.T, self._read, strict=False):
            first = curve is self._read[0]  # further inputs stand behind the first
            shade = colours.input if first else colours.muted
            set_curve(curve, x, values[:read], shade, width=2 if first else 1.5)
        now = shown.inputs[scene.timestep]
        self._now.setData([read] * len(now), now, pen=NO_PEN, brush=filling(colours.input))
        curves = shown.output is not None and not words
        if curves:
            assert shown.output is not None
            answers = shown.output[:read, 0]
            later = x + scene.presentation.horizon
            set_curve(self._answers, later, answers, colours.answer, alpha=170, width=1.5)
            set_dots(
                self._answer,
                later[-1:],
                answers[-1:],
                pen=pen(colours.panel, 1),
                brush=filling(colours.answer),
            )
        self._answers.setVisible(curves)
        self._answer.setVisible(curves)

    def _have_curves(self, columns: int) -> None:
        while len(self._read) < columns:
            number = len(self._read) + 1
            self._to_come.append(self._plot.add_curve(f"to come {number}"))
            self._read.append(self._plot.add_curve(f"read {number}"))
        for place, (to_come, read) in enumerate(zip(self._to_come, self._read, strict=True)):
            to_come.setVisible(place < columns)
            read.setVisible(place < columns)

    def describe(self, scene: Scene, timestep: int, y: float) -> str:
        """What was read and answered at a timestep."""
        shown = _Shown(scene, self.output)
        values = ", ".join(_decimals(value) for value in shown.inputs[timestep, :4])
        text = tr("timestep {t}: input {x}").format(t=timestep + 1, x=values)
        if scene.presentation.answers:
            return text + tr(", answer {y}").format(
                y=tr(scene.presentation.answers[timestep]) or "–"
            )
        if shown.output is not None:
            text += tr(", answer {y}").format(y=_decimals(shown.output[timestep, 0]))
        return text


class _Shown:
    """The numbers of a scene in the unit that its task reads them in; where answers are curves,
    of the output and the target the column that was chosen."""

    def __init__(self, scene: Scene, chosen: int | None) -> None:
        trace, presentation = scene.trace, scene.presentation
        assert trace is not None
        self.inputs = trace.inputs if presentation.inputs is None else presentation.inputs
        self.output = trace.output if presentation.output is None else presentation.output
        self.target = trace.target if presentation.target is None else presentation.target
        if chosen is not None and not presentation.answers:
            column = slice(chosen, chosen + 1)
            self.output = None if self.output is None else self.output[:, column]
            self.target = None if self.target is None else self.target[..., column]


def _decimals(value: float) -> str:
    return f"{value:.3f}" if np.isfinite(value) else no_number(value)


def _value_range(shown: _Shown, words: bool) -> tuple[float, float]:
    parts: list[FloatArray | None] = [shown.inputs]
    if not words:
        parts += [shown.output, shown.target]
    low, high = extent(np.concatenate([part.reshape(-1) for part in parts if part is not None]))
    # Steps of a quarter of the input's range keep the axis at rest while a network learns.
    least, greatest = extent(shown.inputs)
    step = max((greatest - least) / 4, 1e-6)
    return np.floor(low / step + 0.05) * step, np.ceil(high / step - 0.05) * step
