"""The key to the colours of hidden states: a small strip from -1 to 1."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from rnnviz.gui.look.theme import Colours, hidden_lookup, no_number_shade
from rnnviz.gui.widgets.painting import painting
from rnnviz.gui.widgets.picture import Drawing
from rnnviz.words.number_format import no_number
from rnnviz.words.translation import tr

_STRIP = 64
_SQUARE = 8


class ColourKey(QWidget):
    """Shows which colour is which value."""

    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._top = 1.0
        self._gaps = False
        self._colours: Colours | None = None
        self._strip = QImage(hidden_lookup().data, 256, 1, QImage.Format.Format_RGBA8888).copy()
        self.setToolTip(tr("The colour of each value of a hidden unit."))

    def show_range(self, top: float, gaps: bool = False) -> None:
        """Let the strip go from -top to top; `gaps`: also show the colour of what is no number."""
        if (top, gaps) != (self._top, self._gaps):
            self._top, self._gaps = top, gaps
            self.updateGeometry()
            self.update()

    def drawn(self) -> Drawing:
        """The words at its ends, and the one for what is no number where it is told apart."""
        drawn: Drawing = {"colour key": np.array(self._ends())}
        if self._gaps:
            drawn["colour key without number"] = np.array(no_number(math.nan))
        return drawn

    def recolour(self, colours: Colours) -> None:
        """Take on the colours of a theme."""
        self._colours = colours
        self.update()

    def _ends(self) -> tuple[str, str]:
        return f"\N{MINUS SIGN}{self._top:.3g}", f"+{self._top:.3g}"

    def sizeHint(self) -> QSize:  # noqa: N802  Qt's name
        """Room for the strip and the numbers at its ends."""
        metrics = self.fontMetrics()
        ends = sum(metrics.horizontalAdvance(end) for end in self._ends())
        return QSize(_STRIP + ends + 12 + self._beside(), metrics.height())

    def _beside(self) -> int:
        """Room for what is no number, in pixels."""
        if not self._gaps:
            return 0
        return self.fontMetrics().horizontalAdvance(no_number(math.nan)) + _SQUARE + 12

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Paint the numbers and the strip."""
        if self._colours is None:
            return
        with painting(self) as painter:
            low, high = self._ends()
            side = (self.width() - _STRIP - self._beside()) // 2
            strip = QRect(side, (self.height() - 8) // 2, _STRIP, 8)
            painter.drawImage(strip, self._strip)
            painter.setPen(self._colours.line)
            painter.drawRect(strip)
            painter.setPen(self._colours.muted)
            middle = Qt.AlignmentFlag.AlignVCenter
            painter.drawText(
                QRect(0, 0, side - 4, self.height()), middle | Qt.AlignmentFlag.AlignRight, low
            )
            painter.drawText(
                QRect(strip.right() + 5, 0, side, self.height()),
                middle | Qt.AlignmentFlag.AlignLeft,
                high,
            )
            if self._gaps:
                place = QRect(self.width() - self._beside() + 8, strip.y(), _SQUARE, 8)
                painter.fillRect(place, QColor(*no_number_shade().tolist()))
                painter.drawText(
                    QRect(place.right() + 5, 0, self._beside(), self.height()),
                    middle | Qt.AlignmentFlag.AlignLeft,
                    no_number(math.nan),
                )
