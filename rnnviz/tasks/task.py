"""What every task offers: examples, a loss, baselines, and how a person reads a timestep."""

from __future__ import annotations

from typing import ClassVar, Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from rnnviz.knobs import Settings, Value
from rnnviz.records.preprocessing import Preprocessing
from rnnviz.records.trace import Presentation
from rnnviz.tasks.rules.parts import Parts
from rnnviz.words.phrase import Phrase, Refused

FloatArray = npt.NDArray[np.float32]
IntArray = npt.NDArray[np.int64]

Shape = Literal["many-to-one", "many-to-many", "encoder-decoder"]
Part = Literal["train", "valid", "test"]
Loss = Literal["MSE", "cross-entropy", "binary cross-entropy"]

PAD = 0
"""The token that fills up short sequences. No task gives it a meaning."""


class Split(NamedTuple):
    """Examples of one kind. N examples, T timesteps, padded behind where they are shorter.

    Values are float32, tokens and classes int64. What comes after a sequence's length
    is never read, never asked for and never counted.
    """

    inputs: FloatArray | IntArray
    """values ``(N, T, I)``, or tokens ``(N, T, F)`` with one column for each vocabulary"""
    targets: FloatArray | IntArray
    """many-to-one: values ``(N, O)`` or classes ``(N,)``; else, for each answer, values
    ``(N, U, O)`` or classes ``(N, U)``. U is T, or for an encoder-decoder the length of
    `decoder`"""
    lengths: IntArray | None = None
    """``(N,)``; None: all are T timesteps long"""
    asked: npt.NDArray[np.bool_] | None = None
    """``(N, U)``: the timesteps whose answer counts; None: all within the length"""
    decoder: IntArray | None = None
    """encoder-decoder: the tokens that the decoder reads while it is taught, ``(N, U, F)``"""

    def length(self, example: int) -> int:
        """How many timesteps an example has."""
        return self.inputs.shape[1] if self.lengths is None else int(self.lengths[example])


class Examples(NamedTuple):
    """The examples of a task: those it learns from, those it is judged by while it learns,
    and those that nothing was chosen by."""

    train: Split
    valid: Split
    test: Split | None = None


