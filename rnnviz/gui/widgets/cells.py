"""A page of cells, each with the colour of its value."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from rnnviz.gui.look.theme import Colours, hidden_lookup, no_number_shade
from rnnviz.gui.widgets.painting import painting
from rnnviz.gui.widgets.picture import Drawing

_MARGIN = 8


class Cells(QWidget):
    """Cells in rows, as large as they fit, square. Knows places, not what is in them."""

    pointed = Signal(int)
    """The mouse is over the cell with this number, counted row by row; -1: over none."""
    clicked = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.setMouseTracking(True)
        self.setMinimumSize(80, 60)
        self._image = QImage()
        self._shape = (0, 0)
        self._count = 0
        self._marked: int | None = None
        self._colours: Colours | None = None

    def recolour(self, colours: Colours) -> None:
        """Take on the colours of a theme."""
        self._colours = colours
        self.update()

    def show_cells(
        self, places: npt.NDArray[np.uint8], count: int, gaps: npt.NDArray[np.bool_]
    ) -> None:
        """Show places in the colour table, ``(rows, columns)``, of which `count` are cells; of
        `gaps` there is no number."""
        shades = np.ascontiguousarray(hidden_lookup()[places])  # (rows, columns, 4)
        shades[gaps] = no_number_shade()
        rows, columns = places.shape
        # The copy owns its memory; the array does not outlive this call.
        self._image = QImage(
            shades.data, columns, rows, 4 * columns, QImage.Format.Format_RGBA8888
        ).copy()
        self._shape, self._count = (rows, columns), count
        self.update()

    def mark(self, cell: int | None) -> None:
        """Frame one cell."""
        if cell != self._marked:
            self._marked = cell
            self.update()

    def drawn(self) -> Drawing:
        """The colour of each cell as RGBA, ``(n, 4)``, row by row, and the number of the framed
        one."""
        if not self._count:
            return {}
        _, columns = self._shape
        cells = [self._image.pixelColor(n % columns, n // columns) for n in range(self._count)]
        drawn: Drawing = {"cells": np.array([cell.getRgb() for cell in cells], np.uint8)}
        if self._marked is not None and self._marked < self._count:
            drawn["framed"] = np.array(self._marked)
        return drawn

    def _side(self) -> float:
        rows, columns = self._shape
        return min((self.width() - 2 * _MARGIN) / columns, (self.height() - 2 * _MARGIN) / rows)

    def _cell_at(self, place: QPoint) -> int:
        if not self._count:
            return -1
        page, side = self._page(), self._side()
        column = int((place.x() - page.x()) // side)
        row = int((place.y() - page.y()) // side)
        rows, columns = self._shape
        number = row * columns + column
        return number if 0 <= row < rows and 0 <= column < columns and number < self._count else -1

    def _page(self) -> QRectF:
        rows, columns = self._shape
        side = self._side()
        width, height = columns * side, rows * side
        return QRectF((self.width() - width) / 2, (self.height() - height) / 2, width, height)

    def _rect(self, cell: int) -> QRectF:
        page, side = self._page(), self._side()
        row, column = divmod(cell, self._shape[1])
        return QRectF(page.x() + column * side, page.y() + row * side, side, side)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802  Qt's name
        """Paint the cells, thin lines between them where there is room, and the frame."""
        if not self._count or self._colours is None:
            return
        with painting(self) as painter:
            page, side = self._page(), self._side()
            painter.drawImage(page, self._image)
            rows, columns = self._shape
            beyond = rows * columns - self._count
            if beyond:
                last = self._rect(rows * columns - beyond)
                painter.fillRect(
                    last.adjusted(0, 0, (beyond - 1) * side, 0), QColor(self._colours.panel)
                )
            if side >= 6:
                painter.setPen(QPen(QColor(self._colours.panel), 1))
                for column in range(columns + 1):
                    x = page.x() + column * side
                    painter.drawLine(QPointF(x, page.top()), QPointF(x, page.bottom()))
                for row in range(rows + 1):
                    y = page.y() + row * side
                    painter.drawLine(QPointF(page.left(), y), QPointF(page.right(), y))
            painter.setPen(QPen(QColor(self._colours.line), 1))
            if not beyond:
                painter.drawRect(page)
            if self._marked is not None and self._marked < self._count:
                painter.setPen(QPen(QColor(self._colours.unit), 3))
                painter.drawRect(self._rect(self._marked))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Say which cell is under the mouse."""
        self.pointed.emit(self._cell_at(event.position().toPoint()))

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802
        """No cell is pointed at any more."""
        self.pointed.emit(-1)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Say which cell was clicked."""
        cell = self._cell_at(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and cell >= 0:
            self.clicked.emit(cell)

    def cell_center(self, cell: int) -> QPoint:
        """The middle of a cell, in this widget's pixels."""
        return self._rect(cell).center().toPoint()
