"""A notice: one sentence above the panels that stays until it is read."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QSizePolicy, QToolBar, QToolButton, QWidget

from rnnviz.gui.look.icons import icon
from rnnviz.gui.look.theme import Colours
from rnnviz.words.escaping import printable
from rnnviz.words.translation import tr


class Notice(QToolBar):
    """Shows what went wrong and what to try; covers nothing."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("notice")
        self.setWindowTitle(tr("Notice"))
        self.setMovable(False)
        self.toggleViewAction().setVisible(False)
        self.label = QLabel(objectName="notice", wordWrap=True)
        self.label.setTextFormat(Qt.TextFormat.PlainText)  # a name may look like HTML
        self.label.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.close_button = QToolButton(toolTip=tr("Close this notice"))
        self.close_button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.close_button.clicked.connect(lambda: self.say(""))
        self.addWidget(self.label)
        self.addWidget(self.close_button)
        self.setVisible(False)

    def say(self, sentence: str) -> None:
        """Show a sentence; an empty one closes the notice."""
        self.label.setText(printable(sentence))
        self.setVisible(bool(sentence))

    def recolour(self, colours: Colours) -> None:
        """Draw the icon in the colours of a theme."""
        self.close_button.setIcon(icon("close", colours, colours.muted))
