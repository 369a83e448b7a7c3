"""The loss: by batch, by epoch, on examples kept apart, and what simple rules reach."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QGraphicsSimpleTextItem

from rnnviz.gui.model.aspect import Aspect
from rnnviz.gui.panels.base.learning_panel import LOWEST, LearningPanel
from rnnviz.gui.panels.base.panel import Column, Context
from rnnviz.gui.panels.base.pinned_curves import PinnedCurves
from rnnviz.gui.panels.base.time_panel import key
from rnnviz.gui.widgets.plot import NO_BRUSH, NO_PEN, filling, pen, set_curve
from rnnviz.words.number_format import short
from rnnviz.words.translation import mark, tr

EXACT = 1e-12
"""A baseline below this has solved the task, up to the rounding of its numbers."""


class LossPanel(LearningPanel):
    """Training loss by batch (faint) and by epoch, validation loss, baselines as lines."""

    name = "loss"
    title = mark("Loss")
    help = mark(
        "How wrong the network is while it learns: by batch, by epoch, and on examples that are "
        "kept apart, beside what simple rules reach."
    )
    home = Column("run", 260)

    def __init__(self, context: Context) -> None:
        super().__init__(context, "")
        workspace = context.workspace
        self._player = player = workspace.player
        self._pinned_runs = workspace.pinned_runs
        workspace.pinned_runs.changed.connect(lambda: self.mark(Aspect.EPOCHS))
        self._pins = PinnedCurves(self.plot)
        self._train = self.plot.add_curve("training")
        self._valid = self.plot.add_curve("validation")
        self._dots = pg.ScatterPlotItem(size=5, symbol="o", pxMode=True)
        self._place = pg.InfiniteLine(angle=90)
        self._best = pg.ScatterPlotItem(size=15, symbol="star", pxMode=True)
        self.plot.add(self._best, "best")
        self.plot.add(self._dots, "validation dots")
        self.plot.add(self._place, "epoch")
        self._baselines: list[tuple[pg.InfiniteLine, QGraphicsSimpleTextItem, str, float]] = []
        player.epoch_changed.connect(lambda: self.mark(Aspect.EPOCHS))
        self.plot.box.sigResized.connect(lambda: self.mark(Aspect.EPOCHS))

    def resting_text(self) -> str:
        if not self._run.trained:
            return ""
        colours = self.colours
        entries = [
            key(colours.train, "━", tr("training")),
            key(colours.valid, "●", tr("validation")),
        ]
        if self._run.best_epoch:
            entries.append(key(colours.valid, "☆", tr("best")))
        return "&nbsp; ".join(entries)

    def describe(self, x: float) -> str:
        records = self._run.history
        if not records:
            return self.resting_text()
        record = min(records, key=lambda known: abs(known.epoch - x))
        return tr("epoch {e}: training {train}, validation {valid}").format(
            e=record.epoch, train=short(record.train_loss), valid=short(record.valid_loss)
        )

    def draw(self, what: Aspect) -> None:
        colours, run = self.colours, self._run
        if Aspect.THEME in what:
            self.plot.recolour(colours)
            self._place.setPen(pen(colours.text, 1, 150))
            what |= Aspect.EPOCHS | Aspect.PROGRESS
        if Aspect.STATE in what:
            what |= Aspect.PROGRESS
            self.say_empty(
                ""
                if run.trained or run.state == "training"
                else tr("Press Train (Ctrl+T) and watch the loss fall here.")
            )
            experiment = run.experiment
            if experiment is not None:
                self.plot.label(y_label=tr("loss [{name}]").format(name=experiment.task.loss))
        if what & Aspect.PROGRESS:
            self.draw_batches(run.losses, colours.train, 90)
        if what & (Aspect.EPOCHS | Aspect.STATE):
            self._draw_epochs()
            self.readout.setText(self.resting_text())
        if what & (Aspect.EPOCHS | Aspect.PROGRESS | Aspect.STATE):
            self._fit()

    def _draw_epochs(self) -> None:
        colours, records = self.colours, self._run.history
        x = np.array([record.epoch for record in records], float)
        valid = self.place([record.valid_loss for record in records])
        # A training loss is the mean over its epoch, so it stands in the epoch's middle.
        train = self.place([record.train_loss for record in records])
        set_curve(self._train, x - 0.5, train, colours.train, width=2)
        set_curve(self._valid, x, valid, colours.valid, width=2)
        few = len(records) <= 60
        self._dots.setData(
            x if few else [], valid if few else [], pen=NO_PEN, brush=filling(colours.valid)
        )
        epoch = self._player.epoch
        self._place.setVisible(epoch is not None)
        if epoch is not None:
            self._place.setPos(epoch)
        best = self._run.best_epoch
        at = [records[best - 1]] if 0 < best <= len(records) else []
        self._best.setData(
            [record.epoch for record in at],
            self.place([record.valid_loss for record in at]),
            pen=pen(colours.valid, 2),
            brush=NO_BRUSH,
        )
        self._draw_baselines()

    def _draw_baselines(self) -> None:
        started = self._run.started
        wanted = started.baselines if started else {}
        if {name: loss for _, _, name, loss in self._baselines} != wanted:
            for line, text, _, _ in self._baselines:
                self.plot.remove(line)
                self.plot.remove(text)
            self._baselines = [
                (
                    self.plot.add(pg.InfiniteLine(angle=0), f"baseline {name}"),
                    self.plot.add_text(f"name of baseline {name}"),
                    name,
                    loss,
                )
                for name, loss in wanted.items()
            ]
        for line, text, _, _ in self._baselines:
            line.setPen(pen(self.colours.muted, 1, 170, dashed=True))
            text.setBrush(QColor(self.colours.muted))

    def _word(self, name: str, loss: float, below: bool) -> str:
        word = f"{tr(name)} {short(loss, 2)}"
        if loss < EXACT:
            word = tr("{baseline}: exact").format(baseline=word)
        return f"↓ {word}" if below else word

    def _fit(self) -> None:
        """Fit the vertical axis to what the network did and to the baselines near it."""
        run = self._run
        low, high = run.losses.bounds()
        heights = [record.valid_loss for record in run.history]
        if np.isfinite(low).any():
            heights += [float(np.nanmin(low)), float(np.nanmax(high))]
        losses = [loss for _, _, _, loss in self._baselines]
        heights += [loss for loss in losses if loss > EXACT] or losses
        heights += [record.valid_loss for pin in self._pinned_runs.runs for record in pin.history]
        heights = [value for value in heights if np.isfinite(value)]
        if not heights:
            return
        bottom, top = (float(v) for v in self.place([max(min(heights), LOWEST), max(heights)]))
        if not self.log:
            bottom = 0.0
        self.plot.set_y(bottom, top, padding=0.08)
        self.mark_floor(min(heights))
        self._put_baselines()
        pins = [
            (
                pin.label,
                np.array([record.epoch for record in pin.history], float),
                self.place([record.valid_loss for record in pin.history]),
            )
            for pin in self._pinned_runs.runs
        ]
        self._pins.draw(pins, self.colours)

    def _put_baselines(self) -> None:
        # A rule that is exact is far below the picture: it is said at the bottom, with an arrow.
        (_, _), (bottom, top) = self.plot.box.viewRange()
        page = self.plot.box.rect()
        taken: list[float] = []
        for line, text, name, loss in sorted(self._baselines, key=lambda entry: -entry[3]):
            height = float(self.place([loss])[0])
            below = height < bottom
            line.setVisible(not below)
            line.setPos(height)
            text.setText(self._word(name, loss, below))
            size = text.boundingRect()
            share = (max(height, bottom) - bottom) / (top - bottom)
            y = page.height() * (1 - share) - size.height() - 1
            for other in taken:  # labels in each other's way move up
                if abs(y - other) < size.height():
                    y = other + size.height() if not below else other - size.height()
            taken.append(y)
            text.setPos(page.width() - size.width() - 4, max(0.0, y))
