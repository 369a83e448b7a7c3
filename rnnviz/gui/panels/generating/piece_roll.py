"""A piece as a roll: what was given, what was composed, and the line where we are."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyqtgraph as pg
from PySide6.QtCore import QObject, QRectF
from PySide6.QtGui import QColor

from rnnviz.gui.look.theme import Colours
from rnnviz.gui.model.composer import Piece
from rnnviz.gui.widgets.plot import Plot, pen
from rnnviz.words.translation import tr

FAINT = 110
"""How strong a note is at most that was likely and was not drawn, of 255."""


class PieceRoll(QObject):
    """Time goes from left to right in quarter notes, the first is 1; pitch goes up."""

    def __init__(self, plot: Plot) -> None:
        super().__init__(plot)
        self._plot = plot
        self._image = pg.ImageItem(axisOrder="row-major")
        self._image.setZValue(-10)
        plot.add(self._image, "piece")
        self._handover = pg.InfiniteLine(angle=90)
        self._playhead = pg.InfiniteLine(angle=90)
        for name, line in (("handover", self._handover), ("playhead", self._playhead)):
            line.setVisible(False)
            plot.add(line, name)

    def draw(self, piece: Piece, colours: Colours) -> None:
        """Show another piece, or more of it."""
        low, high = rows_in_view(piece)
        picture = painted(piece, colours)[low : high + 1]
        self._image.setImage(np.ascontiguousarray(picture), autoLevels=False, levels=None)
        self._image.setRect(QRectF(0.5, low - 0.5, picture.shape[1], len(picture)))
        self._handover.setPen(pen(colours.muted, 1, dashed=True))
        self._handover.setPos(piece.heard + 0.5)
        self._handover.setVisible(True)
        self._playhead.setPen(pen(colours.text, 1.5))
        # Octaves are counted from C, whose pitch is a multiple of 12.
        octaves = range(-piece.lowest % 12, len(piece.names), 12)
        self._plot.y_axis.setTicks([[(row, piece.names[row]) for row in octaves], []])
        self._plot.set_y(low - 0.5, high + 0.5, padding=0)

    def play_at(self, step: float | None) -> None:
        """Stand here in quarter notes from the beginning, or nowhere."""
        self._playhead.setVisible(step is not None)
        if step is not None:
            self._playhead.setPos(0.5 + step)

    def describe(self, piece: Piece, x: float, y: float) -> str:
        """The note that is pointed at, in a few words."""
        step, row = round(x), round(y)
        if not (1 <= step <= len(piece.roll) and 0 <= row < len(piece.names)):
            return ""
        sounds = bool(piece.roll[step - 1, row])
        name = piece.names[row]
        if step <= piece.heard:
            if not sounds:
                return tr("{note}, step {step}: silent").format(note=name, step=step)
            return tr("{note}, step {step}: given").format(note=name, step=step)
        share = float(piece.shares[step - 1 - piece.heard, row])
        text = (
            tr("{note}, step {step}: composed, {share:.1%} likely")
            if sounds
            else tr("{note}, step {step}: silent, {share:.1%} likely")
        )
        return text.format(note=name, step=step, share=share)


def sign(colour: str) -> str:
    """What stands before the name of something that is drawn in a colour."""
    return f'<span style="color:{colour}">■</span>'


def rows_in_view(piece: Piece) -> tuple[int, int]:
    """The lowest and the highest row that sound, with two more around them."""
    used = np.flatnonzero(piece.roll.any(axis=0))
    last = piece.roll.shape[1] - 1
    if not len(used):
        return 0, last
    return max(0, int(used[0]) - 2), min(last, int(used[-1]) + 2)


def painted(piece: Piece, colours: Colours) -> npt.NDArray[np.uint8]:
    """A piece as RGBA, ``(I, T, 4)``: notes in full colour, and in that of the answers, faint,
    what was likely and was not drawn."""
    picture = np.zeros((*piece.roll.T.shape, 4), np.uint8)
    picture[:, : piece.heard, :3] = _rgb(colours.input)
    picture[:, piece.heard :, :3] = _rgb(colours.answer)
    picture[:, piece.heard :, 3] = (piece.shares.T * FAINT).astype(np.uint8)
    picture[piece.roll.T, 3] = 255
    return picture


def _rgb(colour: str) -> tuple[int, int, int]:
    shade = QColor(colour)
    return shade.red(), shade.green(), shade.blue()
