"""How the panels stand in the window when nobody moved them, as their homes say."""

from __future__ import annotations

from itertools import pairwise

from PySide6.QtCore import QByteArray, Qt
from PySide6.QtWidgets import QMainWindow

from rnnviz.gui.panels.base.lane import LaneFrame
from rnnviz.gui.panels.base.panel import Behind, Column, Lane, Panel
from rnnviz.gui.panels.trace.stage import StagePanel
from rnnviz.gui.window.dock import Dock

WIDTHS = {"experiment": 250, "trace": 605, "run": 415}
"""The columns from the left, with their widths in a window of 1280."""
VERSION = 2
"""Of the layout that is kept: another where docks mean something else."""


Frame = Dock | LaneFrame
"""What stands around a panel."""


def frame(panels: dict[str, Panel]) -> tuple[dict[str, Dock], StagePanel]:
    """Put each panel into a dock of its own, and those that are lanes into the stage."""
    stage = panels["stage"]
    assert isinstance(stage, StagePanel)
    stage.take(panel for panel in panels.values() if isinstance(panel.home, Lane))
    docks = {
        name: Dock(panel) for name, panel in panels.items() if not isinstance(panel.home, Lane)
    }
    return docks, stage


def arrange(window: QMainWindow, docks: dict[str, Dock]) -> None:
    """Put the docks that are there in their columns."""
    columns = [column for column in _columns(docks).values() if column]
    for dock in docks.values():
        if dock.parent() is window:  # not at first, and then it would cost time
            dock.setFloating(False)
            window.removeDockWidget(dock)
    first, *others = (column[0] for column in columns)
    window.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, first)
    before = first
    for dock in others:
        window.splitDockWidget(before, dock, Qt.Orientation.Horizontal)
        before = dock
    for column in columns:
        for above, below in pairwise(column):
            window.splitDockWidget(above, below, Qt.Orientation.Vertical)
    for dock in docks.values():
        if isinstance(dock.panel.home, Behind):
            _tab(window, docks, dock)
    for dock in docks.values():
        dock.setVisible(not dock.panel.home.closed)
    stage = docks["stage"].panel
    assert isinstance(stage, StagePanel)
    stage.arrange()
    share_room(window, docks)


def restore(
    window: QMainWindow, docks: dict[str, Dock], state: QByteArray, names: list[str]
) -> bool:
    """Put back a layout that was kept when the panels of these names were there; say whether it
    could be. Panels that are new since then go where their homes are."""
    known = {name: dock for name, dock in docks.items() if name in names}
    if not known:
        return False
    for dock in known.values():  # only those in the window can be restored
        window.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, dock)
    if not window.restoreState(state, VERSION):
        return False
    for dock in docks.values():
        if dock not in known.values():
            _settle(window, docks, dock)
    return True


def share_room(window: QMainWindow, docks: dict[str, Dock]) -> None:
    """Give each column its width and each panel its height, as far as there is room."""
    columns = {name: column for name, column in _columns(docks).items() if column}
    tops = [column[0] for column in columns.values()]
    window.resizeDocks(tops, [WIDTHS[name] for name in columns], Qt.Orientation.Horizontal)
    for column in columns.values():
        _share_heights(window, [dock for dock in column if not dock.panel.home.closed])


def _columns(docks: dict[str, Dock]) -> dict[str, list[Dock]]:
    columns: dict[str, list[Dock]] = {name: [] for name in WIDTHS}
    for dock in docks.values():
        if isinstance(dock.panel.home, Column):
            columns[dock.panel.home.name].append(dock)
    return columns


def _share_heights(window: QMainWindow, docks: list[Dock]) -> None:
    heights = [dock.panel.home.height for dock in docks if isinstance(dock.panel.home, Column)]
    window.resizeDocks(docks, heights, Qt.Orientation.Vertical)


def _tab(window: QMainWindow, docks: dict[str, Dock], dock: Dock) -> None:
    """Put a dock behind the one that its home names, or behind the first."""
    home = dock.panel.home
    front = docks.get(home.front) if isinstance(home, Behind) else None
    if front is None:
        front = next(iter(docks.values()))
    window.tabifyDockWidget(front, dock)
    front.raise_()


def _settle(window: QMainWindow, docks: dict[str, Dock], dock: Dock) -> None:
    """Put one dock into a window whose others were moved about."""
    home = dock.panel.home
    above = docks.get(home.after) if isinstance(home, Column) else None
    if above is None or above.isFloating():
        _tab(window, docks, dock)
    else:
        window.splitDockWidget(above, dock, Qt.Orientation.Vertical)
    dock.setVisible(not home.closed)
