"""The gradient norm by batch, before clipping, and the length at which it is clipped."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg

from rnnviz.gui.model.aspect import Aspect
from rnnviz.gui.panels.base.learning_panel import LearningPanel
from rnnviz.gui.panels.base.panel import Column, Context
from rnnviz.gui.panels.base.time_panel import key
from rnnviz.gui.widgets.plot import pen, set_curve
from rnnviz.words.number_format import short
from rnnviz.words.translation import mark, tr


class GradientNormPanel(LearningPanel):
    """How steep the loss was at each step of learning."""

    name = "gradient_norm"
    title = mark("Gradient norm")
    help = mark(
        "The length of the gradient of each batch, before it is clipped, and the length at "
        "which it is."
    )
    home = Column("run", 208, after="loss")
    lowest = 1e-30  # a gradient that vanishes goes through all decades on its way

    def __init__(self, context: Context) -> None:
        super().__init__(context, "")
        self.plot.label(y_label=tr("‖gradient‖"))
        self._clipped = self.plot.add_curve("clipped")
        self._means = self.plot.add_curve("epochs")
        self._clip = pg.InfiniteLine(angle=0)
        self.plot.add(self._clip, "clipping line")

    def resting_text(self) -> str:
        clip, run = self._clip_norm(), self._run
        if not clip and not run.clipped:
            return ""
        text = key(self.colours.error, "┅", tr("clipped at {norm:g}").format(norm=clip))
        if not clip:
            text = tr("no longer clipped")
        if not len(run.losses):
            return text
        steps = tr("{n:,} of {all:,}").format(n=run.clipped, all=len(run.grad_norms))
        return f"{text}&nbsp;&nbsp; {key(self.colours.error, '━', steps)}"

    def describe(self, x: float) -> str:
        records = self._run.history
        if not records:
            return self.resting_text()
        record = min(records, key=lambda known: abs(known.epoch - x))
        return tr("epoch {e}: mean {norm}, learning rate {rate}").format(
            e=record.epoch, norm=short(record.grad_norm), rate=short(record.learning_rate)
        )

    def draw(self, what: Aspect) -> None:
        colours, run = self.colours, self._run
        if Aspect.THEME in what:
            self.plot.recolour(colours)
            self._clip.setPen(pen(colours.error, 1, dashed=True))
        if Aspect.STATE in what:
            self.say_empty(
                ""
                if run.trained or run.state == "training"
                else tr("How steep the loss is at each step of learning will be here.")
            )
            self.readout.setText(self.resting_text())
        elif Aspect.PROGRESS in what and (self._clip_norm() or run.clipped):
            self.readout.setText(self.resting_text())
        self.draw_batches(run.grad_norms, colours.bars, 140)
        self._draw_clipped()
        x = np.array([record.epoch - 0.5 for record in run.history])
        means = self.place([record.grad_norm for record in run.history])
        set_curve(self._means, x, means, colours.bars, width=2)
        self._fit()

    def _draw_clipped(self) -> None:
        """Stand a stroke on the clipping line at every stretch of steps in which one was
        clipped, as high as the longest gradient there."""
        clip, envelope = self._clip_norm(), self._run.clipped_norms
        _, high = envelope.bounds()
        there = np.flatnonzero(np.isfinite(high))
        self._clipped.setVisible(bool(len(there)))
        if not len(there):
            return
        started = self._run.started
        batches = started.batches if started else 1
        x = np.repeat((there * envelope.stride + (envelope.stride + 1) / 2) / batches, 2)
        foot = np.minimum(clip or np.inf, high[there])
        y = self.place(np.column_stack([foot, high[there]]).reshape(-1))
        self._clipped.setData(x, y, pen=pen(self.colours.error, 1, 200), connect="pairs")

    def _fit(self) -> None:
        low, high = self._run.grad_norms.bounds()
        clip = self._clip_norm()
        values = [clip] if clip else []
        if np.isfinite(low).any():
            values += [float(np.nanmin(low)), float(np.nanmax(high))]
        self._clip.setVisible(bool(clip))
        if clip:
            self._clip.setPos(float(self.place([clip])[0]))
        values = [value for value in values if np.isfinite(value)]
        if values:
            bottom, top = (float(v) for v in self.place([min(values), max(values)]))
            self.plot.set_y(bottom if self.log else 0.0, top, padding=0.08)
            self.mark_floor(min(values))

    def _clip_norm(self) -> float:
        experiment = self._run.experiment
        return experiment.training.clip_norm if experiment else 0.0
