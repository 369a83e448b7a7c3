"""The lag of a forecast: by how many timesteps it comes late."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt


def best_shift(answers: npt.NDArray[Any], truth: npt.NDArray[Any], horizon: int) -> int | None:
    """The shift s that maximizes the correlation of ``answers[t]`` and ``truth[t - s]``.

    A forecast that only repeats the last value it read has shift `horizon`, a good one 0.
    Shifts of up to twice the horizon and 4 more are tried both ways, the smallest first,
    as long as half of the points overlap. None where fewer shifts than the horizon can be
    tried, or where nothing varies.
    """
    reach = min(2 * horizon + 4, len(truth) // 2)
    if reach < horizon:
        return None
    best, found = -np.inf, None
    for shift in sorted(range(-reach, reach + 1), key=abs):
        later = answers[max(0, shift) : len(answers) + min(0, shift)]
        earlier = truth[max(0, -shift) : len(truth) - max(0, shift)]
        correlation = _correlation(later, earlier)
        if correlation > best + 1e-12:
            best, found = correlation, shift
    return found


def _correlation(one: npt.NDArray[Any], other: npt.NDArray[Any]) -> float:
    """Pearson's; -inf where one of them does not vary."""
    one, other = one - one.mean(), other - other.mean()
    spread = float(np.sqrt((one @ one) * (other @ other)))
    return float(one @ other) / spread if spread > 0 else -np.inf
