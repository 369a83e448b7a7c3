"""Many short words in a plot, as one item: an item for each would cost a frame to move."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QFont, QGuiApplication, QPainter, QStaticText, QTransform
from PySide6.QtWidgets import QGraphicsItem, QWidget

from rnnviz.gui.widgets.picture import Drawing, table
from rnnviz.gui.widgets.plot import Plot

KEPT = 4000
"""Words whose letters are kept laid out at most."""


@dataclass(frozen=True)
class Word:
    """A word around a point, in pixels of the view box."""

    text: str
    x: float
    y: float
    colour: str
    alpha: int = 255
    upright: bool = False
    """from bottom to top"""


class Words(QGraphicsItem):
    """Paints words where they are told to stand."""

    def __init__(self, plot: Plot) -> None:
        super().__init__(plot.box)
        self._plot = plot
        self._font = QFont()
        self._laid_out: dict[str, QStaticText] = {}
        self._words: list[Word] = []
        plot.add_part(self)

    def show_words(self, words: list[Word]) -> None:
        """Show these instead of those before."""
        if words != self._words:
            self._words = words
            self.update()

    def drawn(self) -> Drawing:
        """The words with the points that they stand around, in the units of the axes, and how
        strong they are, of 255."""
        if not self._words:
            return {}
        points = [self._plot.box.mapToView(QPointF(word.x, word.y)) for word in self._words]
        words = table(
            text=[word.text for word in self._words],
            x=[point.x() for point in points],
            y=[point.y() for point in points],
            strength=[word.alpha for word in self._words],
        )
        return {"words": words}

    def boundingRect(self) -> QRectF:  # noqa: N802  Qt's name
        """All of the view box."""
        return QRectF(0, 0, self._plot.box.width(), self._plot.box.height())

    def paint(self, painter: QPainter, option: object, widget: QWidget | None = None) -> None:
        """Paint all words."""
        font = QGuiApplication.font()
        if font != self._font or len(self._laid_out) > KEPT:
            self._font, self._laid_out = font, {}
        painter.setFont(font)
        for word in self._words:
            text = self._laid_out.get(word.text)
            if text is None:
                text = self._laid_out[word.text] = QStaticText(word.text)
                text.prepare(QTransform(), font)
            shade = QColor(word.colour)
            shade.setAlpha(word.alpha)
            painter.setPen(shade)
            size = text.size()
            if word.upright:
                painter.save()
                painter.translate(word.x - size.height() / 2, word.y + size.width() / 2)
                painter.rotate(-90)
                painter.drawStaticText(QPointF(0, 0), text)
                painter.restore()
            else:
                at = QPointF(word.x - size.width() / 2, word.y - size.height() / 2)
                painter.drawStaticText(at, text)
