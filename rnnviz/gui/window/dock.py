"""A dock: the frame around a panel, with its title, its controls and what all panels offer."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDockWidget, QHBoxLayout, QLabel, QToolButton, QWidget

from rnnviz.gui.look.icons import icon
from rnnviz.gui.look.theme import Colours
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
        header = QWidget(objectName="header")
        header.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        line = QHBoxLayout(header)
        line.setContentsMargins(10, 2, 4, 2)
        line.setSpacing(4)
        line.addWidget(QLabel(tr(panel.title), objectName="title", toolTip=tr(panel.help)))
        line.addSpacing(8)
        line.addLayout(panel.controls)
        line.addStretch(1)
        self.copy_button = QToolButton(toolTip=tr("Copy this panel as an image"))
        self.copy_button.clicked.connect(lambda: copy_image(self))
        self.close_button = QToolButton(toolTip=tr("Close this panel; View brings it back"))
        self.close_button.clicked.connect(self.close)
        for button in (self.copy_button, self.close_button):
            button.setFixedSize(24, 24)
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.setAutoRaise(True)
            line.addWidget(button)
        header.setMinimumHeight(30)
        # What stands in the header comes and goes: it must not push the columns about.
        for widget in header.findChildren(QWidget):
            if widget.objectName() != "title" and not isinstance(widget, QToolButton):
                widget.setMinimumWidth(1)
        self.visibilityChanged.connect(panel.come_forward)
        self.setTitleBarWidget(header)

    def recolour(self, colours: Colours) -> None:
        """Draw the icons in the colours of a theme."""
        self.copy_button.setIcon(icon("copy-image", colours, colours.muted))
        self.close_button.setIcon(icon("close", colours, colours.muted))
