"""A plot: one view box, a left and a bottom axis, curves that keep up with a live run.

pyqtgraph's `PlotWidget` brings menus, buttons and transforms that nobody asks for here and
takes six times as long to make, which a window with eight plots feels at start-up.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import (
    QBrush,
    QColor,
    QFontMetricsF,
    QGuiApplication,
    QMouseEvent,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QGraphicsItem, QGraphicsSimpleTextItem, QGraphicsWidget

from rnnviz.gui.look.theme import Colours
from rnnviz.gui.widgets.axis import Axis
from rnnviz.gui.widgets.item_numbers import numbers_of, place_of
from rnnviz.gui.widgets.picture import Drawing, Picture

WIDEST = "timestep"
"""The longest name that an axis of time or learning has."""
LOW = 78
"""A plot lower than this many pixels shows no numbers along x."""
FEW_POINTS = 600
"""Up to here a curve is drawn two pixels wide and smooth; beyond, Qt's wide pens are slow."""


NO_BRUSH = QBrush(Qt.BrushStyle.NoBrush)
NO_PEN = QPen(Qt.PenStyle.NoPen)
"""For dots that are not filled or have no outline."""


@cache
def filling(colour: str) -> QBrush:
    """Make the brush of a dot, one for each colour: a scatter plot draws its symbol anew,
    and keeps it, for every pen and brush that it has not seen."""
    return QBrush(QColor(colour))


@cache
def pen(colour: str, width: float = 1, alpha: int = 255, dashed: bool = False) -> QPen:
    """Make a pen whose width is in pixels, whatever the zoom."""
    shade = QColor(colour)
    shade.setAlpha(alpha)
    style = Qt.PenStyle.DashLine if dashed else Qt.PenStyle.SolidLine
    return pg.mkPen(shade, width=width, style=style, cosmetic=True)


