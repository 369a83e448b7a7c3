"""What a task is opened as: the data of one run, and all that can be said of them."""

from __future__ import annotations

from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from rnnviz.records.preprocessing import Preprocessing
from rnnviz.records.trace import Presentation
from rnnviz.tasks.data.fingerprint import fingerprint
from rnnviz.tasks.examples import Examples, IntArray, Part, Split
from rnnviz.tasks.rules.parts import Parts
from rnnviz.tasks.task import Shape, Task
from rnnviz.words.phrase import Phrase


class Sizes(NamedTuple):
    """All that a network has to know of the data that it is for."""

    shape: Shape
    inputs: int
    """I, how many values are read at each timestep; of no account for tokens"""
    vocabularies: tuple[int, ...]
    """how many different tokens there are, for each of F columns; () for values"""
    outputs: int
    """O, how many values an answer has, or how many classes"""
    timesteps: int
    """T, the length of the longest input sequence (for an encoder-decoder, of both together)"""


class Dataset:
    """The data of a run, as they were when its task was opened.

    A subclass stands in the file of its task. The engine opens one for each run and hands it
    around: what changes in a file afterwards is for the next run. Sizes are counted in the data
    while it is opened; examples are made when they are first asked for.

    Attributes: `task` and `seed` (what it was opened with) and `fingerprint` (which data these
    are, taken before any was read, so that a file that changes meanwhile counts as changed).
    """

    input_size: int = 1
    """I, how many values are read at each timestep; of no account for tokens"""
    vocabularies: tuple[int, ...] = ()
    """How many different tokens there are, for each of F columns; () for values. Token 0 is
    `PAD`."""
    output_size: int = 1
    """O, how many values an answer has, or how many classes"""
    timesteps: int
    """T, the length of the longest input sequence (for an encoder-decoder, of both together)"""
    remark: Phrase | None = None
    """what a person should know about the data as they were read, in one sentence, such as that
    a file was too long; None where there is nothing to say"""
    alphabet: list[str]
    """where the task `writes`: what each class is written as, "" for one that never is"""
    lowest_pitch: int = 0
    """where it `composes`: the MIDI pitch of the first value; each next one is a semitone higher"""
    row_names: tuple[str, ...] = ()
    """where it `composes`: what the note of each value is called"""

    def __init__(self, task: Task, seed: int) -> None:
        self.task = task
        self.seed = seed
        self.fingerprint = fingerprint(task)

    @property
    def sizes(self) -> Sizes:
        """What a network for these data has to fit."""
        return Sizes(
            self.task.shape, self.input_size, self.vocabularies, self.output_size, self.timesteps
        )

    @cached_property
    def examples(self) -> Examples:
        """All examples; made when they are first asked for, and the same ones for a seed."""
        raise NotImplementedError

    def tokens_of(self, text: str) -> IntArray:
        """Where the task `writes`: a text as tokens ``(T, 1)``, one at least, whatever is in
        it."""
        raise NotImplementedError

    def baselines(self) -> dict[str, float]:
        """What simple rules reach: validation loss by the name of the rule."""
        raise NotImplementedError

    def rules(self) -> dict[str, dict[str, float]]:
        """How good simple rules are in the units of `metrics`, by the name of the rule: on the
        test examples where there are any, else on the validation examples."""
        return {}

    def parts_of_rules(self) -> Parts[dict[str, dict[str, float]]]:
        """`rules` in parts: fitting some of them takes a second or two."""
        yield
        return self.rules()

    def metrics(self, outputs: npt.NDArray[np.float32], split: Split) -> dict[str, float]:
        """How good answers are, in the task's own units, by the name of the measure.

        `outputs` are the network's answers to all examples of `split`: ``(N, O)`` where the
        task is many-to-one, else ``(N, U, O)``; classes as logits.
        """
        return {}

    def error_by_position(
        self, outputs: npt.NDArray[np.float32], split: Split
    ) -> npt.NDArray[np.float32] | None:
        """The mean error of the answers along `Task.position`, ``(n,)``; None where only one is
        asked. NaN where none is."""
        return None

    def lag(self, outputs: npt.NDArray[np.float32], split: Split) -> dict[str, int] | None:
        """By how many timesteps answers about a series come late: the shift that maximizes the
        correlation of answers and truth, of the ``network`` and of ``persistence``; None where
        examples do not follow each other in time."""
        return None

    def preprocessing(self, part: Part, example: int) -> Preprocessing | None:
        """How one of the `examples` was made of raw data, to be looked at; None where nothing
        can be said. Raises `IndexError` where there is no such example."""
        return None

    def read(self, split: Split, example: int, output: npt.NDArray[np.float32]) -> Presentation:
        """How the timesteps of one example, and the answers ``(T, O)`` to them, read."""
        raise NotImplementedError
