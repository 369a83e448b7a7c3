"""How good answers are: what several tasks measure in the same way."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from rnnviz.tasks.examples import FloatArray, Split


def counted(split: Split) -> npt.NDArray[np.bool_]:
    """Which answers of a many-to-many split count, ``(N, U)``."""
    if split.asked is not None:
        return split.asked
    answers = split.targets.shape[1]
    if split.lengths is None or split.decoder is not None:  # these lengths are the encoder's
        return np.ones((len(split.inputs), answers), bool)
    return np.arange(answers) < split.lengths[:, None]


def accuracy(outputs: FloatArray, split: Split) -> float:
    """The share of classes that are right, among the answers that count."""
    right = outputs.argmax(axis=-1) == split.targets
    return float(right.mean() if right.ndim == 1 else right[counted(split)].mean())


def errors_by_position(outputs: FloatArray, split: Split) -> FloatArray:
    """The share of wrong classes at each position, ``(U,)``; NaN where none is asked."""
    asked = counted(split)
    wrong = (outputs.argmax(axis=-1) != split.targets) & asked
    with np.errstate(invalid="ignore"):
        return (wrong.sum(axis=0) / asked.sum(axis=0)).astype(np.float32)


def probabilities(logits: FloatArray) -> FloatArray:
    """Softmax along the last axis."""
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def likeliest(
    logits: FloatArray, names: list[str], count: int = 5
) -> list[list[tuple[str, float]]]:
    """For each answer ``(T, O)`` the likeliest classes by name, with their probabilities."""
    shares = probabilities(logits)
    places = np.argsort(-shares, axis=1)[:, :count]
    return [
        [(names[place], float(row[place])) for place in best]
        for row, best in zip(shares, places, strict=True)
    ]


def cross_entropy(probability: FloatArray) -> float:
    """The mean of -ln of the probability that was given to what was right."""
    return float(-np.log(np.maximum(probability, 1e-12)).mean())
