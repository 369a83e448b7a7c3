"""Docks and the window as a whole."""

from __future__ import annotations

import os
import signal
from random import Random

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QTabBar,
)

from rnnviz.gui.panels.base.lane import LaneFrame
from tests.gui.chance.acts import Words, act
from tests.gui.driver import Driver

AREAS = {
    "left": Qt.DockWidgetArea.LeftDockWidgetArea,
    "right": Qt.DockWidgetArea.RightDockWidgetArea,
    "top": Qt.DockWidgetArea.TopDockWidgetArea,
    "bottom": Qt.DockWidgetArea.BottomDockWidgetArea,
}


def _draw_dock(driver: Driver, chance: Random) -> Words:
    one, other = chance.sample(sorted(driver.window.frames), 2)
    how = chance.choice(["toggle", "toggle", "float", "raise", "raise", "raise"])
    if chance.random() < 0.3:
        how = chance.choice(["tab", "beside", "below", "size", *AREAS])
    return [how, one, other, str(chance.randrange(80, 900)), str(chance.randrange(60, 600))]


@act(9, _draw_dock)
def dock(driver: Driver, how: str, name: str, other: str, width: str, height: str) -> None:
    """Open, close, float, move, resize or raise a panel."""
    window, panel = driver.window, driver.window.frames[name]
    target = window.frames[other]
    if how == "toggle":
        panel.toggleViewAction().trigger()
    elif isinstance(panel, LaneFrame):
        window.stage.move_lane(panel, 1 if how in ("below", "beside", "bottom") else -1)
    elif how == "float":
        panel.setFloating(not panel.isFloating())
    elif how == "raise":
        for bar in window.findChildren(QTabBar):
            for tab in range(bar.count()):
                if bar.tabText(tab) == panel.windowTitle() and bar.isVisible():
                    QTest.mouseClick(bar, Qt.MouseButton.LeftButton, pos=bar.tabRect(tab).center())
    elif how == "size":
        panel.resize(int(width), int(height))
    elif how in AREAS:
        window.addDockWidget(AREAS[how], panel)
    elif isinstance(target, LaneFrame) or target.isFloating() or panel.isFloating():
        return
    elif how == "tab":
        window.tabifyDockWidget(target, panel)
    else:
        way = Qt.Orientation.Horizontal if how == "beside" else Qt.Orientation.Vertical
        window.splitDockWidget(target, panel, way)


@act(3, lambda _, chance: [str(chance.randrange(400, 2000)), str(chance.randrange(300, 1200))])
def resize(driver: Driver, width: str, height: str) -> None:
    """Give the window another size."""
    driver.window.resize(int(width), int(height))


@act(2, lambda _, chance: [chance.choice(["light", "dark", "system"])])
def theme(driver: Driver, choice: str) -> None:
    driver.window.choose_theme(choice)


@act(0, lambda driver, _: [] if driver.workspace.engine_thread.engine_pid else None)
def kill(driver: Driver) -> None:
    """Kill the engine."""
    if driver.workspace.engine_thread.engine_pid:
        os.kill(driver.workspace.engine_thread.engine_pid, signal.SIGKILL)
