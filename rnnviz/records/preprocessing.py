"""How an example was made of raw data, as records: its task says so, a panel shows it."""

from __future__ import annotations

import msgspec
import numpy as np
import numpy.typing as npt

from rnnviz.records.arrays import FloatArray
from rnnviz.words.phrase import Phrase


class PreparedSeries(msgspec.Struct, frozen=True, kw_only=True, eq=False, tag=True):
    """How one example of a series was made of raw data, step by step.

    R points are in the file. M timesteps are made of them (`every` points each). They are
    scaled by what the training part alone is like. A window of them is the example's input,
    and `target` the timestep that it is asked about. The target belongs to the part (training,
    validation, test) that the example does; the window may begin in the part before.
    """

    value_label: str
    """what the raw values are, with their unit"""
    raw: FloatArray
    """``(R,)``, as in the file"""
    labels: list[str]
    """what stands beside each raw point in the file, such as its month: R of them"""
    every: int
    """timestep m was made of the raw points ``every * m`` to ``every * (m + 1) - 1``"""
    values: FloatArray
    """``(M,)`` in the same unit"""
    scaled: FloatArray
    """``(M,)``, what a network reads"""
    scaling: str
    """the rule from values to scaled values, as a formula with its numbers"""
    fitted: tuple[float, float] | None
    """what the scaling was fitted to, in the unit of the values: `fitted_name` of the training
    part, the lower and the higher of two values; None where nothing is fitted"""
    fitted_name: str
    train_end: int
    """timesteps before this one are the training part, to which the scaling was fitted"""
    valid_end: int
    """timesteps from `train_end` to before this one are the validation part, the rest the test"""
    start: int
    """the window begins at this timestep"""
    stop: int
    """and ends before this one"""
    target: int
    """the timestep that is asked about"""
    asked: float
    """what is asked for, scaled: the value there, or the change since the window's last"""
    change: bool
    """whether the change is asked for, and not the value"""


class Column(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """One of the numbers that each piece of a text is read as; n pieces are read."""

    name: str
    """what is numbered, such as the word itself or its ending"""
    pieces: list[str]
    """n: what has that number in the vocabulary"""
    numbers: list[int]
    """n: what a network reads"""
    size: int
    """how many numbers the vocabulary has, the padding's 0 among them"""
    unknown: int | None = None
    """the number of all that have none of their own; None where there is no such"""


class Stretch(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """A sequence from raw data to what stands in the tensor: n timesteps, and then padding."""

    role: str
    """what it is for, such as what the encoder reads"""
    raw: list[str]
    """what each timestep was made of; where it is a text these are its cuts, which put together
    are the text as it stands in the file. The last may be more than n: asked for, but not read,
    or cut off"""
    cut_off: int = 0
    """how many of `raw`, at the end, were left out because the sequence was too long"""
    columns: list[Column] = []
    """F of them, for tokens"""
    roll: npt.NDArray[np.bool_] | None = None
    """``(n, I)``, where timesteps are rows of zeros and ones: which are ones"""
    padded: int
    """how many timesteps the tensor has"""

    @property
    def length(self) -> int:
        """How many timesteps are read: n."""
        if self.roll is not None:
            return len(self.roll)
        return len(self.columns[0].numbers) if self.columns else len(self.raw)

    @property
    def padding(self) -> int:
        """How many timesteps of the tensor are neither read nor counted."""
        return self.padded - self.length


class PreparedSequence(msgspec.Struct, frozen=True, kw_only=True, eq=False, tag=True):
    """How one example was made of a text, of symbols or of chords."""

    stretches: list[Stretch]
    """one, or where a decoder is taught two: what is read, and what it is taught with"""
    fitted: Phrase
    """what the numbers of the tokens follow from: what was counted, or known beforehand"""
    lengths: npt.NDArray[np.int64] | None = None
    """``(N,)``: how long the sequences of the training part are; None: all are as long as the
    tensor, and nothing is padded"""


class DrawnByLot(msgspec.Struct, frozen=True, kw_only=True, eq=False, tag=True):
    """There is no raw data: the example was drawn, and is read as it is."""

    how: list[Phrase]
    """a few sentences"""


Preprocessing = PreparedSeries | PreparedSequence | DrawnByLot
