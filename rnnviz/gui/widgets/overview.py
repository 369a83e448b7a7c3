"""The whole of a sequence as a strip: which stretch of it is in view, and where now is."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QWidget

from rnnviz.analysis.finite import without_gaps
from rnnviz.gui.look.theme import Colours
from rnnviz.gui.widgets.painting import painting
from rnnviz.gui.widgets.picture import Drawing
from rnnviz.records.arrays import FloatArray

HEIGHT = 26
GRIP = 6
"""How near the mouse must be to an edge of the frame to take it, in pixels."""
ZOOM_IN, ZOOM_OUT = 1 / 1.25, 1.25
_MOVES = {Qt.Key.Key_Left: -0.1, Qt.Key.Key_Right: 0.1}
_ZOOMS = {Qt.Key.Key_Plus: ZOOM_IN, Qt.Key.Key_Equal: ZOOM_IN, Qt.Key.Key_Minus: ZOOM_OUT}


class Overview(QWidget):
    """A curve of the whole with a frame around what is in view. Drag the frame or its edges to
    see another stretch, click beside it to go there; the wheel zooms. With the keyboard here,
    the arrows move the frame, + and − zoom."""

    viewed = Signal(float, float)
    """This stretch shall be in view."""
    pressed = Signal(float)
    """A click beside the frame, at this x."""
    reset = Signal()
    """A double click: all of it shall be in view."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedHeight(HEIGHT)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._colours: Colours | None = None
        self._whole = self._view = (0.0, 1.0)
        self._curve: FloatArray = np.zeros(0, np.float32)
        self._now = 0.0
        self._edges = (0.0, 0.0)
        self._held: tuple[str, float] | None = None

    def recolour(self, colours: Colours) -> None:
        """Take on the colours of a theme."""
        self._colours = colours
        self.update()

    def set_edges(self, left: float, right: float) -> None:
        """Begin and end at these pixels, as the plots above do."""
        self._edges = left, right
        self.update()

    def show_whole(self, whole: tuple[float, float], curve: FloatArray) -> None:
        """Show a sequence: its range of x, and a value at x = 1, 2, …"""
        self._whole, self._curve = whole, curve
        self.update()

    def show_view(self, low: float, high: float) -> None:
        """Frame the stretch that is in view."""
        self._view = low, high
        self.update()

    def show_now(self, x: float) -> None:
        """Mark where now is."""
        self._now = x
        self.update()

    def drawn(self) -> Drawing:
        """The curve, the stretch that is framed, and where now is."""
        if not len(self._curve):
            return {}
        x = np.arange(1.0, len(self._curve) + 1)
        return {
            "whole": np.stack([x, self._curve]),
            "in view": np.array(self._view),
            "now": np.array(self._now),
        }

    # --- places ------------------------------------------------------------------------

    def _x(self, at: float) -> float:
        (low, high), (left, right) = self._whole, self._edges
        return left + (at - low) / (high - low) * (right - left)

    def _at(self, x: float) -> float:
        (low, high), (left, right) = self._whole, self._edges
        return low + (x - left) / max(1.0, right - left) * (high - low)

    def _part(self, x: float) -> str:
        """What of the frame the mouse would take there; "" beside it."""
        low, high = (self._x(at) for at in self._view)
        if self._view != self._whole:
            if abs(x - low) <= GRIP:
                return "low"
            if abs(x - high) <= GRIP:
                return "high"
            if low < x < high:
                return "frame"
        return ""

    # --- painting ----------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802  Qt's name
        """Paint the curve, the frame and now."""
        colours = self._colours
        if colours is None or self._edges[1] <= self._edges[0]:
            return
        with painting(self) as painter:
            page = QRectF(self._edges[0], 3, self._edges[1] - self._edges[0], HEIGHT - 6)
            painter.fillRect(page, QColor(colours.field))
            self._paint_curve(painter, page, colours)
            low, high = (self._x(at) for at in self._view)
            veil = QColor(colours.panel)
            veil.setAlpha(170)
            top, tall = page.top(), page.height()
            painter.fillRect(QRectF(page.left(), top, low - page.left(), tall), veil)
            painter.fillRect(QRectF(high, top, page.right() - high, tall), veil)
            frame = colours.text if self.hasFocus() else colours.muted
            painter.setPen(QPen(QColor(frame), 2 if self.hasFocus() else 1))
            painter.drawRect(QRectF(low, top, high - low, tall))
            now = QRectF(self._x(self._now) - 1, 0, 2, HEIGHT)
            painter.fillRect(now, QColor(colours.text))

    def _paint_curve(self, painter: QPainter, page: QRectF, colours: Colours) -> None:
        values = without_gaps(self._curve)
        if not len(values):
            return
        # More points than pixels would only cost time: the highest and lowest of each pixel.
        stride = max(1, 2 * len(values) // max(1, int(page.width())))
        starts = np.arange(0, len(values), stride)
        lows, highs = np.minimum.reduceat(values, starts), np.maximum.reduceat(values, starts)
        bottom, top = float(lows.min()), float(highs.max())
        scale = (page.height() - 6) / (top - bottom) if top > bottom else 0.0
        points = []
        for start, least, most in zip(starts.tolist(), lows.tolist(), highs.tolist(), strict=True):
            x = self._x(start + 1 + (stride - 1) / 2)
            heights = (page.bottom() - 3 - (value - bottom) * scale for value in (least, most))
            points += [QPointF(x, y) for y in heights]
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(colours.input), 1))
        painter.drawPolyline(points)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    # --- the mouse and the keyboard ----------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802  Qt's name
        """Take the frame or an edge of it, or go where there is none."""
        if event.button() == Qt.MouseButton.LeftButton:
            x = event.position().x()
            self._held = self._part(x), self._at(x)
            if not self._held[0]:
                self.pressed.emit(self._at(x))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Move what was taken."""
        x = event.position().x()
        if self._held is None:
            shapes = {"frame": Qt.CursorShape.OpenHandCursor, "": Qt.CursorShape.ArrowCursor}
            self.setCursor(shapes.get(self._part(x), Qt.CursorShape.SizeHorCursor))
            return
        part, before = self._held
        at, (low, high) = self._at(x), self._view
        if part == "frame":
            self.viewed.emit(low + at - before, high + at - before)
            self._held = part, before + self._view[0] - low  # it stops at the ends
        elif part == "low":
            self.viewed.emit(min(at, high - 2), high)
        elif part == "high":
            self.viewed.emit(low, max(at, low + 2))
        else:
            self.pressed.emit(at)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Let go."""
        self._held = None

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Show all."""
        self.reset.emit()

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802
        """Zoom around the mouse."""
        self._zoom(self._at(event.position().x()), 1.0015 ** -event.angleDelta().y())
        event.accept()

    def event(self, event: QEvent) -> bool:
        """Keep the arrows from the window's shortcuts while the keyboard is here."""
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and (event.key() in _MOVES or event.key() in _ZOOMS)
        ):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Move or zoom the frame."""
        low, high = self._view
        key = Qt.Key(event.key())
        if key in _MOVES:
            step = _MOVES[key] * (high - low)
            self.viewed.emit(low + step, high + step)
        elif key in _ZOOMS:
            self._zoom(self._now, _ZOOMS[key])
        else:
            super().keyPressEvent(event)

    def _zoom(self, at: float, factor: float) -> None:
        low, high = self._view
        self.viewed.emit(at - (at - low) * factor, at + (high - at) * factor)
