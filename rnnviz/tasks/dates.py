"""Read a date as people write it, write it as ISO 8601 has it."""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Callable
from functools import cached_property
from typing import Annotated, ClassVar, Literal, NamedTuple

import numpy as np

from rnnviz.knobs import Knob, Value
from rnnviz.records.preprocessing import Column, PreparedSequence, Stretch
from rnnviz.records.trace import Presentation
from rnnviz.tasks.dataset import Dataset
from rnnviz.tasks.examples import (
    PAD,
    PARTS,
    Examples,
    FloatArray,
    IntArray,
    Part,
    Split,
    pick,
)
from rnnviz.tasks.rules import measures
from rnnviz.tasks.task import Loss, Shape, Task
from rnnviz.words.phrase import Phrase

FIRST, END = datetime.date(1950, 1, 1), datetime.date(2050, 1, 1)
"""The days that are drawn from, up to the last of 2049: two digits of a year are enough."""

START = 1
"""What the decoder reads first. It is never an answer."""

ANSWERS = ["·", "→", *"0123456789-"]
"""How each class of an answer is shown, and each token that the decoder reads: the first two
are the padding and `START`, which are never asked for."""

ANSWER_LENGTH = len("2024-03-05")

MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
DAYS_OF_WEEK_KO = "월화수목금토일"
DIGITS_KO = ["", *"일이삼사오육칠팔구"]


def in_korean(number: int) -> str:
    """A whole number from 1 to 9999 as it is read in Korean: 2024 is 이천이십사."""
    spoken = ""
    for value, name in ((1000, "천"), (100, "백"), (10, "십"), (1, "")):
        digit = number // value % 10
        if digit:
            # One ten is said as ten, and so are a hundred and a thousand.
            spoken += ("" if digit == 1 and name else DIGITS_KO[digit]) + name
    return spoken


def _month_ko(month: int) -> str:
    """June and October lose their last consonant: 유월, 시월."""
    return {6: "유", 10: "시"}.get(month, in_korean(month)) + "월"


class Spelling(NamedTuple):
    """One way to write a date."""

    language: Literal["English", "Korean"]
    words: bool
    """whether the month is a word"""
    write: Callable[[datetime.date], str]


SPELLINGS = (
    Spelling("English", True, lambda d: f"{MONTHS[d.month - 1]} {d.day}, {d.year}"),
    Spelling("English", True, lambda d: f"{d.day} {MONTHS[d.month - 1][:3]} {d.year}"),
    Spelling(
        "English",
        True,
        lambda d: f"{WEEKDAYS[d.weekday()]}, {d.day} {MONTHS[d.month - 1]} {d.year}",
    ),
    Spelling("English", False, lambda d: f"{d.month}/{d.day}/{d.year % 100:02d}"),
    Spelling("Korean", False, lambda d: f"{d.year}년 {d.month}월 {d.day}일"),
    Spelling(
        "Korean",
        False,
        lambda d: f"{d.year}. {d.month}. {d.day}. ({DAYS_OF_WEEK_KO[d.weekday()]})",
    ),
    Spelling(
        "Korean",
        True,
        lambda d: f"{in_korean(d.year)}년 {_month_ko(d.month)} {in_korean(d.day)}일",
    ),
)
"""March 5, 2024 · 5 Mar 2024 · Tuesday, 5 March 2024 · 3/5/24 · 2024년 3월 5일 ·
2024. 3. 5. (화) · 이천이십사년 삼월 오일"""


def _alphabet() -> list[str]:
    """Every character that a spelling can have. It follows from the spellings and not from
    the examples: a year of days has every month, weekday and day, the rest are digits."""
    year = [datetime.date(2024, 1, 1) + datetime.timedelta(days) for days in range(366)]
    written = "".join(spelling.write(day) for spelling in SPELLINGS for day in year)
    return ["", *sorted({*written, *"0123456789", *in_korean(1111), *DIGITS_KO[1:], "백"})]


ALPHABET = _alphabet()
LONGEST = len("Wednesday, 30 September 2024")


class Dates(Task, tag="dates"):
    """Each example is another day, written in one of the spellings that take part.

    An encoder reads the date and hands its notepad over; a decoder writes year, month and
    day from it, ten characters, and reads what it has written.
    """

    title: ClassVar[str] = "Dates"
    summary: ClassVar[str] = (
        "Read a date as people write it, in English or Korean; write it as ISO."
    )
    order: ClassVar[int] = 70
    words: ClassVar[tuple[str, ...]] = (
        "exact",
        "characters right",
        "frequent characters",
        "character",
        "the encoder reads",
        "the decoder is taught with",
    )
    shape: ClassVar[Shape] = "encoder-decoder"
    loss: ClassVar[Loss] = "cross-entropy"
    embeds: ClassVar[bool] = True
    position: ClassVar[str] = "character of the answer"
    network: ClassVar[dict[str, Value]] = {"cell": "LSTM", "hidden": 128, "embedding": 32}
    training: ClassVar[dict[str, Value]] = {
        "learning_rate": 3e-3,
        "batch": 64,
        "epochs": 10,
        "clip_norm": 5.0,
    }

    spellings: Annotated[
        Literal["all seven", "English", "Korean", "figures", "words"],
        Knob(
            "spellings",
            "Which ways to write a date take part: all, those of one language, or those "
            "with the month in figures or as a word.",
        ),
    ] = "all seven"
    dates: Annotated[
        int,
        Knob(
            "dates",
            "How many examples there are, each another day; a tenth is kept apart to judge "
            "by, a tenth for the test.",
            low=500,
            high=30_000,
            scale="log",
        ),
    ] = 12_000

    def open(self, seed: int) -> DatesData:
        return DatesData(self, seed)


