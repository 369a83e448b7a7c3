"""Answers in words as a row of blocks along time: equal neighbours are one block."""

from __future__ import annotations

from itertools import groupby

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QGraphicsRectItem, QGraphicsSimpleTextItem

from rnnviz.gui.look.theme import Colours
from rnnviz.gui.model.view_state import Scene
from rnnviz.gui.widgets.picture import Drawing, table
from rnnviz.gui.widgets.plot import Plot, pen
from rnnviz.words.translation import tr


class WordsRow:
    """Two rows below the curves: what was answered, and below it what is right.

    A wrong answer is hatched as well as coloured: the difference does not hang on colour.
    """

    def __init__(self, plot: Plot) -> None:
        self._plot = plot
        self._blocks: list[QGraphicsRectItem] = []
        self._texts: list[QGraphicsSimpleTextItem] = []
        self._rows = (0.0, 0.0, 0.0)
        plot.add_part(self)

    def place(self, low: float, high: float) -> None:
        """Stand below a curve that goes from `low` to `high`."""
        height = 0.2 * (high - low)
        self._rows = low - 0.06 * (high - low) - height, low - 0.5 * (high - low), height

    def clear(self) -> None:
        """Take all blocks away."""
        for item in (*self._blocks, *self._texts):
            item.setVisible(False)

    def drawn(self) -> Drawing:
        """The blocks with their words, where there is room for these or not: the middle of each
        and how many timesteps it covers."""
        pairs = zip(self._blocks, self._texts, strict=True)
        seen = [(block.rect(), text.text()) for block, text in pairs if block.isVisible()]
        if not seen:
            return {}
        blocks = table(
            text=[text for _, text in seen],
            x=[rect.center().x() for rect, _ in seen],
            y=[rect.center().y() for rect, _ in seen],
            timesteps=[rect.width() for rect, _ in seen],
        )
        return {"blocks": blocks}

    def draw(self, scene: Scene, colours: Colours) -> None:
        """Draw the answers up to the present timestep, and what would have been right."""
        presentation = scene.presentation
        self.clear()
        used = 0
        upto = scene.timestep + 1
        wrong = [ok is False for ok in presentation.right] or [False] * len(presentation.answers)
        pairs = list(zip(presentation.answers[:upto], wrong, strict=False))
        asked = [(word, False) for word in presentation.asked]
        top, bottom, height = self._rows
        for y, row, colour in ((top, pairs, colours.answer), (bottom, asked, colours.target)):
            first = 0
            for (word, bad), group in groupby(row):
                count = len(list(group))
                if word:
                    self._block(
                        used, first, count, y, height, tr(word), colour, bad, colours, scene
                    )
                    used += 1
                first += count

    def _block(
        self,
        place: int,
        first: int,
        count: int,
        y: float,
        height: float,
        word: str,
        colour: str,
        bad: bool,
        colours: Colours,
        scene: Scene,
    ) -> None:
        while len(self._blocks) <= place:
            block = QGraphicsRectItem()
            self._plot.add(block, "")
            self._blocks.append(block)
            self._texts.append(self._plot.add_text(""))
        block, text = self._blocks[place], self._texts[place]
        rect = QRectF(first + 0.5, y, count, height)
        block.setRect(rect)
        shade = QColor(colours.error if bad else colour)
        shade.setAlpha(120)
        block.setBrush(shade)
        if bad:
            brush = block.brush()
            brush.setStyle(Qt.BrushStyle.BDiagPattern)
            block.setBrush(brush)
        block.setPen(pen(colours.panel, 1))
        block.setVisible(True)
        text.setText(word)
        text.setBrush(QColor(colours.text))
        corner = self._plot.box.mapFromView(rect.center())
        size = text.boundingRect()
        low, high = scene.view
        wide = count / max(1e-9, high - low) * self._plot.box.width()
        text.setVisible(size.width() < wide and low <= rect.center().x() <= high)
        text.setPos(corner.x() - size.width() / 2, corner.y() - size.height() / 2)
