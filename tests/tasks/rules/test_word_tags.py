"""Two rules that read a word alone, against counting by hand and against PyTorch."""

import numpy as np
import torch

from rnnviz.tasks.rules import word_tags
from rnnviz.tasks.rules.parts import finished

WORDS = ["The", "cat", "sat", "the", "mats", "sat", "Bats", "was", "3", ",", "The", "is", "This"]
TAGS = np.array([0, 1, 2, 0, 1, 1, 1, 2, 3, 4, 0, 2, 0])
ASKED = ["the", "sat", "rats", "Is", "7", "!", "s", "ß", "Gnus"]


def contexts(word):
    """What each level knows of a word, as tuples that cannot be taken for each other."""
    first = word[0]
    kind = (first.isupper(), first.isalpha(), first.isdigit())
    endings = [(kind, word.lower()[-n:], len(word.lower()) > n) for n in (1, 2, 3)]
    return [kind, *endings, word.lower()]


def by_hand(word):
    found = (np.bincount(TAGS, minlength=5) + 1) / (len(TAGS) + 5)
    for level, context in enumerate(contexts(word)):
        same = [t for w, t in zip(WORDS, TAGS, strict=True) if contexts(w)[level] == context]
        if same:
            counts = np.bincount(same, minlength=5)
            kinds = len(set(same))
            found = (counts + kinds * found) / (len(same) + kinds)
    return found


def test_chances_by_ending_are_those_of_the_formula():
    found = word_tags.by_ending(WORDS, TAGS, ASKED, 5)
    np.testing.assert_allclose(found, [by_hand(word) for word in ASKED], rtol=1e-12)
    np.testing.assert_allclose(found.sum(axis=1), 1)


def test_an_unknown_word_is_tagged_by_its_ending():
    words, tags = ["running", "eating", "dogs", "cats"] * 3, np.array([0, 0, 1, 1] * 3)
    asked = ["swimming", "birds"]
    fitted = finished(word_tags.parts_of_regression(words, tags, asked, 2))
    for chances in (word_tags.by_ending(words, tags, asked, 2), fitted):
        assert chances.argmax(axis=1).tolist() == [0, 1]


def features(words):
    """A column for each word, each first letter and each ending of up to three letters."""
    found = [
        {("word", w.lower()), ("first", w[0])}
        | {("end", w.lower()[-n:]) for n in (1, 2, 3) if n <= len(w)}
        for w in words
    ]
    names = sorted(set().union(*found[: len(WORDS)]))
    return torch.tensor([[float(name in bag) for name in names] for bag in found]).double()


def test_the_regression_is_pytorchs():
    x = features(WORDS + ASKED)
    known, new = x[: len(WORDS)], x[len(WORDS) :]
    y = torch.nn.functional.one_hot(torch.tensor(TAGS), 5).double()
    w = torch.zeros(x.shape[1] + 1, 5, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS(
        [w], max_iter=1000, line_search_fn="strong_wolfe", tolerance_grad=1e-10
    )

    def closure():
        optimizer.zero_grad()
        loss = torch.nn.functional.binary_cross_entropy_with_logits(
            known @ w[:-1] + w[-1], y, reduction="sum"
        )
        loss = loss + word_tags.DECAY / 2 * (w[:-1] ** 2).sum()
        loss.backward()
        return loss

    optimizer.step(closure)
    chances = torch.sigmoid(new @ w[:-1] + w[-1]).detach()
    expected = (chances / chances.sum(1, keepdim=True)).numpy()
    found = finished(word_tags.parts_of_regression(WORDS, TAGS, ASKED, 5))
    np.testing.assert_allclose(found, expected, atol=2e-5)


def test_each_tag_is_a_part_of_the_work():
    parts = word_tags.parts_of_regression(WORDS, TAGS, ASKED, 5)
    assert sum(1 for _ in parts) == 5
