"""The examples of a task: what is read, what is asked, and what they are kept for."""

from __future__ import annotations

from typing import Literal, NamedTuple, Protocol, TypeVar

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float32]
IntArray = npt.NDArray[np.int64]

Part = Literal["train", "valid", "test"]
PARTS: tuple[Part, ...] = ("train", "valid", "test")

PAD = 0
"""The token that fills up short sequences. No task gives it a meaning."""

Item = TypeVar("Item", covariant=True)


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

    def only(self, example: int) -> Split:
        """One of the examples alone."""
        row = slice(example, example + 1)
        return Split(
            self.inputs[row],
            self.targets[row],
            None if self.lengths is None else self.lengths[row],
            None if self.asked is None else self.asked[row],
            None if self.decoder is None else self.decoder[row],
        )

    def length(self, example: int) -> int:
        """How many timesteps an example has."""
        return self.inputs.shape[1] if self.lengths is None else int(self.lengths[example])


class Examples(NamedTuple):
    """The examples of a task: those it learns from, those it is judged by while it learns,
    and those that nothing was chosen by."""

    train: Split
    valid: Split
    test: Split | None = None

    @property
    def final(self) -> Split:
        """Those that a finished network is judged by: the test examples, where there are any."""
        return self.valid if self.test is None else self.test


def apart(rows: IntArray, held: int) -> dict[Part, IntArray]:
    """Rows in their order, the last `held` for the test and as many before them to judge by."""
    cut = np.split(rows, [len(rows) - 2 * held, len(rows) - held])
    return dict(zip(PARTS, cut, strict=True))


class Rows(Protocol[Item]):
    """A list or an array."""

    def __len__(self) -> int: ...

    def __getitem__(self, row: int, /) -> Item: ...


def pick(items: Rows[Item], part: Part, example: int) -> Item:
    """The example of a part with this number; raises `IndexError` where there is none."""
    return items[nth(example, len(items), part)]


def nth(example: int, count: int, part: Part) -> int:
    """The number of an example that is there; raises `IndexError` for others."""
    if not 0 <= example < count:
        raise IndexError(f"there are {count} {part} examples, none is {example}")
    return example
