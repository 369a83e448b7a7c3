"""The numbers among values that a network which blew up may have left: NaN and infinities."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


def extent(values: npt.NDArray[np.floating]) -> tuple[float, float]:
    """The least and the greatest finite value of an array of any shape; 0 and 0 of none."""
    found = values[np.isfinite(values)]
    return (float(found.min()), float(found.max())) if found.size else (0.0, 0.0)


def without_gaps(values: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """The values with 0 for all that is not finite."""
    return np.nan_to_num(values, nan=0.0, posinf=0.0, neginf=0.0)
