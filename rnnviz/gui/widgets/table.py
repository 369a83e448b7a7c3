"""A small table of numbers: names on the left, numbers right-aligned, nothing to edit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem

from rnnviz.gui.look.theme import Colours
from rnnviz.gui.widgets.picture import Drawing


@dataclass(frozen=True)
class Row:
    """One row: a name, then numbers as a person reads them."""

    cells: list[str]
    strong: bool = False
    """whether this row is what the table is about"""
    about: str = ""
    """what there is to say about it when it is pointed at"""


class Table(QTableWidget):
    """Shows rows; columns are as wide as they must be, and the names have what is left over."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("numbers")
        self.setFrameShape(QTableWidget.Shape.NoFrame)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalHeader().setVisible(False)
        self.horizontalHeader().setHighlightSections(False)

    def show_rows(self, headers: Sequence[str], rows: Sequence[Row], colours: Colours) -> None:
        """Show these rows instead of those before; what is selected stays."""
        here, there = self.currentRow(), self.horizontalScrollBar().value()
        self.setColumnCount(len(headers))
        self.setRowCount(len(rows))
        numbers = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        names = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        for column, text in enumerate(headers):
            head = QTableWidgetItem(text)
            head.setTextAlignment(numbers if column else names)
            self.setHorizontalHeaderItem(column, head)
        for place, row in enumerate(rows):
            for column, text in enumerate(row.cells):
                item = QTableWidgetItem(text)
                item.setTextAlignment(numbers if column else names)
                item.setToolTip(row.about)
                font = item.font()
                font.setBold(row.strong)
                item.setFont(font)
                self.setItem(place, column, item)
        self._share_width()
        self.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + 8)
        if 0 <= here < len(rows):
            self.setCurrentCell(here, 0)
        self.horizontalScrollBar().setValue(there)

    def drawn(self) -> Drawing:
        """The texts of all rows, ``(1 + rows, columns)``, those of the head first."""
        if not self.rowCount():
            return {}
        columns = range(self.columnCount())
        heads = [self.horizontalHeaderItem(column) for column in columns]
        rows = [[self.item(row, column) for column in columns] for row in range(self.rowCount())]
        texts = [[item.text() if item else "" for item in line] for line in (heads, *rows)]
        return {"table": np.array(texts)}

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802  Qt's name
        """Share the width out anew."""
        super().resizeEvent(event)
        self._share_width()

    def _share_width(self) -> None:
        header, wide = self.horizontalHeader(), 0
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        for column in range(self.columnCount()):
            size = max(self.sizeHintForColumn(column), header.sectionSizeHint(column))
            header.resizeSection(column, size)
            wide += size
        left = self.viewport().width() - wide
        if self.columnCount() and left > 0:
            header.resizeSection(0, header.sectionSize(0) + left)
