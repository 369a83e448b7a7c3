"""A sequence of tokens as words along the time axis, the answers below them."""

from __future__ import annotations

from PySide6.QtCore import QObject, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QGuiApplication
from PySide6.QtWidgets import QGraphicsRectItem, QGraphicsSimpleTextItem

from rnnviz.gui.aspect import Aspect
from rnnviz.gui.panels.time_panel import key
from rnnviz.gui.stage import Scene
from rnnviz.gui.theme import Colours
from rnnviz.gui.widgets.plot import NO_PEN, Plot, pen
from rnnviz.records import Reading

READ, ANSWER, MARK, ASKED = 3.0, 2.1, 1.55, 0.85
"""the heights of the rows"""
LOWEST, HIGHEST = 0.4, 3.45
SHOWN = 400
"""Words that are drawn at most: where more are in view, none could be read."""


class Tokens(QObject):
    """Rows of words: what is read, what is answered, what is right. Words to come are faint, and
    so is what it would answer where it is not asked yet.

    A right answer has a tick below it and a wrong one a cross, so that they can be told apart
    without colours. Where words are too wide for their timestep they stand upright.
    """

    def __init__(self, plot: Plot) -> None:
        super().__init__(plot)
        self._plot = plot
        self._texts: list[QGraphicsSimpleTextItem] = []
        self._handover = QGraphicsRectItem()
        self._handover.setVisible(False)
        plot.add(self._handover)
        self._now = QGraphicsRectItem()
        self._now.setZValue(-20)
        self._now.setVisible(False)
        plot.add(self._now)
        self._shown = False

    def clear(self) -> None:
        """Take everything away: another kind of sequence comes."""
        for text in self._texts:
            text.setVisible(False)
        self._handover.setVisible(False)
        self._now.setVisible(False)
        self._plot.y_axis.setStyle(showValues=True)
        self._shown = False

    def legend(self, scene: Scene, colours: Colours) -> str:
        """Which row is what."""
        entries = [key(colours.input, "■", self.tr("read"))]
        if any(scene.reading.answers):
            entries.append(key(colours.answer, "■", self.tr("answered (✓ right, ✗ wrong)")))
        if any(
            likely and not said
            for said, likely in zip(scene.reading.answers, scene.reading.likely, strict=False)
        ):
            entries.append(key(colours.answer, "□", self.tr("if it stopped here")))
        if any(scene.reading.asked):
            entries.append(key(colours.target, "■", self.tr("right answer")))
        if scene.reading.handover is not None:
            entries.append(key(colours.muted, "┃", self.tr("handed over")))
        return "&nbsp;&nbsp; ".join(entries)

    def draw(self, scene: Scene, what: Aspect, colours: Colours) -> None:
        """Bring on the screen what changed."""
        if not self._shown:
            self._plot.y_axis.setStyle(showValues=False)
            self._plot.label(y_label=" ")
            self._plot.set_y(LOWEST, HIGHEST, padding=0)
            self._shown = True
        if not what & (Aspect.TRACE | Aspect.TIMESTEP | Aspect.VIEW | Aspect.THEME):
            return
        reading, (low, high) = scene.reading, scene.view
        first, last = max(0, int(low - 0.5)), min(len(reading.steps), int(high + 0.5))
        self._draw_handover(reading.handover, colours)
        self._now.setVisible(True)
        self._now.setPen(NO_PEN)
        shade = QColor(colours.line)
        shade.setAlpha(120)
        self._now.setBrush(shade)
        self._now.setRect(QRectF(scene.timestep + 0.5, LOWEST, 1, HIGHEST - LOWEST))
        used = 0
        if last - first <= SHOWN:
            room = self._plot.box.width() / max(1e-9, high - low)
            for t in range(first, last):
                faint = t > scene.timestep
                used = self._word(used, t, READ, reading.steps[t], colours.input, faint, room)
                if not faint:
                    used = self._answer(used, t, reading, colours, room)
                if t < len(reading.asked) and reading.asked[t]:
                    used = self._word(used, t, ASKED, reading.asked[t], colours.target, faint, room)
        for text in self._texts[used:]:
            text.setVisible(False)

    def _answer(self, place: int, t: int, reading: Reading, colours: Colours, room: float) -> int:
        answer = reading.answers[t] if t < len(reading.answers) else ""
        likely = reading.likely[t] if t < len(reading.likely) else []
        if not answer:  # not asked yet: what it would say if it stopped here
            return (
                self._word(place, t, ANSWER, likely[0][0], colours.answer, True, room)
                if likely
                else place
            )
        right = reading.right[t] if t < len(reading.right) else None
        shade = colours.error if right is False else colours.answer
        place = self._word(place, t, ANSWER, answer, shade, False, room)
        if right is None:
            return place
        return self._word(place, t, MARK, "✓" if right else "✗", shade, False, room)

    def _word(
        self, place: int, t: int, row: float, word: str, colour: str, faint: bool, room: float
    ) -> int:
        if len(self._texts) <= place:
            self._texts.append(QGraphicsSimpleTextItem(self._plot.box))
        text = self._texts[place]
        font = QFont(QGuiApplication.font())
        shade = QColor(colour)
        shade.setAlpha(90 if faint else 255)
        text.setFont(font)
        text.setBrush(shade)
        height = self._plot.box.height() / 3.6
        metrics = QFontMetricsF(font)
        shown = word.replace("\n", "↵").replace(" ", "␣") if word.isspace() else word
        upright = metrics.horizontalAdvance(shown) > room
        space = height - 4 if upright else max(room, metrics.horizontalAdvance("m"))
        text.setText(metrics.elidedText(shown, Qt.TextElideMode.ElideRight, space))
        size = text.boundingRect()
        at = self._plot.box.mapFromView(QPointF(t + 1, row))
        if upright and size.height() <= max(room * 1.6, 8):
            text.setRotation(-90)
            text.setPos(at.x() - size.height() / 2, at.y() + size.width() / 2)
            text.setVisible(True)
        else:
            text.setRotation(0)
            text.setPos(at.x() - size.width() / 2, at.y() - size.height() / 2)
            text.setVisible(not upright)
        return place + 1

    def _draw_handover(self, handover: int | None, colours: Colours) -> None:
        self._handover.setVisible(handover is not None)
        if handover is not None:
            self._handover.setRect(QRectF(handover + 0.48, LOWEST, 0.04, HIGHEST - LOWEST))
            self._handover.setPen(pen(colours.muted, 2))

    def describe(self, scene: Scene, timestep: int, y: float) -> str:
        """What was read at a timestep, and the likeliest answers to it."""
        reading = scene.reading
        word = reading.steps[timestep] if timestep < len(reading.steps) else ""
        text = self.tr("timestep {t}: {word}").format(t=timestep + 1, word=repr(word)[1:-1])
        if timestep < len(reading.likely) and reading.likely[timestep]:
            best = "  ".join(
                f"{repr(name)[1:-1]} {share:.0%}" for name, share in reading.likely[timestep][:4]
            )
            text += f" → {best}"
        return text
