"""The hidden state: every unit at every timestep, the present one as a lit column."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QRectF, Qt
from PySide6.QtWidgets import QComboBox, QGraphicsRectItem

from rnnviz.analysis.finite import extent, without_gaps
from rnnviz.analysis.units import Order
from rnnviz.cells import of_mode
from rnnviz.gui.look.theme import LIGHT, Colours, hidden_lookup, no_number_shade
from rnnviz.gui.model.aspect import Aspect
from rnnviz.gui.model.view_state import Scene, parts
from rnnviz.gui.panels.base.panel import Context, Lane
from rnnviz.gui.panels.base.time_panel import TimePanel
from rnnviz.gui.widgets.colour_key import ColourKey
from rnnviz.gui.widgets.plot import pen
from rnnviz.records.arrays import FloatArray
from rnnviz.words.number_format import signed
from rnnviz.words.translation import mark, tr


class HiddenPanel(TimePanel):
    """Units from top to bottom, time from left to right. A click selects a unit."""

    name = "hidden"
    title = mark("Hidden state")
    help = mark(
        "The hidden state h_t, the notepad: a row for each unit, a column for each timestep, "
        "the colour its value. c_t and the gates can be chosen in its place."
    )
    home = Lane(170, after="sequence")
    of_trace = True

    def __init__(self, context: Context) -> None:
        super().__init__(context, "")
        view_state = context.view_state
        self.plot.label(y_label=tr("hidden unit"))
        self.plot.box.invertY(True)
        self._image = pg.ImageItem(axisOrder="row-major")
        self._image.setLookupTable(hidden_lookup())
        self._image.setZValue(-10)
        self.plot.add(self._image, "states")
        self._gaps = pg.ImageItem(axisOrder="row-major")
        self._gaps.setZValue(-9)
        self.plot.add(self._gaps, "gaps")
        self._veil = QGraphicsRectItem()
        self._column = QGraphicsRectItem()
        self._row = QGraphicsRectItem()
        self._halo = QGraphicsRectItem()
        self.plot.add(self._veil, "to come")
        self.plot.add(self._halo, "halo of the lit column")
        self.plot.add(self._column, "lit column")
        self.plot.add(self._row, "framed row")
        self.layer_choice = QComboBox(visible=False)
        self.layer_choice.activated.connect(view_state.show_layer)
        self.part_choice = QComboBox(visible=False)
        self.part_choice.setToolTip(tr("What is shown of each unit: h, the cell c, or a gate."))
        self.part_choice.activated.connect(
            lambda: view_state.show_part(self.part_choice.currentData())
        )
        self.order_choice = QComboBox()
        orders: dict[Order, str] = {
            "index": tr("as they are"),
            "similarity": tr("by similarity"),
            "peak": tr("by peak"),
        }
        for order, text in orders.items():
            self.order_choice.addItem(text, order)
        self.order_choice.setToolTip(tr("How the units are put in order, from top to bottom."))
        self.order_choice.activated.connect(
            lambda: view_state.order_by(self.order_choice.currentData())
        )
        self.colour_key = ColourKey()
        for widget in (self.colour_key, self.part_choice, self.layer_choice, self.order_choice):
            self.controls.addWidget(widget)
        self.plot.clicked.connect(self._pick)

    @property
    def promise(self) -> str:
        return tr("Every hidden unit at every timestep will be here.")

    def draw_scene(self, scene: Scene, what: Aspect) -> None:
        trace = scene.trace
        assert trace is not None
        if what & (Aspect.TRACE | Aspect.ORDER | Aspect.UNIT):
            self._draw_states(scene)
        if what & (Aspect.TRACE | Aspect.TIMESTEP):
            t, steps, units = scene.timestep, trace.timesteps, trace.units
            self._veil.setRect(QRectF(t + 1.5, -0.5, steps - t - 1, units))
            for frame in (self._halo, self._column):
                frame.setRect(QRectF(t + 0.5, -0.5, 1, units))
        if what & (Aspect.UNIT | Aspect.ORDER | Aspect.TRACE):
            row = scene.row
            self._row.setVisible(row is not None)
            if row is not None:
                # A frame must not cover a row that is only a few pixels high.
                high = self.plot.box.height() / trace.units >= 6
                self._row.setPen(pen(self.colours.unit, 2 if high else 1))
                self._row.setRect(QRectF(0.5, row - 0.5, trace.timesteps, 1))

    def recolour(self, colours: Colours) -> None:
        super().recolour(colours)
        self._cursor.setVisible(False)  # the column itself is framed here
        self.plot.y_axis.setGrid(False)
        self._veil.setPen(pen(colours.panel, 0, 0))
        self._veil.setBrush(pen(colours.panel, 1, 165).color())
        # Dark in both themes: the middle of the map is white in both; and in a light one, for
        # its ends are dark.
        self._column.setPen(pen(LIGHT.text, 2))
        self._halo.setPen(pen(LIGHT.panel, 4))
        self.colour_key.recolour(colours)

    def _draw_states(self, scene: Scene) -> None:
        trace = scene.trace
        assert trace is not None
        top = greatest(scene)
        states = scene.states[:, scene.order].T  # (H, T)
        gaps = ~np.isfinite(states)
        self.colour_key.show_range(top, gaps=bool(gaps.any()))
        place = QRectF(0.5, -0.5, trace.timesteps, trace.units)
        self._image.setImage(to_bytes(states, top), levels=(0, 255), autoLevels=False)
        self._image.setRect(place)
        self._gaps.setVisible(bool(gaps.any()))
        if gaps.any():
            self._gaps.setImage(gaps[..., None] * no_number_shade(), autoLevels=False, levels=None)
            self._gaps.setRect(place)
        self.plot.set_y(-0.5, trace.units - 0.5, padding=0)
        offer(self.layer_choice, self._layer_names(scene))
        self.layer_choice.setCurrentIndex(scene.layer)
        shown, cell = parts(trace), of_mode(trace.kind)
        about = [tr(cell.part(part).name) for part in shown]
        offer(self.part_choice, [f"{part}ₜ" for part in shown], shown, about)
        self.part_choice.setCurrentIndex(shown.index(scene.part))

    def _layer_names(self, scene: Scene) -> list[str]:
        trace = scene.trace
        assert trace is not None
        names = [tr("layer {n}").format(n=n + 1) for n in range(trace.layers // trace.directions)]
        if trace.directions == 1:
            return names
        ways = (tr("forward"), tr("backward"))
        return [f"{name}, {way}" for name in names for way in ways]

    def describe(self, scene: Scene, timestep: int, y: float) -> str:
        row = round(y)
        if not 0 <= row < len(scene.order):
            return self.resting_text()
        unit = int(scene.order[row])
        return tr("unit {u}, timestep {t}: {value}").format(
            u=unit, t=timestep + 1, value=signed(scene.states[timestep, unit])
        )

    def _pick(self, x: float, y: float) -> None:
        scene = self._view_state.scene
        if scene.trace is not None and 0 <= round(y) < len(scene.order):
            self._view_state.select_unit(int(scene.order[round(y)]))


def greatest(scene: Scene) -> float:
    """The value at the end of the colour scale: what bounds the states, or 1 and more for what
    nothing bounds."""
    assert scene.trace is not None
    most = of_mode(scene.trace.kind).part(scene.part).range[1]
    return most if math.isfinite(most) else max(1.0, extent(np.abs(scene.states))[1])


def offer(
    box: QComboBox, names: list[str], what: Sequence[str] = (), about: Sequence[str] = ()
) -> None:
    """Offer these names, which stand for `what`, with what there is to say `about` each; a box
    with one choice is out of the way."""
    if [box.itemText(place) for place in range(box.count())] != names:
        box.clear()
        box.addItems(names)
        for place, one in enumerate(what):
            box.setItemData(place, one)
        for place, said in enumerate(about):
            box.setItemData(place, said, Qt.ItemDataRole.ToolTipRole)
    box.setVisible(len(names) > 1)


def to_bytes(values: FloatArray, top: float) -> np.ndarray:
    """Values from -top to top as places in the table of 256 colours, row by row in memory; what
    is no number has that of 0, and must be marked."""
    scaled = without_gaps(values) * (127.5 / top) + 127.5
    np.clip(scaled, 0, 255, out=scaled)
    return np.ascontiguousarray(scaled.astype(np.uint8))
