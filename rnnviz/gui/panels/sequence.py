"""The sequence: what was read so far, the answer if it stopped here, and what was asked for."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg

from rnnviz.gui.aspect import Aspect
from rnnviz.gui.clock import FrameClock
from rnnviz.gui.panels.time_panel import TimePanel, key
from rnnviz.gui.stage import Scene, Stage
from rnnviz.gui.theme import Theme
from rnnviz.gui.widgets.plot import NO_BRUSH, NO_PEN, filling, pen, set_curve
from rnnviz.records import FloatArray


class SequencePanel(TimePanel):
    """Inputs stand at the timestep they are read at; an answer stands at the later timestep
    that it speaks about."""

    name = "sequence"

    def __init__(self, stage: Stage, clock: FrameClock, theme: Theme) -> None:
        super().__init__(stage, clock, theme, "")
        self._to_come = self.plot.add_curve()
        self._read = self.plot.add_curve()
        self._answers = self.plot.add_curve()
        self._target = pg.ScatterPlotItem(size=14, symbol="o", pxMode=True)
        self._answer = pg.ScatterPlotItem(size=13, symbol="d", pxMode=True)
        self._now = pg.ScatterPlotItem(size=8, symbol="o", pxMode=True)
        for z, item in enumerate((self._target, self._now, self._answer)):
            item.setZValue(10 + z)
            self.plot.add(item)

    @property
    def title(self) -> str:
        return self.tr("Sequence")

    @property
    def promise(self) -> str:
        return self.tr("What the network reads and what it answers will be here.")

    def resting_text(self) -> str:
        colours, scene = self.colours, self._stage.scene
        if scene.trace is None:
            return ""
        entries = [key(colours.input, "━", self.tr("input"))]
        if scene.trace.output is not None:
            entries.append(key(colours.answer, "◆", self.tr("answer if it stopped here")))
        if scene.trace.target is not None:
            entries.append(key(colours.target, "◯", self.tr("target")))
        return "&nbsp;&nbsp; ".join(entries)

    def draw_scene(self, scene: Scene, what: Aspect) -> None:
        trace, colours = scene.trace, self.colours
        assert trace is not None
        read = scene.timestep + 1
        if Aspect.TRACE in what:
            self.plot.label(y_label=scene.reading.value_label)
            self.plot.set_y(*_value_range(scene))
            x = np.arange(1, trace.timesteps + 1)
            set_curve(self._to_come, x, trace.inputs[:, 0], colours.input, alpha=70)
            if trace.target is not None:
                self._target.setData(
                    [trace.timesteps + scene.reading.horizon],
                    trace.target[:1],
                    pen=pen(colours.target, 3),
                    brush=NO_BRUSH,
                )
            self._target.setVisible(trace.target is not None)
        if what & (Aspect.TRACE | Aspect.TIMESTEP):
            x = np.arange(1, read + 1)
            set_curve(self._read, x, trace.inputs[:read, 0], colours.input)
            self._now.setData(
                [read], trace.inputs[scene.timestep, :1], pen=NO_PEN, brush=filling(colours.input)
            )
            if trace.output is not None:
                later = x + scene.reading.horizon
                answers = trace.output[:read, 0]
                set_curve(self._answers, later, answers, colours.answer, alpha=170, width=1.5)
                self._answer.setData(
                    later[-1:],
                    answers[-1:],
                    pen=pen(colours.panel, 1),
                    brush=filling(colours.answer),
                )
        self._answers.setVisible(trace.output is not None)
        self._answer.setVisible(trace.output is not None)

    def describe(self, scene: Scene, timestep: int, y: float) -> str:
        trace = scene.trace
        assert trace is not None
        text = self.tr("timestep {t}: input {x:.3f}").format(
            t=timestep + 1, x=trace.inputs[timestep, 0]
        )
        if trace.output is not None:
            text += self.tr(", answer {y:.3f}").format(y=trace.output[timestep, 0])
        return text


def _value_range(scene: Scene) -> tuple[float, float]:
    trace = scene.trace
    assert trace is not None
    parts: list[FloatArray | None] = [trace.inputs[:, 0], trace.output, trace.target]
    values = np.concatenate([part.reshape(-1) for part in parts if part is not None])
    # Steps of a quarter of the input's range keep the axis at rest while a network learns.
    low, high = float(values.min()), float(values.max())
    step = max(float(np.ptp(trace.inputs)) / 4, 1e-6)
    return np.floor(low / step + 0.05) * step, np.ceil(high / step - 0.05) * step
