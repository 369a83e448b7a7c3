"""A sequence of tokens as words along the time axis, the answers below them."""

from __future__ import annotations

from PySide6.QtCore import QObject, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QGuiApplication
from PySide6.QtWidgets import QGraphicsRectItem

from rnnviz.gui.look.theme import Colours
from rnnviz.gui.model.aspect import Aspect
from rnnviz.gui.model.view_state import Scene
from rnnviz.gui.panels.base.time_panel import key
from rnnviz.gui.widgets.plot import NO_PEN, Plot, pen
from rnnviz.gui.widgets.words import Word, Words
from rnnviz.records.trace import Presentation
from rnnviz.words.number_format import percent
from rnnviz.words.translation import tr

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
        self.words = Words(plot)
        self._handover = QGraphicsRectItem()
        self._handover.setVisible(False)
        plot.add(self._handover, "handover")
        self._now = QGraphicsRectItem()
        self._now.setZValue(-20)
        self._now.setVisible(False)
        plot.add(self._now, "lit column")
        self._shown = False

    def clear(self) -> None:
        """Take everything away: another kind of sequence comes."""
        self.words.show_words([])
        self._handover.setVisible(False)
        self._now.setVisible(False)
        self._plot.y_axis.setStyle(showValues=True)
        self._shown = False

    def legend(self, scene: Scene, colours: Colours) -> str:
        """Which row is what."""
        entries = [key(colours.input, "■", tr("read"))]
        if any(scene.presentation.answers):
            entries.append(key(colours.answer, "■", tr("answered, ✓ or ✗")))
        if any(
            likely and not said
            for said, likely in zip(
                scene.presentation.answers, scene.presentation.likely, strict=False
            )
        ):
            entries.append(key(colours.answer, "□", tr("if it stopped here")))
        if any(scene.presentation.asked):
            entries.append(key(colours.target, "■", tr("right answer")))
        if scene.presentation.handover is not None:
            entries.append(key(colours.muted, "┃", tr("handed over")))
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
        presentation, (low, high) = scene.presentation, scene.view
        first, last = max(0, int(low - 0.5)), min(len(presentation.steps), int(high + 0.5))
        self._draw_handover(presentation.handover, colours)
        self._now.setVisible(True)
        self._now.setPen(NO_PEN)
        shade = QColor(colours.line)
        shade.setAlpha(120)
        self._now.setBrush(shade)
        self._now.setRect(QRectF(scene.timestep + 0.5, LOWEST, 1, HIGHEST - LOWEST))
        words: list[Word] = []
        if last - first <= SHOWN:
            page = _Page(self._plot, low, high)
            for t in range(first, last):
                faint = t > scene.timestep
                words += page.word(t, READ, presentation.steps[t], colours.input, faint)
                if not faint:
                    words += _answer(page, t, presentation, colours)
                if t < len(presentation.asked) and presentation.asked[t]:
                    words += page.word(t, ASKED, tr(presentation.asked[t]), colours.target, faint)
        self.words.show_words(words)

    def _draw_handover(self, handover: int | None, colours: Colours) -> None:
        self._handover.setVisible(handover is not None)
        if handover is not None:
            self._handover.setRect(QRectF(handover + 0.48, LOWEST, 0.04, HIGHEST - LOWEST))
            self._handover.setPen(pen(colours.muted, 2))

    def describe(self, scene: Scene, timestep: int, y: float) -> str:
        """What was read at a timestep, and the likeliest answers to it."""
        presentation = scene.presentation
        word = presentation.steps[timestep] if timestep < len(presentation.steps) else ""
        text = tr("timestep {t}: {word}").format(t=timestep + 1, word=repr(word)[1:-1])
        if timestep < len(presentation.likely) and presentation.likely[timestep]:
            best = "  ".join(
                f"{repr(name)[1:-1]} {percent(share)}"
                for name, share in presentation.likely[timestep][:4]
            )
            text += f" → {best}"
        return text


def _answer(page: _Page, t: int, presentation: Presentation, colours: Colours) -> list[Word]:
    answer = presentation.answers[t] if t < len(presentation.answers) else ""
    likely = presentation.likely[t] if t < len(presentation.likely) else []
    if not answer:  # not asked yet: what it would say if it stopped here
        return page.word(t, ANSWER, tr(likely[0][0]), colours.answer, True) if likely else []
    right = presentation.right[t] if t < len(presentation.right) else None
    shade = colours.error if right is False else colours.answer
    words = page.word(t, ANSWER, tr(answer), shade, False)
    if right is not None:
        words += page.word(t, MARK, "✓" if right else "✗", shade, False)
    return words


class _Page:
    """Where words go in a stretch of time that is in view."""

    def __init__(self, plot: Plot, low: float, high: float) -> None:
        box = plot.box
        self._room = box.width() / max(1e-9, high - low)
        self._space = box.height() / 3.6 - 4
        self._metrics = QFontMetricsF(QGuiApplication.font())
        self._wide: dict[str, float] = {}
        corner, step = (box.mapFromView(QPointF(x, y)) for x, y in ((0, 0), (1, 1)))
        self._x, self._y = corner.x(), corner.y()
        self._across, self._up = step.x() - corner.x(), step.y() - corner.y()

    def word(self, t: int, row: float, word: str, colour: str, faint: bool) -> list[Word]:
        """A word at a timestep, upright where it is too wide; none where it cannot be read."""
        shown = word.replace("\n", "↵").replace(" ", "␣") if word.isspace() else word
        width = self._width(shown)
        upright = width > self._room
        space = self._space if upright else max(self._room, self._width("m"))
        if width > space:
            shown = self._metrics.elidedText(shown, Qt.TextElideMode.ElideRight, space)
        if upright and self._metrics.height() > max(self._room * 1.6, 8):
            return []
        x, y = self._x + (t + 1) * self._across, self._y + row * self._up
        return [Word(shown, x, y, colour, 90 if faint else 255, upright)]

    def _width(self, word: str) -> float:
        if word not in self._wide:
            self._wide[word] = self._metrics.horizontalAdvance(word)
        return self._wide[word]
