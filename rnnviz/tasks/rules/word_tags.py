"""What a word says of its tag, whatever stands around it: two simple rules."""

from __future__ import annotations

import numpy as np

from rnnviz.tasks.examples import IntArray
from rnnviz.tasks.rules import logistic
from rnnviz.tasks.rules.logistic import Doubles, Sparse
from rnnviz.tasks.rules.parts import Parts

LETTERS = 3
"""How many last letters both rules read at most: 4 are no better on the validation sentences."""

DECAY = 0.2
"""How strongly the weights of the regression are pulled towards 0. Of 0.1, 0.2, 0.5 and 1 both
languages have their least errors on the validation sentences with 0.1 and 0.2."""


def by_ending(words: list[str], tags: IntArray, asked: list[str], count: int) -> Doubles:
    """The chances of `count` tags for each word of `asked`, ``(n, O)``, as `words` with their
    `tags` were seen with them.

    What is counted goes from what is known of every word to the word itself: how it begins (with
    a capital, a small letter, a digit, a sign), this with its last 1, 2 and 3 letters, and the
    word. With n(a, c) how often tag c was seen with such a context a, n(a) how often any was, and
    t(a) how many different ones (Witten and Bell 1991),

        p(c | a) = (n(a, c) + t(a) p(c | the context before)) / (n(a) + t(a))
    """
    distinct, places = np.unique(np.array([*words, *asked]), return_inverse=True)
    seen, new = places[: len(words)], places[len(words) :]
    shares = np.bincount(tags, minlength=count) + 1.0
    chances: Doubles = np.tile(shares / shares.sum(), (len(distinct), 1))
    for level in zip(*(_contexts(word) for word in distinct.tolist()), strict=True):
        contexts, of = np.unique(np.array(level), return_inverse=True)
        flat = np.bincount(of[seen] * count + tags, minlength=len(contexts) * count)
        counts = flat.reshape(-1, count)[of]
        kinds, total = (table.sum(axis=1, keepdims=True) for table in (counts > 0, counts))
        known = (counts + kinds * chances) / np.maximum(total + kinds, 1)
        chances = np.where(total > 0, known, chances)
    return chances[new]


def parts_of_regression(
    words: list[str], tags: IntArray, asked: list[str], count: int
) -> Parts[Doubles]:
    """The same by a logistic regression on the word, its first letter and its last 1, 2 and 3:
    each tag is a yes or no of its own, and the chances of all are brought to the sum of 1."""
    distinct, places = np.unique(np.array(words), return_inverse=True)
    yes = np.zeros((count, len(distinct)))
    np.add.at(yes, (tags, places), 1.0)
    numbers: dict[str, int] = {}
    for word in distinct.tolist():
        for feature in _features(word):
            numbers.setdefault(feature, len(numbers))
    known, new = _matrix(distinct.tolist(), numbers), _matrix(asked, numbers)
    chances = np.empty((count, len(asked)))
    for tag in range(count):
        fitted = logistic.fit(known, yes[tag : tag + 1], yes.sum(axis=0), DECAY)
        chances[tag] = fitted.chances(new)[0]
        yield
    found: Doubles = (chances / chances.sum(axis=0)).T
    return found


def _contexts(word: str) -> list[str]:
    first, small = word[0], word.lower()
    kind = "a" if first.isalpha() else "0" if first.isdigit() else "."
    if first.isupper():
        kind = "A"
    # Whether the word is longer than its ending: "is" is not what ends on it.
    endings = [f"{kind}{'…' * (len(small) > n)}{small[-n:]}" for n in range(1, LETTERS + 1)]
    return [kind, *endings, small]


def _features(word: str) -> list[str]:
    small = word.lower()
    endings = [f"…{small[-n:]}" for n in range(1, min(LETTERS, len(word)) + 1)]
    return [small, f"{word[0]}…", *endings]


def _matrix(words: list[str], numbers: dict[str, int]) -> Sparse:
    """Which of the numbered features each word has."""
    found = [[numbers[f] for f in _features(word) if f in numbers] for word in words]
    rows = np.repeat(np.arange(len(words)), [len(row) for row in found])
    columns = np.array([number for row in found for number in row], np.int64)
    return Sparse(rows, columns, np.ones(len(rows)), (len(words), len(numbers)))
