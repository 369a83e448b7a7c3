"""The header of a panel: its title, its controls, and what every panel offers."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QWidget

from rnnviz.gui.look.icons import icon
from rnnviz.gui.look.theme import Colours
from rnnviz.gui.panels.base.panel import Panel
from rnnviz.words.translation import tr


class Header(QWidget):
    """Stands above a panel, in whatever frame that has; `side` is that of its buttons, in
    pixels. The frame says what they do."""

    def __init__(self, panel: Panel, side: int) -> None:
        super().__init__(objectName="header")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        line = QHBoxLayout(self)
        margin = (side - 20) // 2
        line.setContentsMargins(10, margin, 4, margin)
        line.setSpacing(4)
        line.addWidget(QLabel(tr(panel.title), objectName="title", toolTip=tr(panel.help)))
        line.addSpacing(8)
        line.addLayout(panel.controls)
        line.addStretch(1)
        self.copy_button, self.close_button = QToolButton(), QToolButton()
        for button in (self.copy_button, self.close_button):
            button.setFixedSize(side, side)
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.setAutoRaise(True)
            line.addWidget(button)
        # What stands in the header comes and goes: it must not push the columns about.
        for widget in self.findChildren(QWidget):
            if widget.objectName() != "title" and not isinstance(widget, QToolButton):
                widget.setMinimumWidth(1)

    def recolour(self, colours: Colours) -> None:
        """Draw the icons in the colours of a theme."""
        self.copy_button.setIcon(icon("copy-image", colours, colours.muted))
        self.close_button.setIcon(icon("close", colours, colours.muted))
