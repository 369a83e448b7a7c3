"""A bag of tokens with logistic regression: what can be said without reading in order."""

from __future__ import annotations

import numpy as np

from rnnviz.tasks.examples import IntArray, Split
from rnnviz.tasks.rules import logistic
from rnnviz.tasks.rules.logistic import Doubles, Sparse

DECAY = 0.2
"""How strongly weights are pulled towards 0, half of it times their square: 5 in the way that
scikit-learn counts."""


def chances(train: Split, split: Split, run: int) -> Doubles:
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
    classes = train.targets.astype(float)
    fitted = logistic.fit(bags, classes[None], np.ones(len(classes)), DECAY)
    rows, grams = _runs(asked, run, base)
    bags = _bags(rows, grams, kept, scale, len(asked))
    return fitted.chances(bags)[0]


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


def _bags(rows: IntArray, grams: IntArray, kept: IntArray, scale: Doubles, count: int) -> Sparse:
    """What each of `count` examples has of the `kept` runs, weighed; every row of length 1."""
    columns = np.minimum(np.searchsorted(kept, grams), max(0, len(kept) - 1))
    known = kept[columns] == grams if len(kept) else np.zeros(len(grams), bool)
    rows, columns = rows[known], columns[known]
    values = scale[columns]
    length = np.sqrt(logistic.sums(rows, values**2, count))
    return Sparse(rows, columns, values / length[rows], (count, len(kept)))
