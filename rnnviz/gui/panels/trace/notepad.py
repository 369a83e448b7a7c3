"""The notepad now: all hidden units at this timestep, laid out as one page."""

from __future__ import annotations

import numpy as np
from PySide6.QtWidgets import QLabel

from rnnviz.analysis.units import on_notepad
from rnnviz.gui.model.aspect import Aspect
from rnnviz.gui.panels.base.panel import Column, Context, Panel
from rnnviz.gui.panels.base.time_panel import absent
from rnnviz.gui.panels.trace.hidden import greatest, to_bytes
from rnnviz.gui.widgets.cells import Cells
from rnnviz.words.number_format import signed
from rnnviz.words.translation import mark, tr


class NotepadPanel(Panel):
    """One cell a unit, in the order of the heatmap, row by row."""

    name = "notepad"
    title = mark("The notepad now")
    help = mark(
        "The hidden state of this timestep as one page: a cell for each unit, the colour its value."
    )
    home = Column("run", 192, after="gradient_norm")
    of_trace = True

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        view_state = context.view_state
        self._view_state = view_state
        self.cells = Cells()
        self.body.addWidget(self.cells)
        self.readout = QLabel(objectName="muted")
        self.controls.addWidget(self.readout)
        self._under_mouse = -1
        self.cells.pointed.connect(self._point)
        self.cells.clicked.connect(
            lambda cell: view_state.select_unit(int(view_state.scene.order[cell]))
        )
        view_state.changed.connect(self.mark)

    def draw(self, what: Aspect) -> None:
        scene = self._view_state.scene
        if Aspect.THEME in what:
            self.cells.recolour(self.colours)
        if scene.trace is None:
            promise = tr("All hidden units at one timestep will be here, as one page.")
            self.say_empty(absent(scene, promise))
            self.cells.setVisible(False)
            return
        self.say_empty("")
        self.cells.setVisible(True)
        page = on_notepad(scene.states[scene.timestep][scene.order])
        self.cells.show_cells(
            to_bytes(page, greatest(scene)), scene.trace.units, gaps=~np.isfinite(page)
        )
        self.cells.mark(scene.row)
        self._say()

    def _point(self, cell: int) -> None:
        self._under_mouse = cell
        self._say()

    def _say(self) -> None:
        scene = self._view_state.scene
        if scene.trace is None:
            return
        if 0 <= self._under_mouse < scene.trace.units:
            unit = int(scene.order[self._under_mouse])
            self.readout.setText(
                tr("unit {u}, timestep {t}: {value}").format(
                    u=unit, t=scene.timestep + 1, value=signed(scene.states[scene.timestep, unit])
                )
            )
        else:
            self.readout.setText(tr("timestep {t}").format(t=scene.timestep + 1))
