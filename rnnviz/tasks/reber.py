"""Strings of the embedded Reber grammar: say which symbols may come next."""

from __future__ import annotations

from functools import cached_property
from typing import Annotated, ClassVar

import numpy as np
import numpy.typing as npt

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

SYMBOLS = "BTPSXVE"

INNER: dict[int, dict[str, int]] = {
    0: {"B": 1},
    1: {"T": 2, "P": 3},
    2: {"S": 2, "X": 4},
    3: {"T": 3, "V": 5},
    4: {"X": 3, "S": 6},
    5: {"P": 4, "V": 6},
    6: {"E": 7},
}
"""Reber's grammar (1967): which symbols may follow in each state, and to which state."""

ENDS = 7
"""Where an inner string ends."""


def _embedded() -> tuple[IntArray, npt.NDArray[np.bool_]]:
    """The states of the embedded grammar: where each symbol leads, and which are legal.

    B, then T or P, then a string of the inner grammar, then the same T or P, then E. The
    inner states are there twice, since the state has to hold the second symbol as well.
    Row 0 is nowhere: what no string of the grammar leads to.
    """
    inner = ENDS + 1
    begin, second, last, end = 1, 2, 3 + 2 * inner, 4 + 2 * inner
    leads = np.zeros((end + 1, len(SYMBOLS)), np.int64)
    leads[begin, SYMBOLS.index("B")] = second
    leads[last, SYMBOLS.index("E")] = end
    for branch, symbol in enumerate("TP"):
        first = 3 + branch * inner
        leads[second, SYMBOLS.index(symbol)] = first
        for state, arcs in INNER.items():
            for taken, to in arcs.items():
                leads[first + state, SYMBOLS.index(taken)] = first + to
        leads[first + ENDS, SYMBOLS.index(symbol)] = last
    return leads, leads > 0


LEADS, LEGAL = _embedded()
FIRST, LAST = LEGAL.argmax(axis=1), len(SYMBOLS) - 1 - LEGAL[:, ::-1].argmax(axis=1)
BEGIN, END = 1, len(LEADS) - 1

DRAWN = 20_000
"""Strings that are drawn at a time; most are short ones that were seen before."""


def legal(tokens: IntArray) -> npt.NDArray[np.bool_]:
    """Which symbols may follow each token ``(N, T)``, as ``(N, T, 7)``; none after what is no
    string of the grammar, nor where it is padded."""
    found = np.zeros((*tokens.shape, len(SYMBOLS)), bool)
    state = np.full(len(tokens), BEGIN)
    for t, read in enumerate(tokens.T):
        state = np.where(read == PAD, 0, LEADS[state, read - 1])
        found[:, t] = LEGAL[state]
    return found


class Reber(Task, tag="reber"):
    """Read a string symbol by symbol and predict the next one at each timestep.

    The task of Hochreiter and Schmidhuber (1997, experiment 1). Every arc that leaves a
    state is taken with the same chance, so two symbols are often right; the last but one is
    the hard one, for it has to equal the second, which nothing in between reminds of.
    No string is in two of the splits.
    """

    title: ClassVar[str] = "Reber grammar"
    summary: ClassVar[str] = "Learn the rules of an artificial language from its strings."
    order: ClassVar[int] = 120
    words: ClassVar[tuple[str, ...]] = (
        "strings right",
        "last but one right",
        "last symbol",
        "all but the second symbol",
        "the grammar",
        "symbol",
        "string",
    )
    shape: ClassVar[Shape] = "many-to-many"
    loss: ClassVar[Loss] = "cross-entropy"
    embeds: ClassVar[bool] = True
    network: ClassVar[dict[str, Value]] = {"cell": "LSTM", "embedding": 8, "gate_bias": 10.0}
    training: ClassVar[dict[str, Value]] = {
        "learning_rate": 3e-3,
        "clip_norm": 1.0,
        "schedule": "cosine",
    }

    strings: Annotated[
        int,
        Knob(
            "strings",
            "How many strings there are; every sixth is kept apart to judge by, and another "
            "sixth for the end.",
            low=60,
            high=10_000,
            scale="log",
        ),
    ] = 6000
    longest: Annotated[
        int,
        Knob(
            "longest string",
            "How many symbols a string has at most; longer ones are drawn again.",
            low=30,
            high=100,
            scale="log",
            unit="symbols",
        ),
    ] = 40

    def open(self, seed: int) -> ReberData:
        return ReberData(self, seed)


