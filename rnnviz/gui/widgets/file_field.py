"""A file that a knob holds: a button to choose it, one to let it go, and its name."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Protocol

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLabel, QToolButton, QWidget

from rnnviz.words.escaping import printable
from rnnviz.words.translation import tr


class Memory(Protocol):
    """What remembers where a file was opened last."""

    folder: str


class FileField(QWidget):
    """The buttons; the `name` of the file, with its whole path as tooltip, wants a line of its
    own. What is in the file is not looked at."""

    chosen = Signal(str)
    """Another file, or "" where it was let go."""

    def __init__(self, memory: Callable[[], Memory]) -> None:
        super().__init__()
        self._memory = memory
        self.files = ""
        """which kind of file, as Qt's file dialogs say it"""
        self._path = ""
        self.name = _FileName(objectName="muted", visible=False)
        self.button = QToolButton(text=tr("Choose …"))
        self.button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.button.clicked.connect(self.choose)
        self.let_go = QToolButton(text="×")
        self.let_go.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.let_go.setToolTip(tr("Let this file go"))
        self.let_go.setAccessibleName(tr("Let this file go"))
        self.let_go.clicked.connect(lambda: self.chosen.emit(""))
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(4)
        line.addStretch(1)
        line.addWidget(self.let_go)
        line.addWidget(self.button)
        self.show_path("")

    def show_path(self, path: str) -> None:
        """Show another file, or none."""
        self._path = path
        self.name.show_path(path)
        self.let_go.setVisible(bool(path))

    def choose(self) -> None:
        """Ask for a file, where the last one was."""
        memory = self._memory()
        folder = os.path.dirname(self._path) or memory.folder
        kind = tr(self.files)
        everything = tr("All files (*)")
        path, _ = QFileDialog.getOpenFileName(
            self, tr("Choose a file"), folder, f"{kind};;{everything}"
        )
        if path:
            memory.folder = os.path.dirname(path)
            self.chosen.emit(path)


class _FileName(QLabel):
    """As much of a name as there is room for: of a long one the beginning and the end."""

    def show_path(self, path: str) -> None:
        self._name = printable(os.path.basename(path))
        self.setMinimumWidth(1)
        self.setToolTip(printable(path))
        self.setVisible(bool(path))
        self._shorten()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802  Qt's name
        super().resizeEvent(event)
        self._shorten()

    def _shorten(self) -> None:
        middle = Qt.TextElideMode.ElideMiddle
        self.setText(self.fontMetrics().elidedText(self._name, middle, self.width()))
