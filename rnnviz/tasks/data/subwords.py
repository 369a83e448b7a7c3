"""Subwords: frequent pieces of words, learned by merging neighbours (byte pair encoding)."""

from __future__ import annotations

import heapq
from collections import Counter, defaultdict
from collections.abc import Iterable
from itertools import pairwise

from rnnviz.tasks.data.vocabulary import LEAST, words

START = "▁"
"""Stands before the first letter of a word, so that words can be put together again."""

Pair = tuple[str, str]


class Subwords:
    """Cuts text into pieces of words, as it has learned from some texts.

    It begins with single letters and merges, again and again, the two neighbouring pieces
    that are most often next to each other (Sennrich, Haddow and Birch 2016), until there
    are `most` pieces. Pairs that are equally frequent merge in the order of their letters.
    """

    def __init__(self, texts: Iterable[str], most: int) -> None:
        counted = Counter(word for text in texts for word in words(text))
        # A word that was seen once tells nothing about what is frequent, and leaving the
        # many of them out makes this five times as fast.
        often = {word: count for word, count in counted.items() if count >= LEAST}
        letters = Counter(letter for word in often for letter in {START + word[0], *word[1:]})
        merges = _merges(often, max(0, most - len(letters)))
        self._ranks: dict[Pair, int] = {pair: rank for rank, pair in enumerate(merges)}
        self._known: dict[str, list[str]] = {}

    @property
    def merges(self) -> list[Pair]:
        """What was merged, the most frequent pair first."""
        return list(self._ranks)

    def __call__(self, text: str) -> list[str]:
        """The pieces of a text; the first piece of each word begins with `START`."""
        return [piece for word in words(text) for piece in self._pieces(word)]

    def _pieces(self, word: str) -> list[str]:
        if word not in self._known:
            self._known[word] = self._cut(word)
        return self._known[word]

    def _cut(self, word: str) -> list[str]:
        pieces = _letters(word)
        never = len(self._ranks)
        while len(pieces) > 1:
            ranks = [self._ranks.get(pair, never) for pair in pairwise(pieces)]
            rank = min(ranks)
            if rank == never:
                break
            place = ranks.index(rank)
            pieces[place : place + 2] = [pieces[place] + pieces[place + 1]]
        return pieces


def _letters(word: str) -> list[str]:
    return [START + word[0], *word[1:]]


def _merges(counted: dict[str, int], most: int) -> list[Pair]:
    """The first `most` pairs to merge, for words and how often each was seen."""
    cut = [_letters(word) for word in counted]
    often = list(counted.values())
    totals: Counter[Pair] = Counter()
    places: defaultdict[Pair, set[int]] = defaultdict(set)
    for number, pieces in enumerate(cut):
        for pair in pairwise(pieces):
            totals[pair] += often[number]
            places[pair].add(number)
    heap = [(-total, pair) for pair, total in totals.items()]
    heapq.heapify(heap)
    merges: list[Pair] = []
    while heap and len(merges) < most:
        total, pair = heapq.heappop(heap)
        if -total != totals[pair]:  # it has been counted anew, and stands further down too
            continue
        if -total < LEAST:
            break
        merges.append(pair)
        changed: set[Pair] = set()
        for number in places.pop(pair):
            pieces = cut[number]
            for old in pairwise(pieces):
                totals[old] -= often[number]
                changed.add(old)
            cut[number] = pieces = _merged(pieces, pair)
            for new in pairwise(pieces):
                totals[new] += often[number]
                places[new].add(number)
                changed.add(new)
        for other in changed:
            if totals[other] > 0:
                heapq.heappush(heap, (-totals[other], other))
    return merges


def _merged(pieces: list[str], pair: Pair) -> list[str]:
    found: list[str] = []
    place = 0
    while place < len(pieces):
        if tuple(pieces[place : place + 2]) == pair:
            found.append(pieces[place] + pieces[place + 1])
            place += 2
        else:
            found.append(pieces[place])
            place += 1
    return found
