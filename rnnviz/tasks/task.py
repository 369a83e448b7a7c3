"""What every task offers: examples, a loss, baselines, and how a person reads a timestep."""

from __future__ import annotations

from typing import ClassVar, NamedTuple

import numpy as np
import numpy.typing as npt

from rnnviz.knobs import Settings

FloatArray = npt.NDArray[np.float32]


class Split(NamedTuple):
    """Examples of one kind: inputs ``(N, T, I)`` and targets ``(N, O)``, float32."""

    inputs: FloatArray
    targets: FloatArray


class Examples(NamedTuple):
    """The examples of a task: those it learns from and those it is judged by."""

    train: Split
    valid: Split


class Task(Settings, tag_field="name"):
    """A task with its knobs. A subclass is one file, and its tag is its name."""

    title: ClassVar[str]
    summary: ClassVar[str]
    shape: ClassVar[str]
    loss: ClassVar[str] = "MSE"
    input_size: ClassVar[int] = 1
    output_size: ClassVar[int] = 1
    value_label: ClassVar[str]
    """What the vertical axis of the sequence shows, with its unit."""

    @property
    def timesteps(self) -> int:
        """T, the length of every input sequence."""
        raise NotImplementedError

    @property
    def horizon(self) -> int:
        """How many timesteps after the last one read the answer lies."""
        raise NotImplementedError

    def examples(self, seed: int) -> Examples:
        """Make all examples; the same seed gives the same ones."""
        raise NotImplementedError

    def baselines(self, examples: Examples) -> dict[str, float]:
        """What simple rules reach: validation loss by the name of the rule."""
        raise NotImplementedError
