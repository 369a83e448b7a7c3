"""A dock: the frame around a panel, with its title, its controls and what all panels offer."""

from __future__ import annotations

from PySide6.QtWidgets import QDockWidget

from rnnviz.gui.look.theme import Colours
from rnnviz.gui.panels.base.header import Header
from rnnviz.gui.panels.base.panel import Panel
from rnnviz.gui.widgets.clipboard import copy_image
from rnnviz.words.translation import tr


class Dock(QDockWidget):
    """Can be dragged by its header, floated with a double click there, closed and copied."""

    def __init__(self, panel: Panel) -> None:
        super().__init__(tr(panel.title))
        self.panel = panel
        self.setObjectName(panel.name)
        self.setWidget(panel)
        self.header = header = Header(panel, 24)
        header.setMinimumHeight(30)
        self.copy_button, self.close_button = header.copy_button, header.close_button
        self.copy_button.setToolTip(tr("Copy this panel as an image"))
        self.copy_button.clicked.connect(lambda: copy_image(self))
        self.close_button.setToolTip(tr("Close this panel; View brings it back"))
        self.close_button.clicked.connect(self.close)
        self.visibilityChanged.connect(panel.come_forward)
        self.setTitleBarWidget(header)

    def recolour(self, colours: Colours) -> None:
        """Draw the icons in the colours of a theme."""
        self.header.recolour(colours)
