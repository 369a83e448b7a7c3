"""The shapes of a wave, as functions of the angle; each has period 2 pi and height 1."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

Angles = npt.NDArray[np.float64]


def square(angle: Angles) -> Angles:
    """1 in the first half of a period, -1 in the second."""
    return np.where(_share(angle) < 0.5, 1.0, -1.0)


def saw(angle: Angles) -> Angles:
    """From -1 to 1 along a period, and back at once."""
    return 2 * _share(angle) - 1


def triangle(angle: Angles) -> Angles:
    """Straight from 0 up to 1, down to -1 and up to 0: zeros and peaks where the sine's are."""
    return 1 - 4 * np.abs(_share(angle + np.pi / 2) - 0.5)


def _share(angle: Angles) -> Angles:
    """How much of its period is over, in [0, 1)."""
    share = angle / (2 * np.pi)
    return share - np.floor(share)


SHAPES: dict[str, Callable[[Angles], Angles]] = {
    "sine": np.sin,
    "square": square,
    "saw": saw,
    "triangle": triangle,
}
