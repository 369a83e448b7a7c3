"""Simple rules that a network has to beat, fitted on the training examples alone."""

from __future__ import annotations

import numpy as np

from rnnviz.tasks.examples import Examples, Split


def mean(examples: Examples) -> float:
    """Validation MSE of always answering the mean training target."""
    return _mse(examples.train.targets.astype(float).mean(axis=0), examples.valid)


def persistence(examples: Examples) -> float:
    """Validation MSE of answering the last value that was read."""
    return _mse(examples.valid.inputs[:, -1, :].astype(float), examples.valid)


ORDER = 64
"""How many of the last timesteps the linear rule reads at most: it bounds the time to fit it."""


def linear_autoregression(examples: Examples) -> float:
    """Validation MSE of the best linear rule over the last `ORDER` points, by least squares.

    A clean sine obeys x[t+1] = 2 cos(w) x[t] - x[t-1], so this rule solves it exactly,
    up to the rounding of float32 inputs.
    """
    return _mse(linear_answers(examples.train, examples.valid), examples.valid)


def linear_answers(train: Split, split: Split) -> np.ndarray:
    """What that rule, fitted on `train`, answers to the examples of `split`, ``(N, O)``."""
    rule = np.linalg.lstsq(_design(train), train.targets, rcond=1e-10)[0]
    return _design(split) @ rule


def _design(split: Split) -> np.ndarray:
    recent = split.inputs[:, -ORDER:].astype(float)  # (N, <= ORDER, I)
    flat = recent.reshape(len(recent), -1)
    return np.hstack([flat, np.ones((len(flat), 1))])


def _mse(answer: np.ndarray, split: Split) -> float:
    return float(np.mean((answer - split.targets) ** 2))
