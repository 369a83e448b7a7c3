"""A bag of tokens with logistic regression: what can be said without reading in order."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from rnnviz.tasks.task import IntArray, Split

Doubles = npt.NDArray[np.float64]

DECAY = 0.2
"""How strongly weights are pulled towards 0, half of it times their square: 5 in the way that
scikit-learn counts."""

_NEWTON, _INNER = 30, 40


class Bags(NamedTuple):
    """A sparse matrix of N examples by K features; entry k is at (`rows`, `columns`)."""

    rows: IntArray
    columns: IntArray
    values: Doubles
    shape: tuple[int, int]

    def times(self, weights: Doubles) -> Doubles:
        """X w, ``(N,)``."""
        return _sums(self.rows, self.values * weights[self.columns], self.shape[0])

    def back(self, errors: Doubles) -> Doubles:
        """X^T e, ``(K,)``."""
        return _sums(self.columns, self.values * errors[self.rows], self.shape[1])


def logistic(train: Split, split: Split, run: int) -> Doubles:
    """The probability of class 1 for each example of `split`, ``(N,)``.

    What is in the bag are tokens and runs of up to `run` tokens that are next to each other,
    each once, weighed by ln(N / n) + 1 where n of N training examples have it, and the whole
    brought to length 1. Only what at least two training examples have counts.
    """
    learned, asked = (np.asarray(s.inputs[..., 0], np.int64) for s in (train, split))
    base = int(max(learned.max(), asked.max())) + 1
    rows, grams = _runs(learned, run, base)
    kept, examples = np.unique(grams, return_counts=True)
    kept, examples = kept[examples > 1], examples[examples > 1]
    scale = np.log(len(learned) / examples) + 1
    bags = _bags(rows, grams, kept, scale, len(learned))
    weights, bias = fit(bags, train.targets.astype(float))
    rows, grams = _runs(asked, run, base)
    bags = _bags(rows, grams, kept, scale, len(asked))
    return _sigmoid(bags.times(weights) + bias)


def fit(bags: Bags, classes: Doubles) -> tuple[Doubles, float]:
    """The weights ``(K,)`` and the bias that minimize, over classes ``(N,)`` of 0 and 1,

        sum_n ln(1 + exp(z_n)) - y_n z_n + DECAY / 2 |w|^2,    z = X w + b

    by Newton's method, each step found by conjugate gradients.
    """
    features = bags.shape[1]
    decay = np.append(np.full(features, DECAY), 0.0)
    weights = np.zeros(features + 1)  # the bias is the last

    def answers(w: Doubles) -> Doubles:
        return bags.times(w[:-1]) + w[-1]

    def back(errors: Doubles) -> Doubles:
        return np.append(bags.back(errors), errors.sum())

    def loss(w: Doubles) -> float:
        z = answers(w)
        return float((np.logaddexp(0, z) - classes * z).sum() + (decay * w**2).sum() / 2)

    for _ in range(_NEWTON):
        chance = _sigmoid(answers(weights))
        slope = back(chance - classes) + decay * weights
        size = float(np.sqrt((slope * slope).sum()))
        if size < 1e-5 * len(classes):
            break
        spread = chance * (1 - chance)
        step = np.zeros_like(weights)
        rest = -slope
        way, square = rest, float((rest * rest).sum())
        for _ in range(_INNER):
            curved = back(spread * answers(way)) + decay * way
            far = square / float((way * curved).sum())
            step = step + far * way
            rest = rest - far * curved
            before, square = square, float((rest * rest).sum())
            if square < (0.1 * size) ** 2:
                break
            way = rest + square / before * way
        now = loss(weights)
        while loss(weights + step) > now and np.abs(step).max() > 1e-9:
            step = step / 2
        weights = weights + step
    return weights[:-1], float(weights[-1])


def _runs(tokens: IntArray, run: int, base: int) -> tuple[IntArray, IntArray]:
    """Which example has which runs of tokens ``(N, T)``, each once: rows, and a number for
    each run. A run is read as digits to the base, and no token is 0: shorter ones are apart."""
    found_rows, found = [], []
    for length in range(1, min(run, tokens.shape[1]) + 1):
        starts = tokens.shape[1] - length + 1
        digits = [tokens[:, place : place + starts] for place in range(length)]
        number = np.zeros_like(digits[0])
        for digit in digits:
            number = number * base + digit
        rows, places = np.nonzero(digits[-1])  # padding is behind: the last is the first of it
        found_rows.append(rows)
        found.append(number[rows, places])
    rows, grams = np.concatenate(found_rows), np.concatenate(found)
    order = np.lexsort((grams, rows))
    rows, grams = rows[order], grams[order]
    new = np.append(True, (np.diff(rows) != 0) | (np.diff(grams) != 0))
    return rows[new], grams[new]


def _bags(rows: IntArray, grams: IntArray, kept: IntArray, scale: Doubles, count: int) -> Bags:
    """What each of `count` examples has of the `kept` runs, weighed; every row of length 1."""
    columns = np.minimum(np.searchsorted(kept, grams), max(0, len(kept) - 1))
    known = kept[columns] == grams if len(kept) else np.zeros(len(grams), bool)
    rows, columns = rows[known], columns[known]
    values = scale[columns]
    length = np.sqrt(_sums(rows, values**2, count))
    return Bags(rows, columns, values / length[rows], (count, len(kept)))


def _sums(places: IntArray, values: Doubles, count: int) -> Doubles:
    """The sum of all values at each of `count` places; 0 where there is none."""
    # Where nothing is given, bincount counts in whole numbers.
    return np.bincount(places, values, count).astype(np.float64, copy=False)


def _sigmoid(z: Doubles) -> Doubles:
    return 0.5 * (1 + np.tanh(z / 2))
