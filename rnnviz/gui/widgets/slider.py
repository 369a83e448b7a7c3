"""A slider over listed stops that leaves the keyboard alone until it is asked in."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QSlider, QStyle, QStyleOptionSlider

_KEYS = {
    Qt.Key.Key_Left,
    Qt.Key.Key_Right,
    Qt.Key.Key_Up,
    Qt.Key.Key_Down,
    Qt.Key.Key_Home,
    Qt.Key.Key_End,
    Qt.Key.Key_PageUp,
    Qt.Key.Key_PageDown,
}


class Slider(QSlider):
    """Goes where it is clicked. Only the Tab key gives it the keyboard, so that the arrows
    go on moving the player after the mouse was here; then they are its own.

    The wheel scrolls the page unless the slider has the keyboard.
    """

    double_clicked = Signal()

    def __init__(self) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._grip = 0.0  # where the handle is held, in pixels from its left edge

    def event(self, event: QEvent) -> bool:
        """Keep the arrows from the window's shortcuts while the keyboard is here."""
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and event.key() in _KEYS
            and event.modifiers() == Qt.KeyboardModifier.NoModifier
        ):
            event.accept()
            return True
        return super().event(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802  Qt's name
        """Jump to the mouse, then drag from there; Qt would drag the handle alone, which may
        not be under the mouse where stops are far apart."""
        if event.button() != Qt.MouseButton.LeftButton:
            event.ignore()
            return
        handle, x = self.handle(), event.position().x()
        on_it = handle.contains(event.position().toPoint())
        self._grip = x - handle.left() if on_it else handle.width() / 2
        self.setSliderDown(True)
        if not on_it:
            self._follow(x)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Drag."""
        if self.isSliderDown():
            self._follow(event.position().x())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """End a drag."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.setSliderDown(False)

    def handle(self) -> QRect:
        """Where its handle is, in pixels."""
        option = QStyleOptionSlider()
        self.initStyleOption(option)
        return self.style().subControlRect(
            QStyle.ComplexControl.CC_Slider, option, QStyle.SubControl.SC_SliderHandle, self
        )

    def _follow(self, x: float) -> None:
        room = self.width() - self.handle().width()
        self.setSliderPosition(
            QStyle.sliderValueFromPosition(
                self.minimum(), self.maximum(), round(x - self._grip), room
            )
        )

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Say so; what it means is for the owner."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.double_clicked.emit()

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802
        """Turn only with the keyboard here; scroll what is around otherwise."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()
