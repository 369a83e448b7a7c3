"""A sequence as a roll: rows that are on or off, and how likely each is to come next."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyqtgraph as pg
from PySide6.QtCore import QObject, QRectF
from PySide6.QtGui import QColor

from rnnviz.gui.look.theme import Colours, no_number_shade
from rnnviz.gui.model.aspect import Aspect
from rnnviz.gui.model.view_state import Scene
from rnnviz.gui.panels.base.time_panel import key
from rnnviz.gui.widgets.plot import Plot
from rnnviz.words.number_format import percent
from rnnviz.words.translation import tr


class Roll(QObject):
    """What is read in full colour, and behind it the answers up to the present timestep, one
    step later, as strong as they are likely."""

    def __init__(self, plot: Plot) -> None:
        super().__init__(plot)
        self._plot = plot
        self._image = pg.ImageItem(axisOrder="row-major")
        self._image.setZValue(-10)
        self._image.setVisible(False)
        plot.add(self._image, "roll")
        self._rows = (0, 1)

    def clear(self) -> None:
        """Take everything away: another kind of sequence comes."""
        self._image.setVisible(False)
        self._plot.y_axis.setTicks(None)

    def legend(self, scene: Scene, colours: Colours) -> str:
        """Which colour is what."""
        return "&nbsp;&nbsp; ".join(
            [
                key(colours.input, "■", tr("read")),
                key(colours.answer, "■", tr("likely next, if it stopped here")),
            ]
        )

    def draw(self, scene: Scene, what: Aspect, colours: Colours) -> None:
        """Bring on the screen what changed."""
        trace = scene.trace
        assert trace is not None
        if not what & (Aspect.TRACE | Aspect.TIMESTEP | Aspect.THEME):
            return
        used = np.flatnonzero(trace.inputs.any(axis=0))
        low, high = (int(used[0]), int(used[-1])) if len(used) else (0, trace.inputs.shape[1] - 1)
        if trace.output is not None:
            low, high = max(0, low - 3), min(trace.inputs.shape[1] - 1, high + 3)
        self._rows = low, high
        roll = trace.inputs[:, low : high + 1].T  # (rows, T)
        later = scene.presentation.horizon
        picture = np.zeros((*roll.shape, 4), np.uint8)
        picture = np.pad(picture, ((0, 0), (0, later), (0, 0)))
        read = scene.timestep + 1
        if trace.output is not None:
            shares = _share(trace.output[:read, low : high + 1].T)
            answered = picture[:, later : later + read]
            answered[..., :3] = _rgb(colours.answer)
            answered[..., 3] = (np.nan_to_num(shares) * 220).astype(np.uint8)
            answered[np.isnan(shares)] = no_number_shade()
        on = roll > 0.5
        ink = _rgb(colours.input)
        steps = np.arange(roll.shape[1])
        strength = np.where(steps < read, 255, 70)
        picture[:, : roll.shape[1]][on] = 0
        picture[:, : roll.shape[1], :3][on] = ink
        picture[:, : roll.shape[1], 3][on] = np.broadcast_to(strength, on.shape)[on]
        self._image.setImage(picture, autoLevels=False, levels=None)
        self._image.setRect(QRectF(0.5, low - 0.5, picture.shape[1], high - low + 1))
        self._image.setVisible(True)
        if what & (Aspect.TRACE | Aspect.THEME):
            self._plot.label(y_label=scene.presentation.value_label)
            names = scene.presentation.inputs_named
            marked = [(row, names[row]) for row in scene.presentation.marked]
            self._plot.y_axis.setTicks([marked, []] if marked else None)
            self._plot.set_y(low - 0.5, high + 0.5, padding=0)

    def describe(self, scene: Scene, timestep: int, y: float) -> str:
        """Which rows are on at a timestep."""
        trace = scene.trace
        assert trace is not None
        row = round(y)
        if not 0 <= row < trace.inputs.shape[1]:
            return ""
        names = scene.presentation.inputs_named
        text = tr("timestep {t}, {row}: {state}").format(
            t=timestep + 1,
            row=names[row] if row < len(names) else tr("row {row}").format(row=row),
            state=tr("on") if trace.inputs[timestep, row] > 0.5 else tr("off"),
        )
        if trace.output is not None:
            share = float(_share(trace.output[timestep, row]))
            text += tr(", likely next {share}").format(share=percent(share))
        return text


def _share(logits: npt.NDArray[np.float32] | np.float32) -> npt.NDArray[np.float64]:
    """The probability that each is on; beyond 60 it cannot be told from 0 and 1."""
    shares: npt.NDArray[np.float64] = 1 / (1 + np.exp(-np.clip(np.float64(logits), -60, 60)))
    return shares


def _rgb(colour: str) -> tuple[int, int, int]:
    shade = QColor(colour)
    return shade.red(), shade.green(), shade.blue()
