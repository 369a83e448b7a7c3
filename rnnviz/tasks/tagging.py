"""Read a sentence, say of each word which part of speech it is."""

from __future__ import annotations

from functools import lru_cache
from typing import Annotated, ClassVar, Literal

import numpy as np
import numpy.typing as npt

from rnnviz.knobs import Knob, Value
from rnnviz.records import Reading
from rnnviz.tasks import data, measures, text
from rnnviz.tasks.task import Examples, FloatArray, IntArray, Loss, Shape, Split, Task

TAGS = [
    *("NOUN", "VERB", "ADJ", "ADV", "PRON", "PROPN", "DET", "ADP", "AUX", "NUM"),
    *("PART", "CCONJ", "SCONJ", "INTJ", "PUNCT", "SYM", "X"),
]
"""The 17 universal parts of speech (Universal Dependencies 2)."""

NUMBERS = {tag: number for number, tag in enumerate(TAGS)}

LONGEST = 30
"""The longest sentence of the data that ships."""

SEEN = {
    "English": (2298, (87, 608, 1672, 2200), (62, 433, 1097, 1830)),
    "Korean": (1480, (662, 2256, 1794, 1558), (474, 1886, 1775, 1535)),
}
"""How many numbers the training part fills, padding and unknown among them: with words, with
beginnings of 1 to 4 letters, and with endings. Known without reading it, so that nobody has to
wait for the size of a network. A test counts them."""

Doubles = npt.NDArray[np.float64]
Sentence = list[tuple[str, str]]
"""words with their tags"""


class Tagging(Task, tag="tagging"):
    """Sentences of Universal Dependencies, English EWT and Korean GSD, with a tag for each word.

    A word is read as three tokens at once: itself, its first letters and its last ones, so
    that something is known of a word that was never seen. Which sentence is kept for what
    does not depend on the seed.
    """

    title: ClassVar[str] = "Parts of speech"
    summary: ClassVar[str] = "Read a sentence, say of each word whether it is a noun, a verb, …"
    shape: ClassVar[Shape] = "many-to-many"
    loss: ClassVar[Loss] = "cross-entropy"
    whole_sequence: ClassVar[bool] = True
    network: ClassVar[dict[str, Value]] = {
        "cell": "GRU",
        "embedding": 64,
        "dropout_inputs": 0.3,
        "dropout_readout": 0.3,
    }
    training: ClassVar[dict[str, Value]] = {
        "learning_rate": 5e-3,
        "batch": 32,
        "epochs": 10,
        "schedule": "cosine",
    }

    language: Annotated[
        Literal["English", "Korean"],
        Knob("language", "The language of the sentences that are read."),
    ] = "English"
    beginning: Annotated[
        int,
        Knob(
            "letters of the beginning",
            "How many of a word's first letters are read beside it; capital letters count.",
            low=1,
            high=4,
        ),
    ] = 1
    ending: Annotated[
        int,
        Knob(
            "letters of the ending",
            "How many of a word's last letters are read beside it.",
            low=1,
            high=4,
        ),
    ] = 3

    @property
    def vocabularies(self) -> tuple[int, ...]:
        words, beginnings, endings = SEEN[self.language]
        return (words, beginnings[self.beginning - 1], endings[self.ending - 1])

    @property
    def output_size(self) -> int:
        return len(TAGS)

    @property
    def timesteps(self) -> int:
        return LONGEST

    def examples(self, seed: int) -> Examples:
        return Examples(*(self._split(part) for part in _sentences(self.language)))

    def baselines(self, examples: Examples) -> dict[str, float]:
        right = examples.valid.targets[measures.counted(examples.valid)]
        train, valid, _ = _sentences(self.language)
        chances, asked = _by_word(train, valid)
        return {
            "most frequent tag": _cross_entropy(_shares(examples.train)[right]),
            "most frequent tag of the word": _cross_entropy(chances[np.arange(len(asked)), asked]),
        }

    def rules(self, examples: Examples) -> dict[str, dict[str, float]]:
        split = examples.test or examples.valid
        right = split.targets[measures.counted(split)]
        train, _, test = _sentences(self.language)
        chances, asked = _by_word(train, test)
        frequent = right == _shares(examples.train).argmax()
        return {
            "most frequent tag": {"accuracy": float(frequent.mean())},
            "most frequent tag of the word": {
                "accuracy": float((asked == chances.argmax(axis=1)).mean())
            },
        }

    def metrics(self, outputs: FloatArray, split: Split) -> dict[str, float]:
        return {"accuracy": measures.accuracy(outputs, split)}

    def error_by_position(self, outputs: FloatArray, split: Split) -> FloatArray:
        return measures.errors_by_position(outputs, split)

    def read(self, split: Split, example: int, output: FloatArray) -> Reading:
        known = self._known()
        said = [TAGS[tag] for tag in output.argmax(axis=1)]
        asked = [TAGS[tag] for tag in split.targets[example, : len(output)]]
        return Reading(
            kind="tokens",
            steps=[_shown(row, known) for row in split.inputs[example, : len(output)]],
            answers=said,
            asked=asked,
            right=[a == b for a, b in zip(said, asked, strict=True)],
            likely=measures.likeliest(output, TAGS),
        )

    def _known(self) -> tuple[text.Vocabulary, ...]:
        return _fitted(self.language, self.beginning, self.ending, self.vocabularies)

    def _split(self, sentences: list[Sentence]) -> Split:
        columns = []
        for place, known in enumerate(self._known()):
            numbers = [
                known.encode(_columns(word, self.beginning, self.ending)[place] for word, _ in s)
                for s in sentences
            ]
            tokens, lengths = text.padded(numbers, LONGEST)
            columns.append(tokens)
        targets, _ = text.padded([[NUMBERS[tag] for _, tag in s] for s in sentences], LONGEST)
        return Split(np.stack(columns, axis=-1), targets, lengths)


