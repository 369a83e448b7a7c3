"""The stage: what a trace holds along time, in lanes over one axis."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

import numpy as np
from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QMenu, QSplitter, QToolButton

from rnnviz.analysis.memory import change
from rnnviz.gui.look.theme import Colours
from rnnviz.gui.model.aspect import EVERYTHING, Aspect
from rnnviz.gui.model.view_state import Scene
from rnnviz.gui.panels.base.lane import LaneFrame
from rnnviz.gui.panels.base.panel import Column, Context, Lane, Panel
from rnnviz.gui.widgets.overview import Overview
from rnnviz.gui.widgets.picture import Drawing
from rnnviz.gui.widgets.plot import Plot
from rnnviz.records.arrays import FloatArray
from rnnviz.words.translation import mark, tr

LaneState = list[object]
"""The name of a lane, its height in pixels, and whether it is open."""


class StagePanel(Panel):
    """Lanes above each other with one axis of time, one playhead, and a strip of the whole
    sequence below. Lanes can be opened, closed, resized and moved."""

    name = "stage"
    title = mark("Through time")
    help = mark(
        "Everything that the network does at each timestep, over one axis of time: drag in a "
        "lane to go to a timestep, turn the wheel to look closer, drag the frame in the strip "
        "below to see another stretch."
    )
    home = Column("trace", 640)
    of_trace = True

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._view_state = view_state = context.view_state
        self.lanes: dict[str, LaneFrame] = {}
        self._splitter = QSplitter(Qt.Orientation.Vertical)
        self._splitter.setChildrenCollapsible(False)
        self._splitter.setHandleWidth(5)
        self.body.addWidget(self._splitter, 1)
        self.axis = Plot(tr("timestep"), "", scrubs=True, x_numbers=True)
        self.overview = Overview()
        self.overview.setAccessibleName(tr("The whole sequence"))
        for widget in (self.axis, self.overview):
            widget.setVisible(False)
            self.body.addWidget(widget)
        self.lanes_button = QToolButton(text=tr("Lanes") + " ▾")
        self.lanes_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.lanes_button.setToolTip(tr("Open and close lanes"))
        self.lanes_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.lanes_button.setMenu(QMenu(self.lanes_button))
        self.controls.addWidget(self.lanes_button)
        self.axis.pressed.connect(lambda x, y: view_state.player.scrub(round(x) - 1))
        self.overview.pressed.connect(lambda x: view_state.player.scrub(round(x) - 1))
        for picture in (self.axis, self.overview):
            picture.reset.connect(view_state.reset_view)
        self.axis.zoomed.connect(view_state.zoom)
        self.overview.viewed.connect(view_state.zoom)
        self.axis.box.sigResized.connect(self._place_overview)
        view_state.changed.connect(self.mark)

    # --- lanes -------------------------------------------------------------------------

    def take(self, panels: Iterable[Panel]) -> None:
        """Make a lane of each of these panels."""
        for panel in panels:
            lane = LaneFrame(panel, self.move_lane)
            lane.dragged.connect(partial(self._drag, lane))
            self.lanes[panel.name] = lane
            self._splitter.addWidget(lane)
            self.lanes_button.menu().addAction(lane.toggleViewAction())
        self.arrange()

    def arrange(self) -> None:
        """Put every lane where it was at first."""
        for place, lane in enumerate(self.lanes.values()):
            self._splitter.insertWidget(place, lane)
            lane.setVisible(not lane.panel.home.closed)
        self._splitter.setSizes([_height(lane.panel.home) for lane in self.lanes.values()])

    def move_lane(self, lane: LaneFrame, by: int) -> None:
        """Move a lane up or down past open ones; it stays where it is at an end, and
        a closed one wherever it is."""
        places = [self._splitter.indexOf(one) for one in self._in_order() if not one.isHidden()]
        if lane.isHidden():
            return
        here = places.index(self._splitter.indexOf(lane))
        there = max(0, min(here + by, len(places) - 1))
        if there != here:
            order, lengths = self._in_order(), self._splitter.sizes()
            sizes = dict(zip(order, lengths, strict=True))
            self._splitter.insertWidget(places[there], lane)
            self._splitter.setSizes([sizes[one] for one in self._in_order()])

    def _drag(self, lane: LaneFrame, mouse: QPointF) -> None:
        y = self._splitter.mapFromGlobal(mouse).y()
        for one in self._in_order():
            if one is not lane and not one.isHidden():
                above = one.y() < lane.y()
                # Past the middle of the other: it would be dragged back at once otherwise.
                if above and y < one.y() + one.height() / 2:
                    self.move_lane(lane, -1)
                    return
                if not above and y > one.y() + one.height() / 2:
                    self.move_lane(lane, 1)
                    return

    def _in_order(self) -> list[LaneFrame]:
        found = [self._splitter.widget(place) for place in range(self._splitter.count())]
        return [one for one in found if isinstance(one, LaneFrame)]

    def lane_states(self) -> list[LaneState]:
        """How the lanes stand, from the top."""
        return [[one.panel.name, one.height(), not one.isHidden()] for one in self._in_order()]

    def restore_lanes(self, states: list[LaneState]) -> None:
        """Put the lanes as they stood; one that is new since then stands below the one that its
        home names, and what is no state of a lane is left out."""
        self.arrange()
        sizes = {lane: _height(lane.panel.home) for lane in self.lanes.values()}
        known = [one for one in states if len(one) == 3 and one[0] in self.lanes]
        kept = [self.lanes[str(name)] for name, _, _ in known]
        order = list(kept)
        for lane in self.lanes.values():
            if lane not in order:
                above = self.lanes.get(lane.panel.home.after)
                order.insert(order.index(above) + 1 if above in order else len(order), lane)
        for lane, (_, height, shown) in zip(kept, known, strict=True):
            if isinstance(height, int) and height > 0:
                sizes[lane] = height
            lane.setVisible(bool(shown))
        for place, lane in enumerate(order):
            self._splitter.insertWidget(place, lane)
        self._splitter.setSizes([sizes[lane] for lane in order])

    def come_forward(self, in_front: bool) -> None:
        """Be in front, or behind another panel's tab, and the lanes too."""
        super().come_forward(in_front)
        for lane in self.lanes.values():
            lane.panel.come_forward(in_front)

    # --- drawing -----------------------------------------------------------------------

    def draw(self, what: Aspect) -> None:
        """Bring on the screen what changed."""
        scene = self._view_state.scene
        if Aspect.THEME in what:
            self.recolour(self.colours)
            what = EVERYTHING
        there = scene.trace is not None
        if Aspect.TRACE in what:
            self.axis.setVisible(there)
            self.overview.setVisible(there)
        if not there:
            return
        if Aspect.TRACE in what:
            self.overview.show_whole(self._view_state.whole_view, _whole(scene))
        if what & (Aspect.VIEW | Aspect.TRACE):
            self.axis.set_x(*scene.view)
            self.overview.show_view(*scene.view)
        if what & (Aspect.TIMESTEP | Aspect.TRACE):
            self.overview.show_now(scene.timestep + 1)

    def recolour(self, colours: Colours) -> None:
        """Take on the colours of a theme."""
        self.axis.recolour(colours)
        self.axis.y_axis.setStyle(showValues=False)
        self.axis.setFixedHeight(round(self.axis.x_axis.height()) + 10)
        self.overview.recolour(colours)
        for lane in self.lanes.values():
            lane.recolour(colours)

    def drawn(self) -> Drawing:
        """The strip of the whole; the lanes say themselves what they draw."""
        return self.overview.drawn() if self.overview.isVisibleTo(self) else {}

    def _place_overview(self) -> None:
        place = self.axis.box.geometry()
        self.overview.set_edges(place.left(), place.right())


def _height(home: object) -> int:
    assert isinstance(home, Lane)
    return home.height + 22


def _whole(scene: Scene) -> FloatArray:
    """A value for each timestep: the first input where inputs are values, and how much the
    state changed where they are words or notes."""
    trace = scene.trace
    assert trace is not None
    if scene.presentation.kind == "values":
        return np.asarray(trace.inputs[:, 0], np.float32)
    return change(scene.hidden, scene.start, backwards=scene.backwards)
