"""Tokens, vocabularies and padding, against what can be counted by hand."""

from collections import Counter
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnviz.tasks.data import vocabulary
from rnnviz.tasks.data.subwords import START, Subwords
from rnnviz.tasks.data.vocabulary import UNKNOWN, Vocabulary


def test_words_are_small_letters_and_marks_stand_by_themselves():
    assert vocabulary.words("I didn't LIKE it... at all!") == [
        *("i", "didn't", "like", "it", ".", ".", ".", "at", "all", "!")
    ]
    assert vocabulary.words("진짜 재밌다ㅋㅋ!") == ["진짜", "재밌다ㅋㅋ", "!"]


def test_a_korean_character_is_a_syllable_and_a_space_can_be_seen():
    assert vocabulary.characters("영화 A") == ["영", "화", "␣", "a"]


def test_the_most_frequent_token_comes_first_and_what_was_seen_once_has_no_number():
    known = Vocabulary.fit([["b", "a", "a"], ["c", "a", "b", "d", "c"]], most=10)
    assert known.names[2:] == ["a", "b", "c"]
    assert known.encode(["a", "d", "never", "c"]) == [2, UNKNOWN, UNKNOWN, 4]


@pytest.mark.parametrize("most", [2, 3, 4])
def test_no_more_numbers_are_given_than_were_asked_for(most):
    assert len(Vocabulary.fit([["a", "a", "b", "b", "c", "c"]], most)) == most


@given(st.lists(st.lists(st.integers(1, 9), min_size=1, max_size=9), min_size=1), st.integers(1, 9))
@settings(max_examples=50, deadline=None)
def test_padding_keeps_every_number_in_its_place_and_cuts_only_what_is_too_long(rows, longest):
    filled, lengths = vocabulary.padded(rows, longest)
    assert filled.shape == (len(rows), longest)
    for row, found, length in zip(rows, filled, lengths, strict=True):
        assert found[:length].tolist() == row[:longest]
        assert not found[length:].any()


def test_a_fifth_is_kept_apart_and_nothing_is_lost_or_doubled():
    train, valid, test = vocabulary.parts(list(range(1009))).values()
    assert (len(valid), len(test)) == (100, 100)
    assert sorted([*train, *valid, *test]) == list(range(1009))


def test_the_same_text_in_other_letters_comes_only_once():
    assert vocabulary.distinct([("Good!", 1), ("Bad", 0), ("good!", 0)]) == [
        ("Good!", 1),
        ("Bad", 0),
    ]


def merged_as_published(counted, merges):
    """Algorithm 1 of Sennrich, Haddow and Birch (2016): count all pairs anew each time."""
    vocabulary = {(START + word[0], *word[1:]): n for word, n in counted.items() if n > 1}
    found = []
    for _ in range(merges):
        pairs = Counter()
        for pieces, count in vocabulary.items():
            for pair in pairwise(pieces):
                pairs[pair] += count
        if not pairs:
            break
        best = min(pairs, key=lambda pair: (-pairs[pair], pair))
        found.append(best)
        renewed = Counter()
        for pieces, count in vocabulary.items():
            joined, place = [], 0
            while place < len(pieces):
                width = 2 if pieces[place : place + 2] == best else 1
                joined.append("".join(pieces[place : place + width]))
                place += width
            renewed[tuple(joined)] += count
        vocabulary = renewed
    return found


@given(st.lists(st.text("abc", min_size=1, max_size=6), min_size=2, max_size=40))
@settings(max_examples=60, deadline=None)
def test_pieces_are_merged_as_was_published(words):
    counted = Counter(words)
    pieces = {p for w, n in counted.items() if n > 1 for p in [START + w[0], *w[1:]]}
    learned = Subwords(words, len(pieces) + 8)
    assert learned.merges == merged_as_published(counted, 8)


def test_pieces_put_together_are_the_words_again():
    learned = Subwords(["lower lower lowest newest widest newer"] * 2, 30)
    for sentence in ("lower newest", "slowest wider unseen 영화!"):
        together = "".join(learned(sentence)).replace(START, " ")
        assert together.split() == vocabulary.words(sentence)


def test_a_word_that_is_frequent_becomes_one_piece():
    learned = Subwords(["good"] * 9 + ["gold gone bad"] * 2, 20)
    assert learned("good") == [START + "good"]
    assert np.all([len(piece) <= 5 for piece in learned("goodgold")])
