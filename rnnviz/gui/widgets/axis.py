"""An axis of a plot: ticks that read well, painted quickly."""

from __future__ import annotations

import math
from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRect
from PySide6.QtGui import QColor, QFontMetricsF, QGuiApplication, QPainter


class Axis(pg.AxisItem):
    """Writes every power of ten of a logarithmic axis in the same way, and paints lines as
    rectangles: Qt blends a line of 900 translucent pixels in 50 µs, and those in 2."""

    picture: tuple[list[tuple[QRect, QColor]], list[Any]] | None
    """What is painted; pyqtgraph puts None here when something has moved."""

    def paint(self, painter: QPainter, option: object, widget: object) -> None:
        """Draw ticks and numbers; where they stand is kept until something moves them."""
        if self.picture is None:
            line, ticks, texts = self.generateDrawSpecs(painter) or (None, [], [])
            lines = [line, *ticks] if line else ticks
            self.picture = [(_stroke(a, b), pen.color()) for pen, a, b in lines], texts
        strokes, texts = self.picture
        for place, colour in strokes:
            painter.fillRect(place, colour)
        painter.setPen(self.textPen())
        painter.setClipRect(self.boundingRect())
        for place, flags, text in texts:
            painter.drawText(place, int(flags), text)

    whole = False
    """counts things: no ticks between whole numbers"""

    def tickSpacing(  # noqa: N802  pyqtgraph's name
        self,
        low: float,
        high: float,
        size: float,
    ) -> list[tuple[float, float]]:
        found = super().tickSpacing(low, high, size)
        if self.whole:
            return [(step, offset) for step, offset in found if step >= 1] or [(1.0, 0.0)]
        if self.orientation in ("left", "right") and not self.logMode:
            return self._apart(found, high - low, size)
        return found

    def _apart(
        self, found: list[tuple[float, float]], span: float, size: float
    ) -> list[tuple[float, float]]:
        """Numbers above each other need the height of a line, which pyqtgraph does not ask for
        where a plot is low."""
        line = QFontMetricsF(QGuiApplication.font()).height()
        step = found[0][0]
        while 0 < step * size < span * line and step < span:
            step = _next_round(step)
        return [(step, 0.0), *((finer, offset) for finer, offset in found if finer < step)]

    def _updateLabel(self) -> None:  # noqa: N802
        """pyqtgraph would set its own label, which is never shown, with each change of colour."""
        self.picture = None
        self.update()

    def logTickStrings(  # noqa: N802  pyqtgraph's name
        self, values: list[float], scale: float, spacing: float
    ) -> list[str]:
        low, high = sorted(self.range)
        # Over several decades their powers are enough; within one, 2 and 5 stand between.
        known = (0.0,) if high - low > 1.5 else (0.0, math.log10(2), math.log10(5))
        return [
            _power_of_ten(value) if any(abs(value % 1 - k) < 1e-6 for k in known) else ""
            for value in (round(value, 9) for value in values)
        ]


def _next_round(step: float) -> float:
    """The next of 1, 2, 5, 10, 20, 50 … after one of them."""
    power = 10.0 ** math.floor(math.log10(step) + 1e-9)
    first = round(step / power)
    return power * {1: 2, 2: 5}.get(first, 10)


def _stroke(start: QPointF, end: QPointF) -> QRect:
    """The pixels of a line along x or y."""
    first, last = start.toPoint(), end.toPoint()
    return QRect(first, first) | QRect(last, last)


def _power_of_ten(exponent: float) -> str:
    whole = round(exponent)
    if abs(exponent - whole) > 1e-6:
        mantissa, power = f"{10**exponent:.0e}".split("e")
        return (
            f"{10**exponent:g}" if -2 <= exponent < 4 else f"{mantissa}·{_power_of_ten(int(power))}"
        )
    if -1 <= whole <= 2:
        return f"{10.0**whole:g}"
    return "10" + str(whole).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
