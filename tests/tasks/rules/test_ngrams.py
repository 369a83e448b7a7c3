"""Rules that count, against counting by hand."""

from collections import Counter, defaultdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnviz.tasks.examples import Split
from rnnviz.tasks.rules import ngrams

CLASSES = 6  # 0 is the padding, which no text has
texts = st.lists(st.integers(1, CLASSES - 1), min_size=4, max_size=60).map(np.array)
ORDERS = {"unigram": 1, "bigram": 2, "trigram": 3, "7-gram": 7}


def off(counts, count):
    """Chen and Goodman's discount of one count, from all of that length (1999, equation 17)."""
    n = Counter(counts)
    if not n[1]:
        return 0.5
    y = n[1] / (n[1] + 2 * n[2])
    k = min(count, 3)
    if k == 1 or not n[k]:
        return y
    found = k - (k + 1) * y * n[k + 1] / n[k] if k < 3 else 3 - 4 * y * n[4] / n[3]
    return found if 0 < found < k else y


def by_hand(train, text, order):
    """The formula of modified Kneser-Ney smoothing, one token at a time, with dictionaries."""
    padded = (0,) * 6 + tuple(train.tolist())
    seen = {
        length: Counter(padded[e - length + 1 : e + 1] for e in range(7, len(padded)))
        for length in range(1, 8)
    }

    def counts(length):
        if length == order:
            return seen[length]
        return Counter(run[1:] for run in seen[length + 1])  # how many different stood before

    tables = {length: counts(length) for length in range(1, order + 1)}

    def chance(run):
        table = tables[len(run)]
        if len(run) == 1:
            return (table[run] + 1) / (table.total() + CLASSES - 1)
        below = chance(run[1:])
        after = {r: n for r, n in table.items() if r[:-1] == run[:-1]}
        if not after:
            return below
        offs = {r: off(table.values(), n) for r, n in after.items()}
        kept = after[run] - offs[run] if run in after else 0.0
        return (kept + sum(offs.values()) * below) / sum(after.values())

    asked = (0,) * 6 + tuple(text.tolist())
    return [chance(asked[e - order + 1 : e + 1]) for e in range(7, len(asked))]


@given(train=texts, text=texts)
@settings(max_examples=40, deadline=None)
def test_chances_are_those_of_the_formula(train, text):
    found = ngrams.chances(train, text, CLASSES)
    assert list(found) == list(ORDERS)
    for name, order in ORDERS.items():
        np.testing.assert_allclose(found[name], by_hand(train, text, order), rtol=1e-12)


@given(train=texts, context=st.lists(st.integers(1, CLASSES - 1), min_size=2, max_size=8))
@settings(max_examples=30, deadline=None)
def test_the_chances_of_all_tokens_after_a_context_add_up_to_one(train, context):
    totals = defaultdict(float)
    for token in range(1, CLASSES):
        for name, chance in ngrams.chances(train, np.array([*context, token]), CLASSES).items():
            totals[name] += chance[-1]
    assert list(totals.values()) == pytest.approx([1] * 4)


def test_a_text_that_alternates_is_certain_to_one_who_reads_one_letter():
    train = np.array([1, 2] * 500)
    found = ngrams.chances(train, np.array([1, 2, 1]), CLASSES)
    # Half of all letters; after a, b in all of about 500 cases.
    assert found["unigram"] == pytest.approx(0.5, abs=0.005)
    assert found["bigram"] == pytest.approx(1.0, abs=0.005)


def test_of_many_classes_as_many_tokens_are_read_as_a_number_holds():
    assert [ngrams.longest(classes) for classes in (3, 511, 512, 1500, 2**32)] == [7, 7, 6, 5, 1]
    chance = np.random.default_rng(0)
    train, text = chance.integers(1, 1500, 4000), chance.integers(1, 1500, 50)
    found = ngrams.chances(train, text, 1500)
    assert list(found) == ["unigram", "bigram", "trigram", "5-gram"]
    assert all((each > 0).all() and (each <= 1).all() for each in found.values())


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        # Y = 8 / (8 + 2 · 4) = 1/2: 1 - 2/2 · 4/8, 2 - 3/2 · 2/4, 3 - 4/2 · 1/2.
        ([1] * 8 + [2] * 4 + [3] * 2 + [4], [0, 0.5, 1.25, 2.0]),
        ([1, 1, 2], [0, 0.5, 0.5, 0.5]),  # nothing was seen three times
        ([3, 3, 9], [0, 0.5, 0.5, 0.5]),
    ],
)
def test_discounts_are_those_of_the_paper(counts, expected):
    np.testing.assert_allclose(ngrams.discounts(np.array(counts)), expected)


def test_the_text_of_a_split_is_what_its_windows_were_cut_from():
    text = np.arange(1, 14)
    split = Split(text[:12].reshape(3, 4, 1), text[1:13].reshape(3, 4))
    np.testing.assert_array_equal(ngrams.stream(split), text)
