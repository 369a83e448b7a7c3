"""The nearest template: name a wave by the piece of a clean wave that its last frames resemble."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from rnnviz.tasks.data.waveforms import SHAPES
from rnnviz.tasks.examples import FloatArray

FRAMES = 10
"""How many of the last frames are compared."""

PERIODS, PHASES = 24, 48
"""How many pieces of each shape there are: evenly spread periods times phases."""

AT_ONCE = 8192
"""Rows of frames that are compared at once, which bounds the memory."""


class Templates(NamedTuple):
    """Pieces of clean waves, ``(C, P, FRAMES)``: C shapes, P pieces of each."""

    pieces: npt.NDArray[np.float32]

    def distances(self, signals: npt.NDArray[Any]) -> FloatArray:
        """The mean squared distance of the last frames to the nearest piece of each shape.

        `signals` ``(N, T)`` give ``(N, T, C)``. At the beginning of a signal there are fewer
        frames than `FRAMES`, and only their number of frames is compared.
        """
        padded = np.pad(signals, ((0, 0), (FRAMES - 1, 0)))
        rows = np.lib.stride_tricks.sliding_window_view(padded, FRAMES, axis=1)  # (N, T, FRAMES)
        there = np.tile(np.minimum(np.arange(signals.shape[1]) + 1, FRAMES), len(signals))
        rows = rows.reshape(-1, FRAMES)
        shapes, count = self.pieces.shape[:2]
        pieces = self.pieces.reshape(-1, FRAMES)
        # |x - p|^2 = |x|^2 - 2 x.p + |p|^2, over as many of the last frames as there are.
        sizes = np.cumsum(pieces[:, ::-1] ** 2, axis=1).T  # (FRAMES, C P)
        found = np.empty((len(rows), shapes), np.float32)
        for start in range(0, len(rows), AT_ONCE):
            part = slice(start, start + AT_ONCE)
            square = sizes[there[part] - 1] - 2 * rows[part] @ pieces.T
            nearest = square.reshape(-1, shapes, count).min(axis=2)
            nearest += np.square(rows[part]).sum(axis=1, keepdims=True)
            found[part] = np.maximum(nearest, 0) / there[part, None]
        return found.reshape(*signals.shape, shapes)


def templates(shortest: float, longest: float) -> Templates:
    """Pieces of all `SHAPES` with periods between these two."""
    periods = np.linspace(shortest, longest, PERIODS)[:, None, None]
    phases = 2 * np.pi / PHASES * np.arange(PHASES)[None, :, None]
    angles = (phases + 2 * np.pi / periods * np.arange(FRAMES)).reshape(-1, FRAMES)
    return Templates(np.stack([shape(angles) for shape in SHAPES.values()]).astype(np.float32))