def _columns(word: str, beginning: int, ending: int) -> tuple[str, str, str]:
    """What is read of a word. Its capital letters are left to the beginning: a word at the
    head of a sentence is the same word."""
    return word.lower(), word[:beginning], word[-ending:].lower()


def _shown(tokens: IntArray, known: tuple[text.Vocabulary, ...]) -> str:
    """A word as it is read: where it is not known, what is known of it."""
    word, beginning, ending = (v.names[n] for v, n in zip(known, tokens, strict=True))
    if tokens[0] != text.UNKNOWN:
        return word
    if (tokens[1:] == text.UNKNOWN).all():
        return text.UNKNOWN_NAME
    return "…".join("" if name == text.UNKNOWN_NAME else name for name in (beginning, ending))


def _shares(train: Split) -> Doubles:
    """How frequent each tag is, ``(O,)``; each is counted once more than it was seen."""
    counts = np.bincount(train.targets[measures.counted(train)], minlength=len(TAGS)) + 1.0
    return counts / counts.sum()


def _by_word(train: list[Sentence], asked: list[Sentence]) -> tuple[Doubles, IntArray]:
    """How frequent each tag is for each word of `asked`, ``(n, O)``, and the right ones, ``(n,)``.

    It is counted for the words themselves, those seen once among them, which the network has
    no number for. A word that was never seen has the shares of all words:

        p(tag | word) = (n(word, tag) + p(tag)) / (n(word) + 1)
    """
    words, tags = _flat([*train, *asked])
    seen = sum(map(len, train))
    distinct, places = np.unique(words, return_inverse=True)
    counts = np.zeros((len(distinct), len(TAGS)))
    np.add.at(counts, (places[:seen], tags[:seen]), 1)
    shares = (counts.sum(axis=0) + 1) / (seen + len(TAGS))
    chances = (counts + shares) / (counts.sum(axis=1, keepdims=True) + 1)
    return chances[places[seen:]], tags[seen:]


def _flat(sentences: list[Sentence]) -> tuple[npt.NDArray[np.str_], IntArray]:
    """All words one after the other, in small letters, and the numbers of their tags."""
    pairs = [pair for sentence in sentences for pair in sentence]
    words = np.array([word.lower() for word, _ in pairs])
    return words, np.array([NUMBERS[tag] for _, tag in pairs], np.int64)


def _cross_entropy(chances: Doubles) -> float:
    return measures.cross_entropy(chances.astype(np.float32))


def _sentences(language: str) -> tuple[list[Sentence], list[Sentence], list[Sentence]]:
    """The sentences to learn from, to judge by and to test with, each only once."""
    name = {"English": "tagged-en.txt", "Korean": "tagged-ko.txt"}[language]
    return text.parts([s for _, s in text.distinct(data.rows(name, _sentence))])


def _sentence(line: str) -> tuple[str, Sentence]:
    pairs = [token.rpartition("/") for token in line.split(" ")]
    for word, _, tag in pairs:
        if not word or tag not in TAGS:
            raise ValueError(f"{word}/{tag} should be a word, a stroke and a part of speech")
    return " ".join(word for word, _, _ in pairs), [(word, tag) for word, _, tag in pairs]


@lru_cache(maxsize=4)
def _fitted(
    language: str, beginning: int, ending: int, most: tuple[int, ...]
) -> tuple[text.Vocabulary, ...]:
    """The three vocabularies, which have seen the training part alone."""
    train = [
        [_columns(word, beginning, ending) for word, _ in sentence]
        for sentence in _sentences(language)[0]
    ]
    return tuple(
        text.Vocabulary.fit(([word[place] for word in s] for s in train), size)
        for place, size in enumerate(most)
    )
