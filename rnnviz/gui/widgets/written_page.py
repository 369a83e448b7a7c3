"""A page with a text that a network wrote: how likely each letter was, and what else could
have come."""

from __future__ import annotations

import html
from bisect import bisect_right

from PySide6.QtCore import QEvent, QPoint, Qt, Signal
from PySide6.QtGui import QColor, QFont, QKeyEvent, QMouseEvent, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QTextEdit, QToolTip

from rnnviz.gui.widgets.picture import Drawing, table
from rnnviz.words.number_format import short
from rnnviz.words.translation import tr

SURPRISING = 0.05
"""A letter that had less of a chance is underlined."""

STRONGEST = 0.45
"""How opaque the background of a letter is that had to come."""

SHOWN = {" ": "␣", "\n": "↵", "\t": "⇥"}

Chances = list[tuple[str, float]]


class WrittenPage(QTextEdit):
    """The text that was given, in bold, and what was written after it.

    The likelier a letter was, the stronger its background; an unlikely one is underlined.
    Pointing at a letter, or going to it with the arrow keys, says what its chances were.
    """

    pointed = Signal(int)
    """The number of the letter that is pointed at, -1 for none."""

    def __init__(self) -> None:
        super().__init__(readOnly=True)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setUndoRedoEnabled(False)
        self.viewport().setMouseTracking(True)
        self._seed = ""
        self._letters: list[str] = []
        self._chances: list[Chances] = []
        self._starts: list[int] = []  # of each letter in the document, which counts in UTF-16
        self._colour = QColor()
        self._formats: dict[tuple[int, bool], QTextCharFormat] = {}

    @property
    def letters(self) -> list[str]:
        """What was written, without what was given."""
        return self._letters

    def drawn(self) -> Drawing:
        """The letters that were written, each with its place in the document, which counts in
        UTF-16, and the probability that it was drawn by."""
        if not self._letters:
            return {}
        chances = [self.chance(letter) for letter in range(len(self._letters))]
        return {
            "letters": table(text=self._letters, start=self._starts, probability=chances),
        }

    def begin(self, seed: str) -> None:
        """Begin a new page with the text that was given."""
        self._seed = seed
        self._letters, self._chances, self._starts = [], [], []
        self.clear()
        bold = QTextCharFormat()
        bold.setFontWeight(QFont.Weight.Bold)
        QTextCursor(self.document()).insertText(seed, bold)

    def add(self, letters: list[str], chances: list[Chances]) -> None:
        """Go on with letters; each has what could have come, itself too, with probabilities."""
        cursor = QTextCursor(self.document())
        cursor.movePosition(QTextCursor.MoveOperation.End)
        at_end = self.verticalScrollBar().value() == self.verticalScrollBar().maximum()
        place = cursor.position()
        cursor.beginEditBlock()
        for letter, likely in zip(letters, chances, strict=True):
            self._starts.append(place)
            cursor.insertText(letter, self._format(dict(likely).get(letter, 0.0)))
            place += _width(letter)
        cursor.endEditBlock()
        self._letters += letters
        self._chances += chances
        if at_end and not self.textCursor().hasSelection():
            self.verticalScrollBar().setValue(self.verticalScrollBar().maximum())

    def recolour(self, colour: str) -> None:
        """Write it all again in the colour of a theme."""
        if QColor(colour) == self._colour:
            return
        self._colour = QColor(colour)
        self._formats = {}
        letters, chances = self._letters, self._chances
        self.begin(self._seed)
        self.add(letters, chances)

    def chance(self, letter: int) -> float:
        """The probability that a letter was drawn by."""
        return dict(self._chances[letter]).get(self._letters[letter], 0.0)

    def describe(self, letter: int) -> str:
        """A letter and what else could have come, as an aligned list."""
        written = self._letters[letter]
        rows = "".join(
            f"<tr><td>{'▸' if name == written else ''}</td>"
            f"<td><b>{html.escape(SHOWN.get(name, name))}</b></td>"
            f"<td align='right'>&nbsp;&nbsp;{short(100 * share)} %</td></tr>"
            for name, share in self._chances[letter]
        )
        return f"<table cellspacing='0' cellpadding='1'>{rows}</table>"

    def letter_at(self, place: QPoint) -> int:
        """The letter under a point of the viewport, -1 where there is none."""
        cursor = self.cursorForPosition(place)
        rect = self.cursorRect(cursor)
        if not rect.top() <= place.y() <= rect.bottom():
            return -1
        # The cursor is the nearest gap; a letter is between two.
        return self.letter_over(cursor.position() - (place.x() < rect.left()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802  Qt's name
        """Say what is under the mouse."""
        super().mouseMoveEvent(event)
        place = event.position().toPoint()
        self._say(self.letter_at(place), event.globalPosition().toPoint())

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802
        """Say no more."""
        super().leaveEvent(event)
        self._say(-1, QPoint())

    def event(self, event: QEvent) -> bool:
        """Arrow keys and Escape are the page's own while it has the keyboard."""
        own = isinstance(event, QKeyEvent) and event.key() in _OWN_KEYS
        if own and event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Go through the text; Escape gives the keyboard back."""
        if event.key() == Qt.Key.Key_Escape:
            self._say(-1, QPoint())
            self.clearFocus()
            return
        super().keyPressEvent(event)
        if event.key() in _OWN_KEYS:
            rect = self.cursorRect()
            self._say(
                self.letter_over(self.textCursor().position()),
                self.viewport().mapToGlobal(rect.bottomLeft()),
            )

    def letter_over(self, position: int) -> int:
        """The letter that covers a position of the document."""
        if not self._starts or position < self._starts[0]:
            return -1
        letter = bisect_right(self._starts, position) - 1
        end = self._starts[letter] + _width(self._letters[letter])
        return letter if position < end else -1

    def _say(self, letter: int, where: QPoint) -> None:
        if letter < 0:
            QToolTip.hideText()
        else:
            QToolTip.showText(where, self.describe(letter), self)
        self.pointed.emit(letter)

    def _format(self, share: float) -> QTextCharFormat:
        key = round(40 * share), share < SURPRISING
        if key not in self._formats:
            made = QTextCharFormat()
            shade = QColor(self._colour)
            shade.setAlphaF(STRONGEST * min(1.0, key[0] / 40))
            made.setBackground(shade)
            made.setFontUnderline(key[1])
            self._formats[key] = made
        return self._formats[key]


def legend(colour: str) -> str:
    """What backgrounds and lines mean, in a few words."""
    shade = QColor(colour)
    rgb = f"{shade.red()},{shade.green()},{shade.blue()}"
    likely = tr("likely")
    unlikely = tr("below 5 %")
    return (
        f'<span style="background-color: rgba({rgb},{STRONGEST})">&nbsp;{likely}&nbsp;</span>'
        f"&nbsp; <u>{unlikely}</u>"
    )


_OWN_KEYS = {
    *(Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down),
    *(Qt.Key.Key_Home, Qt.Key.Key_End, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown),
    Qt.Key.Key_Escape,
}


def _width(letter: str) -> int:
    return len(letter.encode("utf-16-le", "surrogatepass")) // 2
