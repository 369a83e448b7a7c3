"""Scaling: turning values into numbers that suit a network, and back."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from rnnviz.words.number_format import short

Kind = Literal["none", "standard", "min-max", "log"]

FITTED_TO: dict[Kind, str] = {
    "none": "",
    "standard": "mean ± spread",
    "min-max": "lowest to highest",
    "log": "mean ± spread of the logarithm",
}
"""What of the values each kind is fitted to."""

HIGHEST_POWER = 80.0
"""Powers of e that are taken back at most: a network that has learnt nothing may answer with
a number that would overflow."""


class Scaling(NamedTuple):
    """``scaled = (value - shift) / spread``, with ln(1 + value) for the value where `logs`."""

    shift: float = 0.0
    spread: float = 1.0
    logs: bool = False

    def apply(self, values: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
        """Scale values of any shape."""
        values = values.astype(float)
        return ((np.log1p(values) if self.logs else values) - self.shift) / self.spread

    def undo(self, scaled: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
        """The values that were scaled."""
        values = scaled.astype(float) * self.spread + self.shift
        return np.expm1(np.minimum(values, HIGHEST_POWER)) if self.logs else values

    def fitted(self, kind: Kind) -> tuple[float, float] | None:
        """The two values of `FITTED_TO` that this was fitted to, the lower one first."""
        if kind == "none":
            return None
        low, high = self.undo(np.array([0.0 if kind == "min-max" else -1.0, 1.0]))
        return float(low), float(high)

    @property
    def formula(self) -> str:
        """The rule as a person writes it down."""
        value = "ln(1 + x)" if self.logs else "x"
        if (self.shift, self.spread) == (0.0, 1.0):
            return value
        sign = "−" if self.shift >= 0 else "+"
        return f"({value} {sign} {short(abs(self.shift))}) / {short(self.spread)}"


def fit(kind: Kind, values: npt.NDArray[np.float64]) -> Scaling:
    """The scaling that suits `values`, which must be those of the training part alone.

    ``standard``: mean 0 and standard deviation 1. ``min-max``: from 0 to 1. ``log``: the
    logarithm, then standard, so that a step up means as many percent everywhere; 1 is added
    because a month may have no sunspots at all. Values that are all the same are only shifted.
    """
    if kind == "none":
        return Scaling()
    logs = kind == "log"
    if logs:
        values = np.log1p(values)
    if kind == "min-max":
        shift, spread = float(values.min()), float(np.ptp(values))
    else:
        shift, spread = float(values.mean()), float(values.std())
    return Scaling(shift, spread or 1.0, logs)
