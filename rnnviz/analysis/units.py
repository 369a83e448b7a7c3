"""The order in which hidden units are shown, and how many fit in a row of the notepad."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
import numpy.typing as npt

from rnnviz.analysis.seriation import short_path

FloatArray = npt.NDArray[np.float32]
Order = Literal["index", "similarity", "peak"]

STILL = 1e-6
"""How little of its own size a unit moves that does not: some rounding errors of float32."""


def unit_order(hidden: FloatArray, order: Order) -> npt.NDArray[np.intp]:
    """Which unit stands in each row, ``(H,)``, for the hidden states ``(T, H)`` of one layer.

    `index` leaves them as they are, `peak` sorts by the timestep at which a unit is
    furthest from 0, `similarity` puts units whose curves are alike next to each other: on
    a short path whose steps are 1 - correlation, behind which stand those that never move.
    """
    if order == "peak":
        return np.argsort(np.abs(hidden).argmax(axis=0), kind="stable")
    if order == "similarity":
        return _by_similarity(hidden)
    return np.arange(hidden.shape[1])


def _by_similarity(hidden: FloatArray) -> npt.NDArray[np.intp]:
    curves = hidden.astype(np.float64)
    # A unit that does not move is like no other, and its rounding errors are no curve.
    live = np.flatnonzero(np.isfinite(curves).all(axis=0))
    moves = np.ptp(curves[:, live], axis=0) > STILL * np.abs(curves[:, live]).max(axis=0)
    live = live[moves]
    curves = curves[:, live] - curves[:, live].mean(axis=0)
    curves /= np.linalg.norm(curves, axis=0)
    path = short_path((1 - curves.T @ curves).astype(np.float32))
    return np.concatenate([live[path], np.setdiff1d(np.arange(hidden.shape[1]), live)])


def notepad_shape(units: int) -> tuple[int, int]:
    """Rows and columns of a page with room for `units` cells, as square as can be.

    64 gives 8 x 8. A rectangle without empty cells is taken if it is at most twice as wide
    as high; otherwise the last row stays partly empty.
    """
    for rows in range(math.isqrt(units), 0, -1):
        if units % rows == 0 and units // rows <= 2 * rows:
            return rows, units // rows
    columns = math.isqrt(units - 1) + 1
    return -(-units // columns), columns


def on_notepad(values: FloatArray) -> FloatArray:
    """Lay values ``(H,)`` out on the page, ``(rows, columns)``; empty cells are NaN."""
    rows, columns = notepad_shape(len(values))
    page = np.full(rows * columns, np.nan, np.float32)
    page[: len(values)] = values
    return page.reshape(rows, columns)
