"""Two batches side by side: a line for each sequence, filled up with hatched padding."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from rnnviz.analysis.preprocessing import BatchView
from rnnviz.gui.look.theme import Colours
from rnnviz.gui.widgets.painting import painting
from rnnviz.gui.widgets.picture import Drawing
from rnnviz.words.translation import tr


class BatchPicture(QWidget):
    """The same sequences in batches as they come, and with like next to like."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedWidth(190)
        self._view: BatchView | None = None
        self._colours: Colours | None = None

    def show_view(self, view: BatchView, colours: Colours) -> None:
        """Show other batches."""
        self._view, self._colours = view, colours
        self.setToolTip(
            tr(
                "A batch of the training part: a line for each sequence, and hatched what it is "
                "filled up with to the longest of the batch. Left: as they come, {mixed:.0%} of "
                "all batches is padding. Right: like next to like, as training draws them, "
                "{alike:.0%}. (Another draw than the run's own.)"
            ).format(mixed=view.mixed_share, alike=view.alike_share)
        )
        self.update()

    def drawn(self) -> Drawing:
        """The lengths of the sequences in each of the two batches, from the top."""
        if self._view is None:
            return {}
        return {"as they come": self._view.mixed, "like together": self._view.alike}

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802  Qt's name
        """Paint both, to one scale."""
        view, colours = self._view, self._colours
        if view is None or colours is None:
            return
        with painting(self) as painter:
            line = QFontMetricsF(self.font()).height()
            half = self.width() / 2
            longest = max(int(view.mixed.max()), int(view.alike.max()))
            for place, (lengths, share, name) in enumerate(
                (
                    (view.mixed, view.mixed_share, tr("as they come")),
                    (view.alike, view.alike_share, tr("like together")),
                )
            ):
                left = place * half + 4
                room = QRectF(left, 2 * line + 8, half - 12, self.height() - 2 * line - 14)
                painter.setPen(QColor(colours.muted))
                painter.drawText(QRectF(left, 4, half - 6, line), Qt.AlignmentFlag.AlignLeft, name)
                painter.setPen(QColor(colours.text))
                said = tr("{share:.0%} padding").format(share=share)
                painter.drawText(
                    QRectF(left, line + 4, half - 6, line), Qt.AlignmentFlag.AlignLeft, said
                )
                _paint(painter, room, lengths, longest, colours)


def _paint(
    painter: QPainter,
    room: QRectF,
    lengths: npt.NDArray[np.int64],
    longest: int,
    colours: Colours,
) -> None:
    step, scale = room.height() / len(lengths), room.width() / longest
    ink, grey = QColor(colours.input), QColor(colours.muted)
    ink.setAlpha(150)
    grey.setAlpha(110)
    filled = int(lengths.max()) * scale
    painter.fillRect(
        QRectF(room.x(), room.y(), filled, room.height()), QBrush(grey, Qt.BrushStyle.BDiagPattern)
    )
    for row, length in enumerate(lengths):
        place = QRectF(room.x(), room.y() + row * step, int(length) * scale, step)
        painter.fillRect(place, QColor(colours.panel))
        painter.fillRect(place.adjusted(0, 0, 0, -1 if step >= 3 else 0), ink)
