"""A strip of cells along positions: rows of short texts, padding hatched, its whole as a bar."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QBrush,
    QColor,
    QFont,
    QFontMetricsF,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from rnnviz.analysis.preprocessing import Cell, StripView
from rnnviz.gui.look.theme import Colours
from rnnviz.gui.widgets.painting import painting
from rnnviz.gui.widgets.picture import Drawing
from rnnviz.words.translation import tr

BAR = 12
"""How high the bar of the whole is, in pixels."""
NARROWEST, WIDEST = 22.0, 96.0
"""How wide a cell is at first, in pixels, as its texts need it."""
ROW = 60.0
"""From this height of a row on, in pixels, its letters grow."""
READABLE = 9.0
"""In cells narrower than this no text is drawn."""


class Strip(QWidget):
    """Cells at positions from 0. The wheel zooms, a drag pans, a double click shows all;
    below, a bar of the whole shows which part is in view."""

    pointed = Signal(int)
    """The mouse is over this position; -1: over none."""

    def __init__(self) -> None:
        super().__init__()
        self.setMouseTracking(True)
        self.setMinimumSize(160, 60)
        self._view: StripView | None = None
        self._names: Sequence[str] = ()
        self._colours: Colours | None = None
        self._low, self._high = 0.0, 1.0
        self._now: int | None = None
        self._drag: float | None = None
        self._fitted = False

    def recolour(self, colours: Colours) -> None:
        """Take on the colours of a theme."""
        self._colours = colours
        self.update()

    def show_view(self, view: StripView, names: Sequence[str]) -> None:
        """Show another strip, its rows with these names."""
        self._view, self._names = view, names
        self._fitted = False
        self.update()

    def mark(self, position: int | None) -> None:
        """Frame the present position, and bring it into view."""
        if position != self._now:
            self._now = position
            self._follow()
            self.update()

    def drawn(self) -> Drawing:
        """The texts of all cells, ``(rows, n)``, their positions, which of them are padding and
        which is framed, and from where to where the strip is in view."""
        view = self._view
        if view is None:
            return {}
        drawn: Drawing = {
            "texts": np.array([cell.texts for cell in view.cells]).T,
            "positions": np.array([cell.position for cell in view.cells]),
            "padding": np.array([cell.kind == "padding" for cell in view.cells]),
            "in view": np.array([self._low, self._high]),
        }
        if self._now is not None:
            drawn["framed"] = np.array(self._now)
        return drawn

    def _follow(self) -> None:
        wide = self._high - self._low
        if self._now is not None and not self._low <= self._now <= self._high - 1:
            self._show(self._now + 0.5 - wide / 2, self._now + 0.5 + wide / 2)

    def _fit(self, view: StripView) -> None:
        """At first cells are as wide as most of their texts."""
        metrics = QFontMetricsF(self._large(view))
        texts = [text for cell in view.cells if cell.kind == "read" for text in cell.texts]
        widths = [metrics.horizontalAdvance(text) for text in texts if text]
        need = float(np.percentile(widths, 90)) + 10 if widths else NARROWEST
        cell = min(
            max(need, NARROWEST), WIDEST * metrics.height() / QFontMetricsF(self.font()).height()
        )
        self._fitted = True
        self._show(0.0, max(4.0, self._room() / cell))
        self._follow()

    def _show(self, low: float, high: float) -> None:
        end = float(self._view.end) if self._view else 1.0
        wide = min(max(high - low, 2.0), max(2.0, end))
        self._low = max(0.0, min(low, end - wide))
        self._high = self._low + wide
        self.update()

    def _large(self, view: StripView) -> QFont:
        """Letters grow with their rows: on a large panel they are read from far away."""
        font = QFont(self.font())
        row = self.height() / len(view.rows)
        font.setPointSizeF(font.pointSizeF() * min(max(row / ROW, 1.0), 2.0))
        return font

    # --- places ------------------------------------------------------------------------

    def _side(self) -> float:
        metrics = QFontMetricsF(self.font())
        return max((metrics.horizontalAdvance(name) for name in self._names), default=0) + 14

    def _room(self) -> float:
        return max(1.0, self.width() - self._side() - 8)

    def _x(self, position: float) -> float:
        return self._side() + (position - self._low) / (self._high - self._low) * self._room()

    def _at(self, x: float) -> float:
        return self._low + (x - self._side()) / self._room() * (self._high - self._low)

    # --- painting ----------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802  Qt's name
        """Paint the cells in view, the names of the rows and the bar."""
        view, colours = self._view, self._colours
        if view is None or colours is None:
            return
        if not self._fitted:
            self._fit(view)
        with painting(self) as painter:
            head = QFontMetricsF(self.font()).height() + 2 if len(view.spans) > 1 else 4.0
            tops = _tops(view, head, self.height() - BAR - 8)
            painter.setPen(QColor(colours.muted))
            for row, name in enumerate(self._names):
                place = QRectF(4, tops[row], self._side() - 10, tops[row + 1] - tops[row])
                painter.drawText(
                    place, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, name
                )
            painter.setFont(self._large(view))
            inside = QRectF(self._side(), 0, self._room(), self.height())
            painter.setClipRect(inside)
            if len(view.spans) > 1:
                painter.setFont(self.font())
                for span in view.spans:
                    left = max(self._x(span.start), self._side())
                    place = QRectF(left, 0, self._x(span.stop) - left, head)
                    painter.drawText(
                        place,
                        Qt.AlignmentFlag.AlignVCenter,
                        tr(span.role),
                    )
                painter.setFont(self._large(view))
            for cell in view.cells:
                if self._low - 1 < cell.position < self._high:
                    self._paint_cell(painter, cell, view, tops, colours)
            if self._now is not None:
                painter.setPen(QPen(QColor(colours.answer), 2))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                wide = self._x(1) - self._x(0)
                frame = QRectF(self._x(self._now), head, wide, tops[-1] - head)
                painter.drawRect(frame.adjusted(1, 0, -1, 0))
            painter.setClipping(False)
            self._paint_bar(painter, view, colours)

    def _paint_cell(
        self,
        painter: QPainter,
        cell: Cell,
        view: StripView,
        tops: list[float],
        colours: Colours,
    ) -> None:
        left, wide = self._x(cell.position), self._x(1) - self._x(0)
        shades = {"raw": colours.muted, "token": colours.input, "number": colours.input}
        for row, (what, text) in enumerate(zip(view.rows, cell.texts, strict=True)):
            place = QRectF(left, tops[row], wide, tops[row + 1] - tops[row])
            inner = place.adjusted(1, 1, -1, -1)
            shade = shades.get(what.kind, colours.input)
            if what.kind == "raw":
                if cell.kind != "read":
                    shade = colours.error if cell.kind == "cut" else colours.target
                if text:  # where the text is cut
                    painter.setPen(QPen(QColor(colours.line), 2))
                    painter.drawLine(place.topRight(), place.bottomRight())
                if cell.kind == "cut":
                    painter.fillRect(inner, _hatched(colours.error))
            elif cell.kind == "padding":
                painter.fillRect(inner, _hatched(colours.muted))
                shade = colours.muted
            elif cell.kind == "read":
                painter.fillRect(inner, QColor(colours.field))
                if cell.unknown[row]:
                    shade = colours.error
                    painter.setPen(QPen(QColor(shade), 2, Qt.PenStyle.DashLine))
                    painter.drawRect(inner)
                    text = f"? {text}" if what.kind != "number" and "?" not in text else text
                if what.kind == "roll" and cell.roll is not None:
                    self._paint_roll(painter, inner, cell, view.keys, colours)
                    continue
            if text and wide >= READABLE:
                _write(painter, inner, text, QColor(shade))

    def _paint_roll(
        self,
        painter: QPainter,
        place: QRectF,
        cell: Cell,
        keys: tuple[int, int],
        colours: Colours,
    ) -> None:
        """Zeros and ones, the lowest at the bottom: a dash for each one."""
        assert cell.roll is not None
        first, last = keys
        step = place.height() / (last - first)
        for k in np.flatnonzero(cell.roll[first:last]):
            y = place.bottom() - (int(k) + 1) * step
            painter.fillRect(
                QRectF(place.x(), y, place.width(), max(step - 1, 1.5)), QColor(colours.input)
            )

    def _paint_bar(self, painter: QPainter, view: StripView, colours: Colours) -> None:
        """The whole: what is read, the padding, and a frame around what is in view."""
        top, scale = self.height() - BAR - 2, self._room() / max(1, view.end)

        def part(first: float, last: float) -> QRectF:
            return QRectF(self._side() + first * scale, top, (last - first) * scale, BAR)

        for span in view.spans:
            read = QColor(colours.input)
            read.setAlpha(120)
            painter.fillRect(part(span.start, span.read), read)
            painter.fillRect(part(span.read, span.stop), _hatched(colours.muted))
        if view.cut_off:
            painter.fillRect(part(view.end - view.cut_off, view.end), _hatched(colours.error))
        painter.setPen(QPen(QColor(colours.answer), 1.5))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(part(self._low, min(self._high, view.end)))

    # --- the mouse ---------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802  Qt's name
        """Begin a pan; in the bar, go there."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._drag = event.position().x()
            if event.position().y() > self.height() - BAR - 4 and self._view is not None:
                middle = (self._drag - self._side()) / self._room() * self._view.end
                wide = self._high - self._low
                self._show(middle - wide / 2, middle + wide / 2)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Pan while the button is down, point otherwise."""
        x = event.position().x()
        if self._drag is not None:
            by = (self._drag - x) / self._room() * (self._high - self._low)
            self._drag = x
            self._show(self._low + by, self._high + by)
        else:
            position = int(np.floor(self._at(x)))
            inside = x >= self._side() and self._view is not None and position < self._view.end
            self.pointed.emit(position if inside else -1)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """End a pan."""
        self._drag = None

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Show all."""
        if self._view is not None:
            self._show(0.0, float(self._view.end))

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802
        """Zoom around the mouse."""
        at, factor = self._at(event.position().x()), 1.0015 ** -event.angleDelta().y()
        self._show(at - (at - self._low) * factor, at + (self._high - at) * factor)
        event.accept()

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802
        """Nothing is pointed at any more."""
        self.pointed.emit(-1)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Keep the width of the cells readable."""
        self._fitted = False


def _tops(view: StripView, top: float, bottom: float) -> list[float]:
    """Where each row begins, and the last ends; a roll takes as much room as three."""
    shares = [3 if row.kind == "roll" else 1 for row in view.rows]
    ends = np.cumsum([0, *shares]) / sum(shares)
    return [float(top + end * (bottom - top)) for end in ends]


def _hatched(colour: str) -> QBrush:
    shade = QColor(colour)
    shade.setAlpha(110)
    return QBrush(shade, Qt.BrushStyle.BDiagPattern)


def _write(painter: QPainter, place: QRectF, text: str, shade: QColor) -> None:
    """Write a text in its place: upright where it is too wide and there is more height."""
    metrics = painter.fontMetrics()
    painter.setPen(shade)
    elide, middle = Qt.TextElideMode.ElideRight, Qt.AlignmentFlag.AlignCenter
    wide = metrics.horizontalAdvance(text)
    if wide <= place.width() or place.height() < 2 * place.width():
        painter.drawText(place, middle, metrics.elidedText(text, elide, int(place.width())))
        return
    painter.save()
    painter.translate(place.center())
    painter.rotate(-90)
    turned = QRectF(QPointF(-place.height() / 2, -place.width() / 2), place.size().transposed())
    painter.drawText(turned, middle, metrics.elidedText(text, elide, int(place.height())))
    painter.restore()