class ReberData(Dataset):
    """Strings drawn from the grammar."""

    task: Reber

    vocabularies = (len(SYMBOLS) + 1,)
    output_size = len(SYMBOLS)

    def __init__(self, task: Reber, seed: int) -> None:
        super().__init__(task, seed)
        self.timesteps = task.longest - 1

    @cached_property
    def examples(self) -> Examples:
        return Examples(*(_split(self._drawn[part]) for part in PARTS))

    def baselines(self) -> dict[str, float]:
        valid = self.examples.valid
        return {
            "last symbol": _last_symbol(self.examples),
            "all but the second symbol": _grammar(valid, forgets=True),
            "the grammar": _grammar(valid),
        }

    def metrics(self, outputs: FloatArray, split: Split) -> dict[str, float]:
        """Shares of strings.

        A prediction is right where every legal symbol has a higher output than all others,
        as in Hochreiter and Schmidhuber (1997): "the output units corresponding to the
        possible next symbols are always the most active ones". A string is right where all
        its predictions are.
        """
        assert split.lengths is not None
        right = _right(outputs, legal(_tokens(split))) | ~measures.counted(split)
        rows = np.arange(len(right))
        return {
            "strings right": float(right.all(axis=1).mean()),
            "last but one right": float(right[rows, split.lengths - 2].mean()),
        }

    def error_by_position(self, outputs: FloatArray, split: Split) -> FloatArray:
        asked = measures.counted(split)
        wrong = ~_right(outputs, legal(_tokens(split))) & asked
        with np.errstate(invalid="ignore"):
            return (wrong.sum(axis=0) / asked.sum(axis=0)).astype(np.float32)

    def preprocessing(self, part: Part, example: int) -> PreparedSequence:
        numbers = pick(self._drawn[part], part, example)
        numbers = numbers[numbers != PAD]
        symbols = [SYMBOLS[number - 1] for number in numbers]
        # The last symbol is asked for and not read.
        read = Column(
            name="symbol",
            pieces=symbols[:-1],
            numbers=numbers[:-1].tolist(),
            size=len(SYMBOLS) + 1,
        )
        return PreparedSequence(
            stretches=[Stretch(role="string", raw=symbols, columns=[read], padded=self.timesteps)],
            fitted=Phrase("known beforehand: the symbols of the grammar"),
            lengths=self.examples.train.lengths,
        )

    def read(self, split: Split, example: int, output: FloatArray) -> Presentation:
        tokens = _tokens(split)[example, : split.length(example)]
        allowed = legal(tokens[None])[0]
        return Presentation(
            kind="tokens",
            horizon=1,
            steps=[SYMBOLS[token - 1] for token in tokens],
            answers=[SYMBOLS[place] for place in output.argmax(axis=1)],
            asked=["/".join(SYMBOLS[k] for k in np.flatnonzero(row)) for row in allowed],
            right=[bool(right) for right in _right(output[None], allowed[None])[0]],
            likely=measures.likeliest(output, list(SYMBOLS)),
        )

    @cached_property
    def _drawn(self) -> dict[Part, IntArray]:
        """The strings to learn from, to judge by and to test with, padded."""
        rng, longest = np.random.default_rng(self.seed), self.task.longest
        held = self.task.strings // 6
        none = np.empty((0, longest), np.int64)
        train = _draw(rng, self.task.strings - 2 * held, longest, none)
        valid = _draw(rng, held, longest, train)
        test = _draw(rng, held, longest, np.concatenate([train, valid]))
        return {"train": train, "valid": valid, "test": test}


def _right(outputs: FloatArray, allowed: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """``(N, T)``: whether the lowest output of a legal symbol is above all others."""
    lowest = np.where(allowed, outputs, np.inf).min(axis=-1)
    return lowest > np.where(allowed, -np.inf, outputs).max(axis=-1)


def _strings(rng: np.random.Generator, count: int, longest: int) -> IntArray:
    """Strings of the grammar as tokens ``(n, longest)``, padded; too long ones are left out,
    so n is at most `count`. Every arc of a state is equally likely."""
    state = np.full(count, BEGIN)
    tokens = np.zeros((longest, count), np.int64)
    for said, chance in zip(tokens, rng.random((longest, count)), strict=True):
        # The first or the last symbol that is legal: no state has more than these two.
        symbol = np.where(chance < 0.5, FIRST[state], LAST[state])
        said[:] = np.where(state == END, PAD, symbol + 1)
        state = np.where(state == END, END, LEADS[state, symbol])
    return np.ascontiguousarray(tokens.T[state == END])


def _draw(rng: np.random.Generator, count: int, longest: int, but: IntArray) -> IntArray:
    """So many strings, none of them among those in `but`."""
    found, missing = [], count
    while missing > 0:
        drawn = _strings(rng, DRAWN, longest)
        found.append(drawn[~np.isin(_as_one(drawn), _as_one(but))])
        missing -= len(found[-1])
    return np.concatenate(found)[:count]


def _as_one(strings: IntArray) -> npt.NDArray[np.bytes_]:
    """Each row as one value that can be compared with others."""
    return strings.astype(np.uint8).view(f"S{strings.shape[1]}")[:, 0]


def _split(strings: IntArray) -> Split:
    """What is read, all but the last symbol, and what comes next, all but the first."""
    lengths = (strings != PAD).sum(axis=1) - 1
    inputs = np.where(strings[:, 1:] == PAD, PAD, strings[:, :-1])
    targets = np.maximum(strings[:, 1:] - 1, 0)
    return Split(inputs[..., None], targets, lengths)


def _tokens(split: Split) -> IntArray:
    return split.inputs[:, :, 0].astype(np.int64)


def _last_symbol(examples: Examples) -> float:
    """The loss of predicting from the symbol before alone, as often as it was in training."""
    counts = np.ones((len(SYMBOLS) + 1, len(SYMBOLS)))
    asked = measures.counted(examples.train)
    follows = examples.train.targets[asked].astype(np.int64)
    np.add.at(counts, (_tokens(examples.train)[asked], follows), 1)
    shares = counts / counts.sum(axis=1, keepdims=True)
    valid, asked = examples.valid, measures.counted(examples.valid)
    return measures.cross_entropy(shares[_tokens(valid)[asked], valid.targets[asked]])


def _grammar(split: Split, *, forgets: bool = False) -> float:
    """The loss of who knows the grammar: ln 2 where two symbols are legal. Who `forgets` the
    second symbol has to guess the last but one."""
    assert split.lengths is not None
    ways = legal(_tokens(split)).sum(axis=2).astype(float)
    if forgets:
        ways[np.arange(len(ways)), split.lengths - 2] = 2
    return float(np.log(ways[measures.counted(split)]).mean())
