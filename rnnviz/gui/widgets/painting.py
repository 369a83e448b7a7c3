"""Painting a widget so that what goes wrong in it does not outlast it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget


@contextmanager
def painting(widget: QWidget) -> Iterator[QPainter]:
    """A painter that is ended in any case. One that an exception's traceback keeps alive stays
    active on the window's backing store, and from then on Qt paints nothing there any more."""
    painter = QPainter(widget)
    try:
        yield painter
    finally:
        painter.end()