class DatesData(Dataset):
    """Days drawn by lot, each in one of the spellings."""

    task: Dates

    vocabularies = (len(ALPHABET),)
    output_size = len(ANSWERS)
    timesteps = LONGEST + ANSWER_LENGTH

    @cached_property
    def examples(self) -> Examples:
        return Examples(*(_split(*self._drawn[part]) for part in PARTS))

    def baselines(self) -> dict[str, float]:
        """The most frequent characters: each place's own shares, whatever was read."""
        train, valid = self.examples.train.targets, self.examples.valid.targets
        shares = np.stack([np.bincount(place, minlength=len(ANSWERS)) for place in train.T])
        smoothed = (shares + 1.0) / (shares + 1.0).sum(axis=1, keepdims=True)  # (U, O)
        given = smoothed[np.arange(ANSWER_LENGTH), valid]  # (N, U)
        return {"frequent characters": measures.cross_entropy(given)}

    def rules(self) -> dict[str, dict[str, float]]:
        answer = [np.bincount(place).argmax() for place in self.examples.train.targets.T]
        return {"frequent characters": _shares(self.examples.final.targets == answer)}

    def metrics(self, outputs: FloatArray, split: Split) -> dict[str, float]:
        return _shares(outputs.argmax(axis=2) == split.targets)

    def error_by_position(self, outputs: FloatArray, split: Split) -> FloatArray:
        return measures.errors_by_position(outputs, split)

    def preprocessing(self, part: Part, example: int) -> PreparedSequence:
        dates, answers = self._drawn[part]
        date = pick(dates, part, example)
        taught = [ANSWERS[START], *answers[example][:-1]]
        return PreparedSequence(
            stretches=[
                Stretch(role=role, raw=raw, columns=[column], padded=padded)
                for role, raw, padded, column in (
                    ("the encoder reads", list(date), LONGEST, _column(list(date), ALPHABET)),
                    ("the decoder is taught with", taught, ANSWER_LENGTH, _column(taught, ANSWERS)),
                )
            ],
            fitted=Phrase("known beforehand: every character that a date can have"),
            lengths=self.examples.train.lengths,
        )

    def read(self, split: Split, example: int, output: FloatArray) -> Presentation:
        length = split.length(example)
        silent = [""] * length
        answered, asked = output[length:].argmax(axis=1), split.targets[example]
        said = [ANSWERS[START], *(ANSWERS[token] for token in answered[:-1])]
        quiet: list[bool | None] = [None] * length
        unsaid: list[list[tuple[str, float]]] = [[] for _ in silent]
        return Presentation(
            kind="tokens",
            steps=[ALPHABET[token] for token in split.inputs[example, :length, 0]] + said,
            answers=silent + [ANSWERS[token] for token in answered],
            asked=silent + [ANSWERS[token] for token in asked],
            right=quiet + (answered == asked).tolist(),
            likely=unsaid + measures.likeliest(output[length:], ANSWERS),
            handover=length,
        )

    @cached_property
    def _drawn(self) -> dict[Part, tuple[list[str], list[str]]]:
        """The dates to learn from, to judge by and to test with, and their answers."""
        rng, count = np.random.default_rng(self.seed), self.task.dates
        # No day twice: whoever knows a day in one spelling must not meet it in another.
        drawn = rng.choice((END - FIRST).days, count, replace=False)
        chosen = _taking_part(self.task.spellings)
        ways = rng.integers(len(chosen), size=count)
        days = [FIRST + datetime.timedelta(int(day)) for day in drawn]
        written = [chosen[way].write(day) for way, day in zip(ways, days, strict=True)]
        answers = [day.isoformat() for day in days]
        tenth = count // 10
        ends = itertools.pairwise((0, count - 2 * tenth, count - tenth, count))
        return {
            part: (written[a:b], answers[a:b]) for part, (a, b) in zip(PARTS, ends, strict=True)
        }


def _column(characters: list[str], names: list[str]) -> Column:
    numbers = [names.index(character) for character in characters]
    return Column(name="character", pieces=characters, numbers=numbers, size=len(names))


def _taking_part(name: str) -> list[Spelling]:
    words = {"figures": False, "words": True}
    return [
        spelling
        for spelling in SPELLINGS
        if name in ("all seven", spelling.language) or words.get(name) is spelling.words
    ]


def _split(written: list[str], answers: list[str]) -> Split:
    numbers = {character: token for token, character in enumerate(ALPHABET)}
    classes = {character: token for token, character in enumerate(ANSWERS)}
    inputs = np.full((len(written), LONGEST, 1), PAD, np.int64)
    for row, text in zip(inputs, written, strict=True):
        row[: len(text), 0] = [numbers[character] for character in text]
    targets = np.array([[classes[character] for character in text] for text in answers])
    decoder = np.full_like(targets, START)
    decoder[:, 1:] = targets[:, :-1]
    lengths = np.array([len(text) for text in written])
    return Split(inputs, targets, lengths=lengths, decoder=decoder[..., None])


def _shares(right: IntArray) -> dict[str, float]:
    """Of answers ``(N, U)`` that are right or wrong: whole ones, and their characters."""
    return {
        "exact": float(right.all(axis=1).mean()),
        "characters right": float(right.mean()),
    }
