"""Rules that count, against counting by hand."""

from collections import Counter, defaultdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnviz.tasks import ngrams
from rnnviz.tasks.task import Split

CLASSES = 6  # 0 is the padding, which no text has
texts = st.lists(st.integers(1, CLASSES - 1), min_size=4, max_size=60).map(np.array)


def by_hand(train, text, order):
    """Witten and Bell's formula, read off the paper, one token at a time."""
    singles = Counter(train[1:].tolist())

    def chance(context, token):
        if not context:
            return (singles[token] + 1) / (len(train) - 1 + CLASSES - 1)
        after = Counter()
        padded = [0] * (len(context) - 1) + train.tolist()
        for place in range(len(context), len(padded)):
            if padded[place - len(context) : place] == context:
                after[padded[place]] += 1
        below = chance(context[1:], token)
        if not after:
            return below
        return (after[token] + len(after) * below) / (after.total() + len(after))

    padded = [0] * max(0, order - 2) + text.tolist()
    return [
        chance(padded[place - order + 1 : place], padded[place])
        for place in range(len(padded) - len(text) + 1, len(padded))
    ]


@given(train=texts, text=texts)
@settings(max_examples=40, deadline=None)
def test_chances_are_those_of_the_formula(train, text):
    found = ngrams.chances(train, text, CLASSES)
    for order, name in enumerate(ngrams.NAMES, start=1):
        np.testing.assert_allclose(found[name], by_hand(train, text, order), rtol=1e-12)


@given(train=texts, context=st.lists(st.integers(1, CLASSES - 1), min_size=2, max_size=2))
@settings(max_examples=30, deadline=None)
def test_the_chances_of_all_tokens_after_a_context_add_up_to_one(train, context):
    totals = defaultdict(float)
    for token in range(1, CLASSES):
        for name, chance in ngrams.chances(train, np.array([*context, token]), CLASSES).items():
            totals[name] += chance[-1]
    assert list(totals.values()) == pytest.approx([1, 1, 1])


def test_a_text_that_alternates_is_certain_to_one_who_reads_one_letter():
    train = np.array([1, 2] * 500)
    found = ngrams.chances(train, np.array([1, 2, 1]), CLASSES)
    # Half of all letters; after a, b in all of about 500 cases.
    assert found["unigram"] == pytest.approx(0.5, abs=0.005)
    assert found["bigram"] == pytest.approx(1.0, abs=0.005)


def test_the_text_of_a_split_is_what_its_windows_were_cut_from():
    text = np.arange(1, 14)
    split = Split(text[:12].reshape(3, 4, 1), text[1:13].reshape(3, 4))
    np.testing.assert_array_equal(ngrams.stream(split), text)
