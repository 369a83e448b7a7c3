"""Logistic regression: what a weighted sum of features can say, each yes or no by itself."""

from __future__ import annotations

from typing import Any, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from rnnviz.tasks.examples import IntArray

Doubles = npt.NDArray[np.float64]

EXACT = 1e-5
"""Where Newton's method ends: the slope's length, as a share of what it was at the start."""

_NEWTON, _INNER, _HALVINGS = 60, 200, 40
_TINY = 1e-300


class Features(Protocol):
    """A matrix X of N examples by K features, for O questions at once."""

    @property
    def shape(self) -> tuple[int, int]:
        """N and K."""

    def times(self, weights: Doubles) -> Doubles:
        """X w for each question, ``(O, K)`` to ``(O, N)``."""

    def back(self, errors: Doubles) -> Doubles:
        """X^T e for each question, ``(O, N)`` to ``(O, K)``."""


class Sparse(NamedTuple):
    """Features of which an example has few; entry k is at (`rows`, `columns`)."""

    rows: IntArray
    columns: IntArray
    values: Doubles
    shape: tuple[int, int]

    def times(self, weights: Doubles) -> Doubles:
        return self._sums(self.rows, self.columns, weights, self.shape[0])

    def back(self, errors: Doubles) -> Doubles:
        return self._sums(self.columns, self.rows, errors, self.shape[1])

    def _sums(self, to: IntArray, of: IntArray, table: Doubles, count: int) -> Doubles:
        return np.stack([sums(to, self.values * row[of], count) for row in table])


class Dense(NamedTuple):
    """Features as the table ``(N, K)`` that they are."""

    values: Doubles

    @property
    def shape(self) -> tuple[int, int]:
        return self.values.shape[0], self.values.shape[1]

    def times(self, weights: Doubles) -> Doubles:
        return weights @ self.values.T

    def back(self, errors: Doubles) -> Doubles:
        return errors @ self.values


class Logistic(NamedTuple):
    """The weights ``(O, K)`` and the biases ``(O,)`` of O questions."""

    weights: Doubles
    biases: Doubles

    def chances(self, features: Features) -> Doubles:
        """The chance of yes, for each question and example, ``(O, N)``."""
        return sigmoid(features.times(self.weights) + self.biases[:, None])


def fit(features: Features, yes: Doubles, asked: Doubles, decay: float) -> Logistic:
    """For each question the weights and the bias that minimize, over all examples,

        sum_n asked_n ln(1 + exp(z_n)) - yes_n z_n + decay / 2 |w|^2,    z = X w + b

    where example n was asked `asked` ``(N,)`` times and `yes` ``(O, N)`` times the answer was
    yes. By Newton's method; each step is found by conjugate gradients, the more exactly the
    nearer the end is.
    """
    weights = np.zeros((len(yes), features.shape[1] + 1))  # the bias is the last
    pull = np.append(np.full(features.shape[1], decay), 0.0)
    left, first = np.arange(len(yes)), np.zeros(len(yes))  # the questions that are not solved
    for _ in range(_NEWTON):
        z = _answers(features, weights[left])
        chance = sigmoid(z)
        slope = _back(features, asked * chance - yes[left]) + pull * weights[left]
        size = _length(slope)
        first[left] = np.maximum(first[left], size)
        far = size > EXACT * first[left]
        if not far.any():
            break
        left, size = left[far], size[far]
        z, chance, slope = z[far], chance[far], slope[far]
        exact = np.minimum(0.1, np.sqrt(size / first[left])) * size
        step = _newton_step(features, asked * chance * (1 - chance), pull, slope, exact)
        weights[left] += step * _share(features, step, weights[left], z, yes[left], asked, pull)
    return Logistic(weights[:, :-1], weights[:, -1])


def _newton_step(
    features: Features, curve: Doubles, pull: Doubles, slope: Doubles, exact: Doubles
) -> Doubles:
    """Solve H s = -slope for each question, until what is left is shorter than `exact`."""
    step, rest = np.zeros_like(slope), -slope
    way, square = rest, _square(rest)
    for _ in range(_INNER):
        curved = _back(features, curve * _answers(features, way)) + pull * way
        # A question that is solved to the last digit has no way left, and stays.
        far = square / np.maximum((way * curved).sum(axis=1, keepdims=True), _TINY)
        step += far * way
        rest = rest - far * curved
        if (_length(rest) <= exact).all():
            break
        before, square = square, _square(rest)
        way = rest + square / np.maximum(before, _TINY) * way
    return step


def _share(
    features: Features,
    step: Doubles,
    weights: Doubles,
    z: Doubles,
    yes: Doubles,
    asked: Doubles,
    pull: Doubles,
) -> Doubles:
    """How much of each step is taken so that no loss grows, ``(O, 1)``."""
    along = _answers(features, step)

    def losses(share: Doubles) -> Doubles:
        found = z + share * along
        moved = weights + share * step
        cost = asked * np.logaddexp(0, found) - yes * found
        return cost.sum(axis=1) + (pull * moved**2).sum(axis=1) / 2

    share = np.ones((len(step), 1))
    now = losses(np.zeros_like(share))
    for _ in range(_HALVINGS):
        worse = losses(share) > now + 1e-12 * np.abs(now)
        if not worse.any():
            break
        share[worse] /= 2
    return share


def _answers(features: Features, weights: Doubles) -> Doubles:
    return features.times(weights[:, :-1]) + weights[:, -1:]


def _back(features: Features, errors: Doubles) -> Doubles:
    return np.hstack([features.back(errors), errors.sum(axis=1, keepdims=True)])


def _square(rows: Doubles) -> Doubles:
    return np.square(rows).sum(axis=1, keepdims=True)


def _length(rows: Doubles) -> Doubles:
    return np.sqrt(_square(rows)[:, 0])


def sums(places: IntArray, values: npt.NDArray[Any], count: int) -> Doubles:
    """The sum of all values at each of `count` places; 0 where there is none."""
    # Where nothing is given, bincount counts in whole numbers.
    return np.bincount(places, values, count).astype(np.float64, copy=False)


def sigmoid(z: Doubles) -> Doubles:
    """1 / (1 + exp(-z)), without an overflow."""
    return 0.5 * (1 + np.tanh(z / 2))
