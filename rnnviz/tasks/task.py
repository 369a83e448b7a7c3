"""What every task declares: its knobs, what a person reads of it, and how its data are opened."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from rnnviz.knobs import Settings, Value
from rnnviz.words.phrase import Refused

if TYPE_CHECKING:
    from rnnviz.tasks.dataset import Dataset

Shape = Literal["many-to-one", "many-to-many", "encoder-decoder"]
Loss = Literal["MSE", "cross-entropy", "binary cross-entropy"]


class Task(Settings, tag_field="name"):
    """What there is to learn, as settings: no file is read and nothing is made of them until
    they are opened. A subclass is one file, with the `Dataset` that it opens, and its tag is
    its name.

    `network` and `training` are the settings of other knobs that suit it, by field name; `own`
    are those of its own knobs that suit what its other knobs say, such as which series it is.
    """

    title: ClassVar[str]
    summary: ClassVar[str]
    order: ClassVar[int]
    """where it stands among all tasks: after those with less"""
    words: ClassVar[tuple[str, ...]] = ()
    """what else a person reads of it, in order to be translated: measures, rules, answers, and
    what its sequences are and are made of"""
    shape: ClassVar[Shape]
    loss: ClassVar[Loss] = "MSE"
    embeds: ClassVar[bool] = False
    """Whether tokens are read, which the network learns numbers for, and not values."""
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
    def sources(self) -> tuple[str, ...]:
        """The files that its examples are read from, those that ship by their names and a
        person's own by its whole path; () where examples are made. Read from nothing but the
        knobs."""
        return ()

    def idle(self, knob: str) -> bool:
        """Whether one of the task's own knobs has no effect, as others are set. Read from
        nothing but the knobs: the window asks."""
        return False

    def open(self, seed: int) -> Dataset:
        """Read the files, as they are now, and make the data; the same seed makes the same
        ones. Raises `DataError`."""
        raise NotImplementedError


class DataError(Refused):
    """Data of a task that is missing or damaged."""
