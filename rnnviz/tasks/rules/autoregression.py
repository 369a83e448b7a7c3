"""Linear rules about a series: its last values, and where in the season it is."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

LAGS = (1, 2, 3, 4, 6, 9, 12, 13, 18, 24, 25, 36, 48)
HARMONICS = (1, 2, 3)
"""What is tried: how many of the last values, and how many waves that fit into a season."""

ENDS = 3
"""How many stretches in a row a rule is chosen by, each as long as the validation part; the last
one is that. One alone would be too short: some rules are equally good on it."""

FEWEST = 8
"""Timesteps that there must be at least before the first of these stretches."""

Values = npt.NDArray[np.float64]


class Form(NamedTuple):
    """``x[t] = b + Σ_k a_k x[t - h - k] + Σ_j c_j sin(2π j t / S) + d_j cos(2π j t / S)`` with
    `lags` values x from h timesteps before on, and `harmonics` waves j."""

    lags: int
    harmonics: int
    horizon: int
    season: float

    def design(self, series: Values, asked: npt.NDArray[np.intp]) -> Values:
        """What a rule of this form weighs, ``(n, columns)``, for the timesteps that are asked."""
        angles = 2 * np.pi * np.outer(asked, 1 + np.arange(self.harmonics)) / self.season
        recent = series[(asked - self.horizon)[:, None] - np.arange(self.lags)]
        return np.hstack([recent, np.sin(angles), np.cos(angles), np.ones((len(asked), 1))])

    def answers(self, series: Values, end: int, asked: npt.NDArray[np.intp]) -> Values:
        """What the rule that is best before `end`, by least squares, says of others, ``(n,)``."""
        before = np.arange(self.lags + self.horizon - 1, end)
        known = self.design(series, before)
        # The normal equations: for so few columns they are as good as exact, and much quicker.
        rule = np.linalg.lstsq(known.T @ known, known.T @ series[before], rcond=1e-12)[0]
        found: Values = self.design(series, asked) @ rule
        return found

    def fits(self, end: int) -> bool:
        """Whether there are as many examples before `end` as numbers to be found."""
        return end - self.lags - self.horizon + 1 >= self.lags + 2 * self.harmonics + 1


def linear(
    series: Values, train_end: int, valid_end: int, horizon: int, season: float
) -> dict[str, Form]:
    """The best rules on the last values, and on these with the season, by the name of each.

    Which is best is told by the validation part and as much before it, rules being fitted to
    what lies before each stretch. A `season` is S timesteps, of which a wave needs two.
    """
    held = valid_end - train_end
    ends = [train_end - held * k for k in range(ENDS)]
    ends = [end for end in ends if end >= FEWEST + horizon]

    def error(form: Form) -> float:
        asked = [np.arange(end, end + held) for end in ends]
        return sum(
            float(np.mean((form.answers(series, end, part) - series[part]) ** 2))
            for end, part in zip(ends, asked, strict=True)
        )

    def best(harmonics: tuple[int, ...]) -> Form | None:
        forms = [Form(lags, count, horizon, season) for count in harmonics for lags in LAGS]
        return min((form for form in forms if form.fits(ends[-1])), key=error, default=None)

    waves = tuple(count for count in HARMONICS if 2 * count < season)
    found = {"linear autoregression": best((0,)), "autoregression with the season": best(waves)}
    return {rule: form for rule, form in found.items() if form is not None}
