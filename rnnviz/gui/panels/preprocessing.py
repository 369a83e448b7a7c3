"""Preprocessing: the raw series, its parts, the window that slides over it, the scaling."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QObject, QRunnable, QThreadPool, Signal
from PySide6.QtWidgets import QLabel

from rnnviz.gui.aspect import Aspect
from rnnviz.gui.lab import Lab
from rnnviz.gui.panels.panel import Panel
from rnnviz.gui.theme import Theme
from rnnviz.gui.widgets.plot import NO_BRUSH, Plot, pen, set_curve
from rnnviz.records import Preprocessing
from rnnviz.tasks import DataError, Task


class PreprocessingPanel(Panel):
    """Shows where the watched example lies in the whole, and what was done to it."""

    name = "preprocessing"

    def __init__(self, lab: Lab, theme: Theme) -> None:
        super().__init__(lab.clock, theme)
        self._lab = lab
        self._found: Preprocessing | None = None
        self._asked: tuple[Task, int] | None = None
        self._reader: _Reader | None = None
        self.readout = QLabel(objectName="muted")
        self.controls.addWidget(self.readout)
        lab.stage.changed.connect(self._stage_changed)

    def build(self) -> None:
        self.plot = Plot(self.tr("timestep"), "")
        self.body.addWidget(self.plot)
        self._curve = self.plot.add_curve()
        self._window = self.plot.add(pg.LinearRegionItem(movable=False))
        self._window.setZValue(-5)
        self._ends = [self.plot.add(pg.InfiniteLine(angle=90)) for _ in range(2)]
        self._target = pg.ScatterPlotItem(size=11, symbol="o", pxMode=True)
        self.plot.add(self._target)
        self.plot.zoomed.connect(self.plot.set_x)
        self.plot.reset.connect(lambda: self.mark(Aspect.TRACE))

    @property
    def title(self) -> str:
        return self.tr("Preprocessing")

    def _stage_changed(self, what: Aspect) -> None:
        experiment = self._lab.run.experiment
        if Aspect.TRACE in what and experiment is not None:
            wanted = experiment.task, self._lab.player.example
            if wanted != self._asked:
                self._asked = wanted
                # Data are read from files: not in this thread.
                self._reader = _Reader(*wanted)
                self._reader.done.connect(self._take)
                QThreadPool.globalInstance().start(self._reader.task)

    def _take(self, task: Task, example: int, found: Preprocessing | None) -> None:
        if self._asked == (task, example):
            self._found = found
            self.mark(Aspect.TRACE)

    def draw(self, what: Aspect) -> None:
        colours, found = self.colours, self._found
        if Aspect.THEME in what:
            self.plot.recolour(colours)
        self.plot.setVisible(found is not None)
        self.say_empty(
            ""
            if found is not None
            else self.tr("For tasks with recorded series: how an example was made of the data.")
        )
        self.readout.setText(found.scaling if found is not None else "")
        if found is None:
            return
        x = np.arange(1, len(found.values) + 1)
        self.plot.label(y_label=found.value_label)
        set_curve(self._curve, x, found.values, colours.input, width=1)
        brush = pg.mkColor(colours.answer)
        brush.setAlpha(60)
        self._window.setBrush(brush)
        self._window.setRegion((found.start + 0.5, found.stop + 0.5))
        self._target.setData(
            [found.target + 1],
            [found.values[found.target]],
            pen=pen(colours.target, 3),
            brush=NO_BRUSH,
        )
        for line, end in zip(self._ends, (found.train_end, found.valid_end), strict=True):
            line.setPen(pen(colours.muted, 1, dashed=True))
            line.setPos(end + 0.5)
        self.plot.set_x(0.5, len(x) + 0.5)
        self.plot.set_y(float(found.values.min()), float(found.values.max()))


class _Reader(QObject):
    done = Signal(object, int, object)

    def __init__(self, task: Task, example: int) -> None:
        super().__init__()
        self.task = QRunnable.create(lambda: self.done.emit(task, example, _read(task, example)))


def _read(task: Task, example: int) -> Preprocessing | None:
    try:
        return task.preparation("valid", example)
    except (DataError, IndexError):
        return None  # the engine has said so already