class Task(Settings, tag_field="name"):
    """A task with its knobs. A subclass is one file, and its tag is its name.

    `network` and `training` are the settings of other knobs that suit it, by field name; `own`
    are those of its own knobs that suit what its other knobs say, such as which series it is.
    """

    title: ClassVar[str]
    summary: ClassVar[str]
    words: ClassVar[tuple[str, ...]] = ()
    """what else a person reads of it, in order to be translated: measures, rules, answers"""
    shape: ClassVar[Shape]
    loss: ClassVar[Loss] = "MSE"
    whole_sequence: ClassVar[bool] = False
    """Whether the sequence is known as a whole when the answer is due, so that a network may
    read it from both ends."""
    stateful: ClassVar[bool] = False
    """Whether an example goes on where the one before it ended, so that the notepad is carried
    over: example n + 1 follows example n in time."""
    writes: ClassVar[bool] = False
    """Whether each answer is the next token, so that the network can go on with a text by
    itself; there is one vocabulary then, and `alphabet` and `tokens_of`."""
    composes: ClassVar[bool] = False
    """Whether each answer is the next input, each value of it on or off, so that the network can
    go on with a roll of notes by itself; there are `lowest_pitch` and `row_names` then."""
    position: ClassVar[str] = "timestep"
    """what `error_by_position` counts along"""
    error: ClassVar[str] = "share wrong"
    """and what it measures there"""
    version: ClassVar[int] = 1
    """Of the way in which its examples are made: raised when the same knobs and the same files
    come to give others."""
    own: ClassVar[dict[str, Value]] = {}
    network: ClassVar[dict[str, Value]] = {}
    training: ClassVar[dict[str, Value]] = {}

    @property
    def input_size(self) -> int:
        """I, how many values are read at each timestep; of no account for tokens."""
        return 1

    @property
    def vocabularies(self) -> tuple[int, ...]:
        """How many different tokens there are, for each of F columns; () for values.
        Token 0 is `PAD`."""
        return ()

    @property
    def output_size(self) -> int:
        """O, how many values an answer has, or how many classes."""
        return 1

    @property
    def alphabet(self) -> list[str]:
        """Where it `writes`: what each class is written as, "" for one that never is."""
        raise NotImplementedError

    def tokens_of(self, text: str) -> IntArray:
        """Where it `writes`: a text as tokens ``(T, 1)``, one at least, whatever is in it."""
        raise NotImplementedError

    @property
    def lowest_pitch(self) -> int:
        """Where it `composes`: the MIDI pitch of the first value; each next one is a semitone
        higher."""
        raise NotImplementedError

    @property
    def row_names(self) -> list[str]:
        """Where it `composes`: what the note of each value is called."""
        raise NotImplementedError

    @property
    def sources(self) -> tuple[str, ...]:
        """The files that its examples are read from, those that ship by their names and a
        person's own by its whole path; () where examples are made. Read from nothing but the
        knobs."""
        return ()

    @property
    def timesteps(self) -> int:
        """T, the length of the longest input sequence (for an encoder-decoder, of both
        together)."""
        raise NotImplementedError

    def idle(self, knob: str) -> bool:
        """Whether one of the task's own knobs has no effect, as others are set. Read from
        nothing but the knobs: the window asks."""
        return False

    @property
    def remark(self) -> Phrase | None:
        """What a person should know about the data as they were read, in one sentence, such
        as that a file was too long; None where there is nothing to say. Raises `DataError`."""
        return None

    def examples(self, seed: int) -> Examples:
        """Make all examples; the same seed gives the same ones. Raises `DataError`."""
        raise NotImplementedError

    def baselines(self, examples: Examples) -> dict[str, float]:
        """What simple rules reach: validation loss by the name of the rule."""
        raise NotImplementedError

    def rules(self, examples: Examples) -> dict[str, dict[str, float]]:
        """How good simple rules are in the units of `metrics`, by the name of the rule: on the
        test examples where there are any, else on the validation examples."""
        return {}

    def parts_of_rules(self, examples: Examples) -> Parts[dict[str, dict[str, float]]]:
        """`rules` in parts: fitting some of them takes a second or two."""
        yield
        return self.rules(examples)

    def metrics(self, outputs: npt.NDArray[np.float32], split: Split) -> dict[str, float]:
        """How good answers are, in the task's own units, by the name of the measure.

        `outputs` are the network's answers to all examples of `split`: ``(N, O)`` where the
        task is many-to-one, else ``(N, U, O)``; classes as logits.
        """
        return {}

    def error_by_position(
        self, outputs: npt.NDArray[np.float32], split: Split
    ) -> npt.NDArray[np.float32] | None:
        """The mean error of the answers along `position`, ``(n,)``; None where only one is
        asked. NaN where none is."""
        return None

    def lag(self, outputs: npt.NDArray[np.float32], split: Split) -> dict[str, int] | None:
        """By how many timesteps answers about a series come late: the shift that maximizes the
        correlation of answers and truth, of the ``network`` and of ``persistence``; None where
        examples do not follow each other in time."""
        return None

    def preprocessing(self, part: Part, example: int, seed: int = 0) -> Preprocessing | None:
        """How one of the `examples` of a seed was made of raw data, to be looked at; None where
        nothing can be said. Raises `DataError`, and `IndexError` where there is no such example.
        """
        return None

    def read(self, split: Split, example: int, output: npt.NDArray[np.float32]) -> Presentation:
        """How the timesteps of one example, and the answers ``(T, O)`` to them, read."""
        raise NotImplementedError


def nth(example: int, count: int, part: Part) -> int:
    """The number of an example that is there; raises `IndexError` for others."""
    if not 0 <= example < count:
        raise IndexError(f"there are {count} {part} examples, none is {example}")
    return example


class DataError(Refused):
    """Data of a task that is missing or damaged."""
