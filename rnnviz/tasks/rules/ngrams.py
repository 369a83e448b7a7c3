"""What counting gets right: the chance of the next token, given those before it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from rnnviz.tasks.examples import PAD, IntArray, Split

Chances = npt.NDArray[np.float64]

LONGEST = 7
"""Tokens that are counted together at most. On the validation parts of the texts that ship
seven are better than six, and eight hardly better than seven."""

NAMES = {1: "unigram", 2: "bigram", 3: "trigram"}
"""A rule of order k reads k - 1 tokens before it says the next."""


def name(order: int) -> str:
    """What the rule of an order is called."""
    return NAMES.get(order, f"{order}-gram")


def longest(classes: int) -> int:
    """The highest order of which each run of tokens is a number of 63 bits."""
    return max(n for n in range(1, LONGEST + 1) if classes**n < 2**63)


def stream(split: Split) -> IntArray:
    """The one text that the windows of a split were cut from, ``(n + 1,)``."""
    return np.append(split.inputs.reshape(-1)[:1], split.targets.reshape(-1))


def chances(train: IntArray, text: IntArray, classes: int) -> dict[str, Chances]:
    """The chance that each rule gives to each token of `text` but the first, ``(n,)``.

    Counted in `train` alone. Rules read 0, 1, 2 and as many tokens as `longest` allows. A token
    that was never seen after a context still gets a chance, by the shorter context (Kneser and
    Ney 1995, as modified by Chen and Goodman 1999). With n(a, c) how often c followed the
    context a, and n(a) how often anything did,

        p(c | a) = (n(a, c) - D(n(a, c)) + sum_c' D(n(a, c')) q(c | shorter a)) / n(a)

    and q(c | a) alike with the number of different tokens that came before a, c in the place of
    n(a, c): how often a token follows says less about new contexts than after how many. The
    discounts D are those of `discounts`. For no context one more of each class but the padding,
    (n(c) + 1) / (n + O - 1).
    """
    top = longest(classes)
    first, *longer = _levels(train, top, classes)
    asked = _runs(text, top, classes)
    found = {name(1): _shares(first.runs, first.seen, classes)[text[1:]]}
    below = _shares(first.runs, first.before, classes)[text[1:]]
    for order, level in enumerate(longer, start=2):
        places = level.places(asked % classes**order, classes)
        if order in NAMES or order == top:
            found[name(order)] = level.chances(level.seen, places, below)
        below = level.chances(level.before, places, below)
    return found


def discounts(counts: IntArray) -> Chances:
    """What is taken off a count of 0, 1, 2 and of 3 or more, ``(4,)``. With n_k of the counts
    being k and Y = n_1 / (n_1 + 2 n_2), of a count k it is k - (k + 1) Y n_(k+1) / n_k.

    Where that cannot be said or is not between 0 and k it is Y, and where that cannot, 1/2.
    """
    n = np.bincount(np.minimum(counts, 5), minlength=6)
    once = n[1] / (n[1] + 2 * n[2]) if n[1] else 0.5
    found = np.array([0.0, once, once, once])
    for k in (2, 3):
        taken = k - (k + 1) * once * n[k + 1] / n[k] if n[1] and n[k] else 0.0
        if 0 < taken < k:
            found[k] = taken
    return found


class _Level(NamedTuple):
    """All runs of so many tokens that were seen, each as one number, in the order of these."""

    runs: IntArray
    seen: IntArray
    """how often each was"""
    before: IntArray
    """how many different tokens came before it; of the longest runs as often as it was seen"""
    contexts: IntArray
    """what the runs begin with, all tokens but the last, each once"""
    starts: IntArray
    """where the runs of each context begin"""

    def places(self, asked: IntArray, classes: int) -> tuple[IntArray, IntArray]:
        """Where each run that is asked stands, and its context; -1 where it was not seen."""
        return _places(asked, self.runs), _places(asked // classes, self.contexts)

    def chances(
        self, counts: IntArray, places: tuple[IntArray, IntArray], below: Chances
    ) -> Chances:
        """The chance of each run's last token after the others, from `counts` of all runs and
        from the chances `below` that the shorter contexts give."""
        run, context = places
        off = discounts(counts)[np.minimum(counts, 3)]
        total = np.add.reduceat(counts, self.starts)[context]
        left = np.add.reduceat(off, self.starts)[context]
        kept = np.where(run >= 0, (counts - off)[run], 0.0)
        return np.where(context >= 0, (kept + left * below) / total, below)


def _levels(train: IntArray, top: int, classes: int) -> list[_Level]:
    """The runs of 1, 2 to `top` tokens. Only the longest are looked for in the text: shorter
    ones are what they end with."""
    runs, seen = np.unique(_runs(train, top, classes), return_counts=True)
    before, levels = seen, []
    for order in range(top, 0, -1):
        contexts, starts = _firsts(runs // classes)
        levels.append(_Level(runs, seen, before, contexts, starts))
        ends = runs % classes ** (order - 1)
        by_end = np.argsort(ends, kind="stable")
        runs, groups = _firsts(ends[by_end])
        seen = np.add.reduceat(seen[by_end], groups)
        before = np.diff(np.append(groups, len(by_end)))
    return levels[::-1]


def _runs(text: IntArray, order: int, classes: int) -> IntArray:
    """Each token but the first with the `order` - 1 before it, as digits of a number, ``(n,)``.
    What stands before the text is `PAD`."""
    found = np.zeros(len(text) - 1, np.int64)
    for back in range(order - 1, -1, -1):
        shifted = np.concatenate([np.full(back, PAD), text])[1 : len(text)]
        found = found * classes + shifted
    return found


def _firsts(ordered: IntArray) -> tuple[IntArray, IntArray]:
    """Each number of an ordered list once, and where it first stands."""
    starts = np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1]))
    return ordered[starts], starts


def _shares(tokens: IntArray, counts: IntArray, classes: int) -> Chances:
    """The chance of each class, ``(O,)``, each counted once more, but for the padding."""
    found = np.ones(classes)
    found[tokens] += counts
    found[PAD] = 0.0
    return found / found.sum()


def _places(keys: IntArray, known: IntArray) -> IntArray:
    places = np.minimum(np.searchsorted(known, keys), len(known) - 1)
    return np.where(known[places] == keys, places, -1)
