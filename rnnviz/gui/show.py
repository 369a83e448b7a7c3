"""Panels on one trace, without an engine: what `rnnviz.show` opens."""

from __future__ import annotations

import sys

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMainWindow

from rnnviz.cells import of_mode
from rnnviz.gui.app import application
from rnnviz.gui.look.style import dress
from rnnviz.gui.look.theme import Theme
from rnnviz.gui.model.clock import FrameClock
from rnnviz.gui.model.player import Player
from rnnviz.gui.model.view_state import ViewState
from rnnviz.gui.panels import panels
from rnnviz.gui.panels.base.panel import Context
from rnnviz.gui.window import layout
from rnnviz.gui.window.actions import Actions
from rnnviz.gui.window.commands import TRACE_COMMANDS
from rnnviz.gui.window.player_bar import PlayerBar
from rnnviz.records.trace import Trace


class TraceWindow(QMainWindow):
    """The panels of a trace and the player bar."""

    def __init__(self, trace: Trace) -> None:
        super().__init__()
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(f"rnnviz · {of_mode(trace.kind).name}, {trace.units} units")
        self.setDockNestingEnabled(True)
        self.theme = Theme(parent=self)
        self.clock = FrameClock(self)
        self.player = Player(self.clock, self)
        self.view_state = ViewState(self.player, self)
        made = panels(Context(self.theme, self.clock, self.view_state), of_trace=True)
        self.panels = {panel.name: panel for panel in made}
        self.docks, self.stage = layout.frame(self.panels)
        self.frames: dict[str, layout.Frame] = {**self.docks, **self.stage.lanes}
        self.actions_by_name = Actions(self, TRACE_COMMANDS)
        self.player_bar = PlayerBar(self.player, self.actions_by_name, self.theme)
        self.addToolBar(Qt.ToolBarArea.BottomToolBarArea, self.player_bar)
        self.theme.changed.connect(self._recolour)
        self._recolour()
        self.resize(1100, 760)
        layout.arrange(self, self.docks)
        self.view_state.show(trace)

    def _recolour(self) -> None:
        colours = self.theme.colours
        dress(self.theme)
        self.actions_by_name.recolour(colours)
        for dock in self.docks.values():
            dock.recolour(colours)
        self.player_bar.refresh()


def show(trace: Trace, *, block: bool = True) -> TraceWindow:
    """Open the panels on a trace.

    Waits until the window is closed, unless `block` is off, an application is running
    already, or somebody sits at a Python prompt, which keeps the window alive by itself (in
    IPython after ``%gui qt``).
    """
    app = application()
    window = TraceWindow(trace)
    window.show()
    prompt = hasattr(sys, "ps1")
    if block and not prompt and app.thread().loopLevel() == 0:
        app.exec()
    return window
