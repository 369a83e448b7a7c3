"""A widget as a picture on the clipboard."""

from __future__ import annotations

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget


def copy_image(widget: QWidget) -> None:
    """Put what the widget shows on the clipboard, at the screen's own resolution."""
    QGuiApplication.clipboard().setPixmap(widget.grab())
