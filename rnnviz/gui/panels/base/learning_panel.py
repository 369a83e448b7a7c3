"""What the panels of a run share: numbers by batch and by epoch over one axis of epochs."""

from __future__ import annotations

import math

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QLabel, QToolButton

from rnnviz.analysis.envelope import Envelope
from rnnviz.gui.model.aspect import Aspect
from rnnviz.gui.panels.base.panel import Context, Panel
from rnnviz.gui.widgets.plot import Plot, pen, set_curve
from rnnviz.words.number_format import short
from rnnviz.words.translation import tr

LOWEST = 1e-12
"""The floor of a logarithmic axis of losses: below, all is lost in rounding."""


class LearningPanel(Panel):
    """A plot over epochs that follows a run; drag and wheel look closer, a double click
    follows again. The vertical axis is logarithmic or linear; what is 0, or below `lowest`, lies
    on the floor of a logarithmic one, and a line says so."""

    lowest = LOWEST

    def __init__(self, context: Context, y_label: str) -> None:
        super().__init__(context)
        run = context.workspace.run
        self._run = run
        self._view: tuple[float, float] | None = None
        self.plot = Plot(tr("epoch"), y_label)
        self.body.addWidget(self.plot)
        self.plot.setVisible(False)  # nothing to show yet: not even laid out
        self.readout = QLabel(objectName="muted")
        self.controls.addWidget(self.readout)
        self.log_button = QToolButton(checkable=True, checked=True, text=tr("log"))
        self.log_button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.log_button.setToolTip(tr("Logarithmic or linear axis"))
        self.log_button.toggled.connect(self._change_axis)
        self.controls.addWidget(self.log_button)
        self.plot.zoomed.connect(self._zoom)
        self.plot.reset.connect(lambda: self._zoom(0, 0))
        self.plot.pointed.connect(self._point)
        self.plot.left.connect(lambda: self.readout.setText(self.resting_text()))
        self._curve = self.plot.add_curve("batches")
        self._floor = self.plot.add(pg.InfiniteLine(angle=0), "floor")
        self._below = self.plot.add_text("name of the floor")
        self._change_axis(True)
        run.changed.connect(self.mark)

    @property
    def log(self) -> bool:
        """Whether the vertical axis is logarithmic."""
        return self.log_button.isChecked()

    def resting_text(self) -> str:
        """What the header says while the mouse is elsewhere."""
        return ""

    def describe(self, x: float) -> str:
        """What is under the mouse at this epoch."""
        raise NotImplementedError

    def say_empty(self, what_will_be_here: str) -> None:
        """An empty plot would be in the way of the words."""
        super().say_empty(what_will_be_here)
        self.plot.setVisible(not what_will_be_here)

    def place(self, values: np.ndarray | list[float]) -> np.ndarray:
        """Values as heights on the axis in use."""
        array = np.asarray(values, float)
        return np.log10(np.maximum(array, self.lowest)) if self.log else array

    def draw_batches(self, envelope: Envelope, colour: str, alpha: int) -> None:
        """Draw a curve by batch, and make room for it along x."""
        started = self._run.started
        batches = started.batches if started else 1
        x, y = envelope.curve()
        set_curve(self._curve, (x + 1) / batches, self.place(y), colour, width=1, alpha=alpha)
        experiment = self._run.experiment
        epochs = max(len(envelope) / batches, 1.0)
        if experiment is not None and self._run.state in ("training", "preparing"):
            # While it runs the axis grows in a few steps, not with each batch.
            whole = experiment.training.epochs
            epochs = min(whole, max(1.0, 2.0 ** math.ceil(math.log2(epochs * 1.02))))
        self.plot.set_x(*(self._view or (0, epochs * 1.005)))

    def mark_floor(self, least: float) -> None:
        """Say what lies on the floor, where the `least` of what is drawn does. The range of the
        axis must be set."""
        shown = self.log and least < self.lowest
        self._floor.setVisible(shown)
        self._below.setVisible(shown)
        if not shown:
            return
        height = math.log10(self.lowest)
        self._floor.setPos(height)
        self._floor.setPen(pen(self.colours.muted, 1, dashed=True))
        self._below.setText(tr("below {lowest}").format(lowest=short(self.lowest)))
        self._below.setBrush(QColor(self.colours.muted))
        (_, _), (bottom, top) = self.plot.box.viewRange()
        line = self.plot.box.rect().height() * (top - height) / (top - bottom)
        self._below.setPos(4, line - self._below.boundingRect().height())

    def _change_axis(self, log: bool) -> None:
        self.plot.y_axis.setLogMode(y=log)
        self.mark(Aspect.EPOCHS | Aspect.PROGRESS)

    def _zoom(self, low: float, high: float) -> None:
        self._view = (low, high) if high > low else None
        self.mark(Aspect.PROGRESS)

    def _point(self, x: float, y: float) -> None:
        self.readout.setText(self.describe(x) if len(self._run.losses) else self.resting_text())
