"""A lane: the frame around a panel that stands in the stage."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import QAction, QContextMenuEvent, QHideEvent, QMouseEvent, QShowEvent
from PySide6.QtWidgets import (
    QDockWidget,
    QMenu,
    QVBoxLayout,
    QWidget,
)

from rnnviz.gui.look.theme import Colours
from rnnviz.gui.panels.base.header import Header
from rnnviz.gui.panels.base.panel import Lane, Panel
from rnnviz.gui.widgets.clipboard import copy_image
from rnnviz.words.translation import tr


class LaneFrame(QWidget):
    """Can be dragged up and down by its header, closed and copied."""

    dragged = Signal(QPointF)
    """The header is dragged; the mouse is here on the screen."""

    def __init__(self, panel: Panel, move: Callable[[LaneFrame, int], None]) -> None:
        super().__init__(objectName="lane")
        self.panel, self._move = panel, move
        assert isinstance(panel.home, Lane)
        self.setWindowTitle(tr(panel.title))
        self.header = header = Header(panel, 20)
        header.setCursor(Qt.CursorShape.SizeVerCursor)
        header.installEventFilter(self)
        self.copy_button, self.close_button = header.copy_button, header.close_button
        self.copy_button.setToolTip(tr("Copy this lane as an image"))
        self.copy_button.clicked.connect(lambda: copy_image(self))
        self.close_button.setToolTip(tr("Close this lane; Lanes brings it back"))
        self.close_button.clicked.connect(self.hide)
        page = QVBoxLayout(self)
        page.setContentsMargins(0, 0, 0, 0)
        page.setSpacing(0)
        page.addWidget(header)
        page.addWidget(panel, 1)
        self._toggle = QAction(tr(panel.title), self, checkable=True)
        self._toggle.triggered.connect(self._open)

    def toggleViewAction(self) -> QAction:  # noqa: N802  as of a dock
        """Opens and closes the lane."""
        return self._toggle

    def _open(self, on: bool) -> None:
        self.setVisible(on)
        if on:
            self.raise_()

    def raise_(self) -> None:
        """Bring the stage forward, where it is closed or behind a tab."""
        frame = self.parentWidget()
        while frame is not None and not isinstance(frame, QDockWidget):
            frame = frame.parentWidget()
        if frame is not None:
            frame.show()
            frame.raise_()

    def recolour(self, colours: Colours) -> None:
        """Draw the icons in the colours of a theme."""
        self.header.recolour(colours)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802  Qt's name
        """Tick the action."""
        super().showEvent(event)
        self._toggle.setChecked(not self.isHidden())

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802
        """Untick the action, where it was closed and not the whole window."""
        super().hideEvent(event)
        self._toggle.setChecked(not self.isHidden())

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:  # noqa: N802
        """Offer what can be done with a lane."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(tr("Move up"), lambda: self._move(self, -1))
        menu.addAction(tr("Move down"), lambda: self._move(self, 1))
        menu.addSeparator()
        menu.addAction(self.copy_button.toolTip(), self.copy_button.click)
        menu.addAction(tr("Close"), self.hide)
        menu.popup(event.globalPos())

    def eventFilter(self, watched: object, event: QEvent) -> bool:  # noqa: N802
        """Say where the header is dragged to."""
        if (
            watched is self.header
            and event.type() == QEvent.Type.MouseMove
            and isinstance(event, QMouseEvent)
            and event.buttons() & Qt.MouseButton.LeftButton
        ):
            self.dragged.emit(event.globalPosition())
        return False
