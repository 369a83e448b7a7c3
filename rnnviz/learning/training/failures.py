"""What ends a run before its time: how it is told, and how it is noticed."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterator
from typing import Literal

import numpy as np
import torch

from rnnviz.tasks import Dataset

DIVERGED = 1e6
"""How many times the loss of always answering 0 a loss may be before the run is stopped.

tanh keeps hidden states within 1, so a rate that is far too large never gives an infinite
loss, it gives a huge one that never comes back. Adam's first step moves every weight by
about the learning rate, so an answer is at most H times it, and the loss its square:
2.6e5 for the largest sliders (rate 1, H = 512), which may be watched, and 4e9 at rate 1e3
and H = 64, where every weight is +-1000 after one step and nothing is left to learn with.
"""


class TrainingFailed(Exception):
    """A run that cannot go on; the weights are back at the last good ones.

    `step` counts from 0. Kinds: ``not_finite`` (loss or gradient NaN or infinite),
    ``diverged`` (a loss beyond `DIVERGED` times that of a constant answer, 0),
    ``out_of_memory``.
    """

    def __init__(self, kind: Literal["not_finite", "diverged", "out_of_memory"], step: int) -> None:
        super().__init__(f"{kind} at step {step}")
        self.kind = kind
        self.step = step


def of_constant_answer(dataset: Dataset) -> float:
    """The loss of always answering 0, or of giving every class the same chance."""
    loss, outputs = dataset.task.loss, dataset.output_size
    if loss == "MSE":
        return max(float(np.square(dataset.examples.train.targets).mean()), 1e-6)
    if loss == "cross-entropy":
        return math.log(max(2, outputs))
    return outputs * math.log(2)


@contextlib.contextmanager
def running_out_of_memory(step: int) -> Iterator[None]:
    """Turn what PyTorch and Python say when memory is full into `TrainingFailed`."""
    try:
        yield
    except (MemoryError, RuntimeError) as error:
        # A full GPU has a class of its own, full main memory only this sentence.
        full = isinstance(error, MemoryError | torch.OutOfMemoryError)
        if full or "allocate memory" in str(error):
            raise TrainingFailed("out_of_memory", step) from error
        raise
