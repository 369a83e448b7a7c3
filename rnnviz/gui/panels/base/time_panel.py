"""What the panels along time share: one axis, one stretch in view, one cursor."""

from __future__ import annotations

import pyqtgraph as pg
from PySide6.QtWidgets import QLabel

from rnnviz.gui.look.theme import Colours
from rnnviz.gui.model.aspect import EVERYTHING, Aspect
from rnnviz.gui.model.view_state import Scene
from rnnviz.gui.panels.base.panel import Context, Panel
from rnnviz.gui.widgets.plot import Plot, pen
from rnnviz.words.translation import tr


class TimePanel(Panel):
    """A plot over timesteps. Press or drag in it to go to a timestep; the wheel zooms all
    panels along time at once, a double click shows all timesteps again."""

    def __init__(self, context: Context, y_label: str) -> None:
        super().__init__(context)
        view_state = context.view_state
        self._view_state = view_state
        self.plot = Plot(tr("timestep"), y_label, scrubs=True)
        self.body.addWidget(self.plot)
        self.plot.setVisible(False)  # nothing to show yet: not even laid out
        self._cursor = pg.InfiniteLine(angle=90)
        self._cursor.setZValue(5)
        self.plot.add(self._cursor, "timestep")
        self.readout = QLabel(objectName="muted")
        self.controls.addWidget(self.readout)
        self.plot.pressed.connect(lambda x, y: view_state.player.scrub(round(x) - 1))
        self.plot.pointed.connect(self._point)
        self.plot.left.connect(lambda: self.readout.setText(self.resting_text()))
        self.plot.zoomed.connect(view_state.zoom)
        self.plot.reset.connect(view_state.reset_view)
        view_state.changed.connect(self.mark)

    def draw(self, what: Aspect) -> None:
        """Bring on the screen what changed."""
        scene = self._view_state.scene
        if Aspect.THEME in what:
            self.recolour(self.colours)
            what = EVERYTHING
        if Aspect.TRACE in what:
            missing = self.missing(scene)
            self.say_empty(missing)
            self.plot.setVisible(not missing)
            self.readout.setText(self.resting_text())
        if scene.trace is None:
            return
        if Aspect.VIEW in what:
            self.plot.set_x(*scene.view)
        if Aspect.TIMESTEP in what:
            self._cursor.setPos(scene.timestep + 1)
        self.draw_scene(scene, what)

    def recolour(self, colours: Colours) -> None:
        """Take on the colours of a theme."""
        self.plot.recolour(colours)
        self._cursor.setPen(pen(colours.text, 1, 150))

    @property
    def promise(self) -> str:
        """What will be seen here, for as long as there is nothing to see."""
        raise NotImplementedError

    def missing(self, scene: Scene) -> str:
        """What stands in place of content that is not there; empty if it is."""
        return absent(scene, self.promise) if scene.trace is None else ""

    def draw_scene(self, scene: Scene, what: Aspect) -> None:
        """Draw the trace of `scene`, which is there."""
        raise NotImplementedError

    def describe(self, scene: Scene, timestep: int, y: float) -> str:
        """What is under the mouse, in a few words; `timestep` counts from 0."""
        raise NotImplementedError

    def resting_text(self) -> str:
        """What the header says while the mouse is elsewhere: the legend, mostly."""
        return ""

    def _point(self, x: float, y: float) -> None:
        scene = self._view_state.scene
        if scene.trace is None:
            return
        timestep = round(x) - 1
        if 0 <= timestep < scene.trace.timesteps:
            self.readout.setText(self.describe(scene, timestep, y))
        else:
            self.readout.setText(self.resting_text())


def absent(scene: Scene, promise: str) -> str:
    """Why there is nothing to see: what is named is on its way, or else what will be here."""
    if scene.awaited is None:
        return promise
    waiting = tr("Example {n} is being computed …")
    return waiting.format(n=scene.awaited + 1)


def key(colour: str, sign: str, text: str) -> str:
    """One entry of a legend: a sign in its colour, then a word."""
    return f'<span style="color:{colour}">{sign}</span> {text}'
