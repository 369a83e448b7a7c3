"""What counting gets right: the chance of the next token, given the one or two before it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from rnnviz.tasks.task import PAD, IntArray, Split

Chances = npt.NDArray[np.float64]

NAMES = ("unigram", "bigram", "trigram")
"""A rule of order k reads k - 1 tokens before it says the next."""


def stream(split: Split) -> IntArray:
    """The one text that the windows of a split were cut from, ``(n + 1,)``."""
    return np.append(split.inputs.reshape(-1)[:1], split.targets.reshape(-1))


def chances(train: IntArray, text: IntArray, classes: int) -> dict[str, Chances]:
    """The chance that each rule gives to each token of `text` but the first, ``(n,)``.

    Counted in `train` alone. A token that was never seen after a context still gets a
    chance, by the rule one order below (Witten and Bell 1991): with n(a, c) how often c
    followed the context a, n(a) how often anything did, and t(a) how many different tokens,

        p(c | a) = (n(a, c) + t(a) p(c | shorter a)) / (n(a) + t(a))

    and for no context one more of each class but the padding, (n(c) + 1) / (n + O - 1).
    """
    counts = np.bincount(train[1:], minlength=classes) + 1.0
    counts[PAD] = 0.0
    found = {NAMES[0]: (counts / counts.sum())[text[1:]]}
    for order in (2, 3):
        below = found[NAMES[order - 2]]
        known = _followed(_contexts(train, order, classes), train[1:], classes)
        found[NAMES[order - 1]] = _smoothed(
            known, _contexts(text, order, classes), text[1:], below, classes
        )
    return found


def _contexts(text: IntArray, order: int, classes: int) -> IntArray:
    """The `order` - 1 tokens before each token but the first, as one number, ``(n,)``."""
    context = text[:-1].copy()
    for back in range(1, order - 1):
        context += classes**back * np.concatenate([np.full(back, PAD), text[: -1 - back]])
    return context


Followed = tuple[IntArray, IntArray, IntArray, IntArray, IntArray]


def _followed(contexts: IntArray, following: IntArray, classes: int) -> Followed:
    """Pairs of context and token and how often each was seen; contexts, how often each was
    seen, and by how many different tokens it was followed."""
    pairs, seen = np.unique(contexts * classes + following, return_counts=True)
    distinct, starts = np.unique(pairs // classes, return_index=True)
    kinds = np.diff(np.append(starts, len(pairs)))
    return pairs, seen, distinct, np.add.reduceat(seen, starts), kinds


def _smoothed(
    known: Followed, contexts: IntArray, following: IntArray, below: Chances, classes: int
) -> Chances:
    pairs, seen, distinct, total, kinds = known
    joint = _looked_up(contexts * classes + following, pairs, seen)
    times, different = (_looked_up(contexts, distinct, table) for table in (total, kinds))
    chance: Chances = (joint + different * below) / np.maximum(times + different, 1)
    return np.where(times > 0, chance, below)


def _looked_up(keys: IntArray, known: IntArray, values: IntArray) -> IntArray:
    """The value of each key, 0 for one that is not known (`known` is sorted)."""
    places = np.minimum(np.searchsorted(known, keys), len(known) - 1)
    return np.where(known[places] == keys, values[places], 0)
