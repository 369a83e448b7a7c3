"""Text becomes numbers: tokens, and a vocabulary fitted on what there is to learn from."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from rnnviz.records.preprocessing import Column
from rnnviz.tasks.examples import PAD, IntArray, Part

UNKNOWN = 1
"""The number of every token that has none of its own."""

UNKNOWN_NAME = "‹?›"

LEAST = 2
"""How often a token has to be seen to get a number of its own. Those that are seen once are
what the network learns from how to read what it has never seen."""

SPACE = "␣"
"""How a space reads where it is a token of its own."""

_WORD = re.compile(r"\w+(?:['’]\w+)*|[^\w\s]")  # noqa: RUF001  the apostrophe that people type

Item = TypeVar("Item")


def words(text: str) -> list[str]:
    """Words and, each by itself, punctuation marks, in small letters."""
    return _WORD.findall(text.lower())


def characters(text: str) -> list[str]:
    """Letters, signs and spaces, in small letters; a Korean character is a syllable."""
    return [SPACE if letter.isspace() else letter for letter in text.lower()]


def cuts(text: str, pieces: Iterable[str]) -> list[str]:
    """A text in as many parts as there are pieces, each with the piece that it became.

    Put together they are the text as it was. What no piece was made of, such as the spaces
    between words, goes with the piece behind it, and what comes last with the last.
    """
    small = text.lower()
    # Small letters may be more than the capital was: where each ends in the text.
    ends = np.cumsum([0, *(len(letter.lower()) for letter in text)])
    found: list[str] = []
    place = before = 0
    for piece in pieces:
        place = place + 1 if piece == SPACE else small.index(piece, place) + len(piece)
        end = int(np.searchsorted(ends, place))
        found.append(text[before:end])
        before = end
    return [*found[:-1], found[-1] + text[before:]] if found else []


@dataclass(frozen=True)
class Vocabulary:
    """Tokens and their numbers. 0 is `PAD` and 1 is `UNKNOWN`; the most frequent one is 2."""

    names: list[str]
    numbers: dict[str, int]

    @classmethod
    def fit(
        cls, sequences: Iterable[Iterable[str]], most: int | None = None, least: int = LEAST
    ) -> Vocabulary:
        """Numbers, `PAD` and `UNKNOWN` among them, for the most frequent tokens: `most` of them,
        or as many as there are.

        Tokens seen less than `least` times get none. Those seen equally often are in the
        order of their characters, so that the same text gives the same numbers.
        """
        counted = Counter(token for sequence in sequences for token in sequence)
        often = [token for token, count in counted.items() if count >= least]
        often.sort(key=lambda token: (-counted[token], token))
        kept = often if most is None else often[: max(0, most - 2)]
        names = ["", UNKNOWN_NAME, *kept]
        return cls(names, {token: number for number, token in enumerate(kept, start=2)})

    def __len__(self) -> int:
        return len(self.names)

    def encode(self, sequence: Iterable[str]) -> list[int]:
        """The numbers of tokens."""
        return [self.numbers.get(token, UNKNOWN) for token in sequence]

    def first(self, tokens: Iterable[str]) -> int:
        """The number of the first of some tokens that has one."""
        return next((self.numbers[token] for token in tokens if token in self.numbers), UNKNOWN)


def column(name: str, known: Vocabulary, pieces: list[str]) -> Column:
    """Some pieces with their numbers, to be looked at."""
    return Column(
        name=name,
        pieces=pieces,
        numbers=known.encode(pieces),
        size=len(known),
        unknown=UNKNOWN,
    )


def padded(sequences: Sequence[Sequence[int]], longest: int) -> tuple[IntArray, IntArray]:
    """Numbers ``(N, longest)``, filled up with `PAD`, and the lengths ``(N,)``.

    What is longer than `longest` is cut off at its end.
    """
    lengths = np.array([min(len(sequence), longest) for sequence in sequences], np.int64)
    filled = np.full((len(sequences), longest), PAD, np.int64)
    places = np.arange(longest) < lengths[:, None]
    cut = (number for sequence in sequences for number in sequence[:longest])
    filled[places] = np.fromiter(cut, np.int64, count=int(lengths.sum()))
    return filled, lengths


def parts(items: Sequence[Item]) -> dict[Part, list[Item]]:
    """Shuffle, then keep one tenth apart to judge by, and one for the test.

    The shuffle is the same for every seed of a run: what was kept for the test stays
    unseen however many runs are compared.
    """
    order = np.random.default_rng(0).permutation(len(items))
    tenth = len(items) // 10
    test, valid, train = np.split(order, [tenth, 2 * tenth])
    places: dict[Part, npt.NDArray[np.intp]] = {"train": train, "valid": valid, "test": test}
    return {part: [items[place] for place in chosen] for part, chosen in places.items()}


def distinct(items: Iterable[tuple[str, Item]]) -> list[tuple[str, Item]]:
    """Items without those whose text came before, so that no text lies in two parts."""
    found: dict[str, tuple[str, Item]] = {}
    for text, rest in items:
        found.setdefault(text.lower(), (text, rest))
    return list(found.values())