class Plot(pg.GraphicsView):
    """A plot with axes; what is in it belongs to its panel.

    Dragging pans and the wheel zooms along x unless `scrubs`, where the left button only
    says where it is. A double click asks for the whole view again. Numbers along x are shown
    where there is room, or always or never as `x_numbers` says.
    """

    pointed = Signal(float, float)
    """The mouse is over this x and y."""
    left = Signal()
    """The mouse is over no point any more."""
    pressed = Signal(float, float)
    """The left button went down or was dragged here."""
    clicked = Signal(float, float)
    """The left button went down and up in one place."""
    reset = Signal()
    """A double click asked for the whole view."""
    zoomed = Signal(float, float)
    """The wheel asked for this range of x."""

    def __init__(
        self, x_label: str, y_label: str, *, scrubs: bool = False, x_numbers: bool | None = None
    ) -> None:
        super().__init__(useOpenGL=False, background=None)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setMouseTracking(True)
        self.setMinimumSize(120, 60)
        self.scrubs, self._x_numbers = scrubs, x_numbers
        self._press: QPointF | None = None
        self._moved = False
        self._page = QGraphicsWidget()
        self.box = pg.ViewBox(enableMenu=False, enableMouse=False)
        self.box.disableAutoRange()
        self.y_axis = Axis("left", maxTickLength=-4)
        self.x_axis = Axis("bottom", maxTickLength=-4)
        self.x_axis.whole = scrubs  # timesteps
        for axis in (self.y_axis, self.x_axis):
            axis.enableAutoSIPrefix(False)
            axis.linkToView(self.box)
            axis.setZValue(-1)
        for item in (self.y_axis, self.box, self.x_axis):
            item.setParentItem(self._page)
        self.setCentralItem(self._page)
        self._named: dict[QGraphicsItem, str] = {}
        self._parts: list[Picture] = []
        self._labels = (x_label, y_label)
        self._corner = QGraphicsSimpleTextItem(self._page)
        self._side = QGraphicsSimpleTextItem(self._page)
        self._side.setRotation(-90)
        self._right: Axis | None = None
        self._colours: Colours | None = None
        self._axis_width, self._axis_height = 58, 24

    def label(self, x_label: str | None = None, y_label: str | None = None) -> None:
        """Rename the axes; a unit stands in brackets behind the name."""
        old_x, old_y = self._labels
        self._labels = (x_label or old_x, y_label or old_y)
        if self._colours and self._labels != (old_x, old_y):
            self.recolour(self._colours)

    @property
    def y_label(self) -> str:
        """The name of the vertical axis."""
        return self._labels[1]

    def set_right_ticks(self, ticks: list[tuple[float, float]], name: str) -> None:
        """A second axis at the right: at each y another number, the name at the highest. Made
        when first asked for; no ticks take it away."""
        if self._right is None:
            self._right = Axis("right", maxTickLength=-4)
            self._right.linkToView(self.box)
            self._right.setParentItem(self._page)
        self._right.setVisible(bool(ticks))
        texts = [(y, f"{number:g}") for y, number in ticks]
        if texts:
            texts[-1] = (texts[-1][0], f"{texts[-1][1]} {name}")
        metrics = QFontMetricsF(QGuiApplication.font())
        widest = max((metrics.horizontalAdvance(text) for _, text in texts), default=0)
        self._right.setWidth(widest + 12 if texts else 0)
        self._right.setTicks([texts])
        self._place_axes()
        if self._colours:
            self._right.setPen(pen(self._colours.line))
            self._right.setTextPen(pen(self._colours.muted))

    def recolour(self, colours: Colours) -> None:
        """Take on the colours of a theme."""
        self._colours = colours
        metrics = QFontMetricsF(QGuiApplication.font())
        # The same for every plot, so that plots above each other line up.
        self._axis_width = round(max(metrics.horizontalAdvance(WIDEST) + 14, 58))
        self._axis_height = round(metrics.height()) + 7
        self.y_axis.setWidth(self._axis_width)
        self.setBackground(colours.panel)
        for axis in (self.y_axis, self.x_axis):
            axis.setPen(pen(colours.line))
            axis.setTextPen(pen(colours.muted))
        self.y_axis.setGrid(colours.grid)
        for text, name in zip((self._corner, self._side), self._labels, strict=True):
            text.setBrush(QColor(colours.muted))
            text.setFont(QGuiApplication.font())
            text.setText(name)
        self._place_labels()

    # --- what is drawn -----------------------------------------------------------------

    def add_curve(self, name: str) -> pg.PlotCurveItem:
        """Add an empty curve that skips what pyqtgraph would check each time."""
        curve: pg.PlotCurveItem = self.add(pg.PlotCurveItem(skipFiniteCheck=True), name)
        return curve

    def add(self, item: Any, name: str) -> Any:
        """Add any item of pyqtgraph that takes no part in the range of the view."""
        self.box.addItem(item, ignoreBounds=True)
        self.name(item, name)
        return item

    def add_text(self, name: str) -> QGraphicsSimpleTextItem:
        """Add an empty text, placed in pixels of the view box."""
        text = QGraphicsSimpleTextItem(self.box)
        self.name(text, name)
        return text

    def add_part(self, part: Picture) -> None:
        """Let a part that has several items say itself what they draw; theirs have no names."""
        self._parts.append(part)

    def name(self, item: QGraphicsItem, name: str) -> None:
        """Give an item another name, or with "" none."""
        self._named[item] = name

    def remove(self, item: Any) -> None:
        """Take an item away."""
        del self._named[item]
        if isinstance(item, QGraphicsSimpleTextItem):
            self.scene().removeItem(item)
        else:
            self.box.removeItem(item)

    def drawn(self) -> Drawing:
        """What can be seen, by the names of the items, in the units of the axes: on a logarithmic
        axis the number that is read there, not its height.

        `numbers_of` says what there is of each kind of item.
        """
        drawn: Drawing = {}
        for item, name in self._named.items():
            array = (
                numbers_of(item, self.x_axis, self.y_axis) if name and item.isVisible() else None
            )
            if array is not None and array.size:
                drawn[name] = array
                if isinstance(item, pg.ImageItem):
                    drawn[f"place of {name}"] = place_of(item)
        for part in self._parts:
            drawn |= part.drawn()
        return drawn

    def set_x(self, low: float, high: float) -> None:
        """Show this range of x."""
        self.box.setXRange(low, high, padding=0)

    def set_y(self, low: float, high: float, padding: float = 0.06) -> None:
        """Show this range of y and a little more."""
        if not high > low:
            low, high = low - 0.5, high + 0.5
        self.box.setYRange(low, high, padding=padding)

    def x_range(self) -> tuple[float, float]:
        """The range of x in view."""
        low, high = self.box.viewRange()[0]
        return low, high

    # --- the mouse ---------------------------------------------------------------------

    def _at(self, position: QPointF) -> QPointF | None:
        scene = self.mapToScene(position.toPoint())
        if not self.box.sceneBoundingRect().contains(scene):
            return None
        return self.box.mapSceneToView(scene)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802  Qt's name
        """Begin a click, a scrub or a pan."""
        if event.button() != Qt.MouseButton.LeftButton:
            event.ignore()
            return
        self._press, self._moved = event.position(), False
        self._say_pressed(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Scrub or pan while the button is down, point otherwise."""
        if self._press is None:
            at = self._at(event.position())
            if at is None:
                self.left.emit()
            else:
                self.pointed.emit(at.x(), at.y())
            return
        step = event.position() - self._press
        self._moved = self._moved or step.manhattanLength() > 4
        if self.scrubs:
            self._say_pressed(event)
        elif self._moved:
            per_pixel = self.box.viewPixelSize()[0]
            low, high = self.x_range()
            self.zoomed.emit(low - step.x() * per_pixel, high - step.x() * per_pixel)
            self._press = event.position()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """End a click, a scrub or a pan."""
        if event.button() != Qt.MouseButton.LeftButton:
            return
        at = self._at(event.position())
        if self._press is not None and not self._moved and at is not None:
            self.clicked.emit(at.x(), at.y())
        self._press = None

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Ask for the whole view again."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.reset.emit()

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802
        """Zoom along x around the mouse."""
        at = self._at(event.position())
        turned = event.angleDelta().y()
        if at is None or not turned:
            event.ignore()
            return
        factor = 1.0015**-turned
        low, high = self.x_range()
        self.zoomed.emit(at.x() - (at.x() - low) * factor, at.x() + (high - at.x()) * factor)
        event.accept()

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802
        """Nothing is pointed at any more."""
        self.left.emit()
        super().leaveEvent(event)

    def _say_pressed(self, event: QMouseEvent) -> None:
        if not self.scrubs:
            return
        # Beyond the edges a drag stays on the nearest point.
        scene = self.mapToScene(event.position().toPoint())
        frame = self.box.sceneBoundingRect()
        if self._moved or frame.contains(scene):
            at = self.box.mapSceneToView(scene)
            self.pressed.emit(at.x(), at.y())

    # --- places ------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802
        """Keep the labels of the axes in their places."""
        super().resizeEvent(event)
        if hasattr(self, "_side"):  # the base class resizes before it is made
            self._place_labels()

    def _place_labels(self) -> None:
        corner, side = self._corner.boundingRect(), self._side.boundingRect()
        # A low plot keeps its room for the curve.
        low = self.height() < LOW if self._x_numbers is None else not self._x_numbers
        if self._corner.isVisible() == low:
            self._corner.setVisible(not low)
            self.x_axis.setStyle(showValues=not low)
        self.x_axis.setHeight(6 if low else self._axis_height)
        self.y_axis.setStyle(maxTextLevel=0 if self.height() < 2 * LOW else 2)
        self._place_axes()
        self._side.setVisible(side.width() < self.height() - self.x_axis.height())
        self._corner.setPos(
            self._axis_width - corner.width() - 4, self.height() - corner.height() - 3
        )
        high = self.height() - self.x_axis.height()
        self._side.setPos(4, min(high / 2 + side.width() / 2, high))

    def _place_axes(self) -> None:
        # By hand: a layout of Qt's would do the same, with a hidden window for each plot.
        left, top, right, bottom = _MARGINS
        beside = self._right.width() if self._right is not None else 0
        x, width = left + self._axis_width, self.width() - left - self._axis_width - right - beside
        height = self.height() - top - bottom - self.x_axis.height()
        self.box.setGeometry(x, top, max(1, width), max(1, height))
        self.y_axis.setGeometry(left, top, self._axis_width, max(1, height))
        self.x_axis.setGeometry(x, top + height, max(1, width), self.x_axis.height())
        if self._right is not None:
            self._right.setGeometry(x + width, top, beside, max(1, height))


def _number(axis: Axis, place: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """The numbers that are read on an axis at some places."""
    array = np.asarray(place, float)
    return 10**array if axis.logMode else array


_MARGINS = (4, 6, 12, 2)
"""around axes and curves, in pixels: left, top, right, bottom"""

Line = npt.NDArray[np.number]


def set_curve(
    curve: pg.PlotCurveItem, x: Line, y: Line, colour: str, *, width: float = 2, **pen_options: Any
) -> None:
    """Give a curve its points: wide and smooth where they are few, quick where they are many."""
    few = len(x) <= FEW_POINTS
    curve.setData(
        x,
        y,
        pen=pen(colour, width if few else 1, **pen_options),
        antialias=few,
        connect="finite",
    )


def set_dots(dots: pg.ScatterPlotItem, x: Line | list[int], y: Line, **look: Any) -> None:
    """Give a scatter plot its dots, but for those of which there is no number."""
    there = np.isfinite(y)
    dots.setData(np.asarray(x)[there], y[there], **look)


def set_bars(
    curve: pg.PlotCurveItem,
    x: Line,
    heights: Line,
    colour: str,
    base: float = 0,
    *,
    hatched: bool = False,
) -> None:
    """Draw one bar of width 1 around each x, filled from `base`; `x` goes up by 1."""
    brush = QBrush(QColor(colour))
    if hatched:
        brush.setStyle(Qt.BrushStyle.BDiagPattern)
    edges = np.append(x - 0.5, x[-1:] + 0.5)
    curve.setData(
        edges,
        heights,
        stepMode="center",
        fillLevel=base,
        brush=brush,
        pen=pen(colour, 0, 0) if hatched or len(x) > FEW_POINTS else pen(colour, 1),
        antialias=False,
    )
