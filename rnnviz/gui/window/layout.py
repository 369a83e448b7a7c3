"""How the panels stand in the window when nobody moved them."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from itertools import pairwise

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMainWindow

from rnnviz.gui.window.dock import Dock

COLUMNS: tuple[tuple[str, ...], ...] = (
    ("experiment",),
    ("sequence", "hidden", "unit", "change", "saliency"),
    ("loss", "gradient_norm", "notepad"),
)
BEHIND = {
    "result": "loss",
    "step_cost": "loss",
    "error_by_position": "gradient_norm",
    "dropout": "gradient_norm",
    "pinned_runs": "notepad",
    "writing": "notepad",
    "composing": "notepad",
    "preprocessing": "sequence",
}
"""panels that share the place of another, as a tab behind it"""
WIDTHS = (250, 605, 415)
HEIGHTS = {
    "experiment": 600,
    "sequence": 190,
    "hidden": 250,
    "unit": 110,
    "change": 110,
    "saliency": 110,
    "loss": 260,
    "gradient_norm": 208,
    "notepad": 192,
}
CLOSED = {"unit"}
"""opened when a unit is selected"""


def version(docks: Iterable[str]) -> int:
    """The version of a layout that is kept: another where there are other panels."""
    return zlib.crc32(" ".join(sorted(docks)).encode())


def open_unit(window: QMainWindow, docks: dict[str, Dock]) -> None:
    """Open the panel of one unit in the place that is kept for it."""
    dock = docks["unit"]
    if dock.isVisible():
        return
    dock.show()
    if not dock.isFloating():
        _share_heights(window, [docks[name] for name in COLUMNS[1] if docks[name].isVisible()])


def arrange(window: QMainWindow, docks: dict[str, Dock]) -> None:
    """Put the docks that are there in their columns; time stands in the middle one."""
    area = Qt.DockWidgetArea.LeftDockWidgetArea
    columns = [[docks[name] for name in column if name in docks] for column in COLUMNS]
    columns = [column for column in columns if column]
    for dock in docks.values():
        if dock.parent() is window:  # not at first, and then it would cost time
            dock.setFloating(False)
            window.removeDockWidget(dock)
    first, *others = (column[0] for column in columns)
    window.addDockWidget(area, first)
    before = first
    for dock in others:
        window.splitDockWidget(before, dock, Qt.Orientation.Horizontal)
        before = dock
    for column in columns:
        for above, below in pairwise(column):
            window.splitDockWidget(above, below, Qt.Orientation.Vertical)
    for name, front in BEHIND.items():
        if name in docks:
            window.tabifyDockWidget(docks[front], docks[name])
            docks[front].raise_()
    for dock in docks.values():
        dock.setVisible(dock.objectName() not in CLOSED)
    share_room(window, docks)


def share_room(window: QMainWindow, docks: dict[str, Dock]) -> None:
    """Give each column its width and each panel its height, as far as there is room."""
    columns = [[docks[name] for name in column if name in docks] for column in COLUMNS]
    columns = [column for column in columns if column]
    sizes = {column[0]: width for column, width in zip(COLUMNS, WIDTHS, strict=True)}
    tops = [column[0] for column in columns]
    window.resizeDocks(
        tops, [sizes.get(dock.objectName(), 400) for dock in tops], Qt.Orientation.Horizontal
    )
    for column in columns:
        shown = [dock for dock in column if dock.objectName() not in CLOSED]
        _share_heights(window, shown)


def _share_heights(window: QMainWindow, docks: list[Dock]) -> None:
    heights = [HEIGHTS[dock.objectName()] for dock in docks]
    window.resizeDocks(docks, heights, Qt.Orientation.Vertical)
