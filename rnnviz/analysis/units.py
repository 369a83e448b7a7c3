"""The order in which hidden units are shown, and how many fit in a row of the notepad."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
import numpy.typing as npt

from rnnviz.analysis.finite import without_gaps

FloatArray = npt.NDArray[np.float32]
Order = Literal["index", "similarity", "peak"]


def unit_order(hidden: FloatArray, order: Order) -> npt.NDArray[np.intp]:
    """Which unit stands in each row, ``(H,)``, for the hidden states ``(T, H)`` of one layer.

    `index` leaves them as they are, `peak` sorts by the timestep at which a unit is
    furthest from 0, `similarity` puts units whose curves are alike next to each other.
    """
    hidden = without_gaps(hidden)
    if order == "peak":
        return np.argsort(np.abs(hidden).argmax(axis=0), kind="stable")
    if order == "similarity":
        return _by_similarity(hidden)
    return np.arange(hidden.shape[1])


def _by_similarity(hidden: FloatArray) -> npt.NDArray[np.intp]:
    # Spectral seriation (Atkins, Boman, Hendrickson 1998): sorting by the Fiedler vector of
    # the similarity graph puts alike next to alike. Correlation of curves, made positive.
    curves = hidden - hidden.mean(axis=0)
    curves /= np.maximum(np.linalg.norm(curves, axis=0), 1e-12)
    alike = (curves.T @ curves + 1.0) / 2  # (H, H)
    laplacian = np.diag(alike.sum(axis=1)) - alike
    fiedler = np.linalg.eigh(laplacian)[1][:, min(1, len(alike) - 1)]
    # An eigenvector has no sign: let the first unit decide, so that the order is always the same.
    return np.argsort(fiedler if fiedler[0] <= fiedler[-1] else -fiedler, kind="stable")


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
