"""Read a sentence, say of each word which part of speech it is."""

from __future__ import annotations

from functools import lru_cache
from typing import Annotated, ClassVar, Literal, NamedTuple

import numpy as np

from rnnviz.knobs import Knob, Value
from rnnviz.records.preprocessing import Column, PreparedSequence, Stretch
from rnnviz.records.trace import Presentation
from rnnviz.tasks.data import shipped, vocabulary
from rnnviz.tasks.rules import measures, word_tags
from rnnviz.tasks.rules.logistic import Doubles
from rnnviz.tasks.rules.parts import Parts, finished
from rnnviz.tasks.task import Examples, FloatArray, IntArray, Loss, Part, Shape, Split, Task, nth
from rnnviz.words.phrase import Phrase

FILES = {"English": "tagged-en.txt", "Korean": "tagged-ko.txt"}

TAGS = [
    *("NOUN", "VERB", "ADJ", "ADV", "PRON", "PROPN", "DET", "ADP", "AUX", "NUM"),
    *("PART", "CCONJ", "SCONJ", "INTJ", "PUNCT", "SYM", "X"),
]
"""The 17 universal parts of speech (Universal Dependencies 2)."""

NUMBERS = {tag: number for number, tag in enumerate(TAGS)}

LONGEST = 30
"""The longest sentence of the data that ships."""

SEEN = {
    "English": (2298, (84, 451, 1252, 1968), (59, 295, 856, 1550)),
    "Korean": (1480, (429, 972, 1110, 1141), (295, 780, 928, 957)),
}
"""How many numbers the training part fills, padding and unknown among them: with words, with
beginnings of up to 1, 2, 3 and 4 letters, and with endings. Known without reading it, so that
nobody has to wait for the size of a network. A test counts them."""

LETTERS = 4
"""How many letters of a beginning or an ending are read at most."""

OFTEN = 5
"""How often a beginning or an ending has to be seen to get a number of its own. Longer ones say
more, but one that is rare says it of few words, and a shorter one is read in its place. Korean
gains by it; in English 2 and 5 cannot be told apart."""

FREQUENT, BY_ENDING = "most frequent tag", "usual tag of word and ending"
REGRESSION = "logistic regression on the word"

Sentence = list[tuple[str, str]]
"""words with their tags"""


class Tagging(Task, tag="tagging"):
    """Sentences of Universal Dependencies, English EWT and Korean GSD, with a tag for each word.

    A word is read as three tokens at once: itself, its beginning and its ending, so that
    something is known of a word that was never seen. Which sentence is kept for what
    does not depend on the seed.
    """

    title: ClassVar[str] = "Parts of speech"
    summary: ClassVar[str] = "Read a sentence, say of each word whether it is a noun, a verb, …"
    words: ClassVar[tuple[str, ...]] = (
        "accuracy",
        "most frequent tag",
        "usual tag of word and ending",
        "logistic regression on the word",
    )
    shape: ClassVar[Shape] = "many-to-many"
    loss: ClassVar[Loss] = "cross-entropy"
    whole_sequence: ClassVar[bool] = True
    network: ClassVar[dict[str, Value]] = {
        "cell": "GRU",
        "embedding": 128,
        "dropout_inputs": 0.3,
        "dropout_readout": 0.3,
    }
    language: Annotated[
        Literal["English", "Korean"],
        Knob("language", "The language of the sentences that are read."),
    ] = "English"
    beginning: Annotated[
        int,
        Knob(
            "letters of the beginning",
            "How many of a word's first letters are read beside it at most, as long as they are "
            "often seen; capital letters count.",
            low=1,
            high=LETTERS,
        ),
    ] = 1
    ending: Annotated[
        int,
        Knob(
            "letters of the ending",
            "How many of a word's last letters are read beside it at most, as long as they are "
            "often seen; 3 suit English, 2 Korean.",
            low=1,
            high=LETTERS,
        ),
    ] = 3

    @property
    def training(self) -> dict[str, Value]:  # type: ignore[override]
        """Without decay a network knows these few sentences by heart in the end, the Korean ones
        above all: of half as many words, more are seen once."""
        return {
            "learning_rate": 5e-3,
            "batch": 32,
            "epochs": 15,
            "schedule": "cosine",
            "weight_decay": 1.0 if self.language == "Korean" else 0.3,
        }

    @property
    def sources(self) -> tuple[str, ...]:
        return (FILES[self.language],)

    @property
    def vocabularies(self) -> tuple[int, int, int]:
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
        train, valid, _ = map(_flat, _sentences(self.language))
        asked, right = valid
        chances = word_tags.by_ending(*train, asked, len(TAGS))
        return {
            FREQUENT: _cross_entropy(_shares(examples.train)[right]),
            BY_ENDING: _cross_entropy(chances[np.arange(len(right)), right]),
        }

    def rules(self, examples: Examples) -> dict[str, dict[str, float]]:
        return finished(self.parts_of_rules(examples))

    def parts_of_rules(self, examples: Examples) -> Parts[dict[str, dict[str, float]]]:
        train, _, test = map(_flat, _sentences(self.language))
        asked, right = test
        chances = {
            FREQUENT: _shares(examples.train)[None],
            BY_ENDING: word_tags.by_ending(*train, asked, len(TAGS)),
        }
        yield
        chances[REGRESSION] = yield from word_tags.parts_of_regression(*train, asked, len(TAGS))
        return {
            rule: {"accuracy": float((found.argmax(axis=1) == right).mean())}
            for rule, found in chances.items()
        }

    def metrics(self, outputs: FloatArray, split: Split) -> dict[str, float]:
        return {"accuracy": measures.accuracy(outputs, split)}

    def error_by_position(self, outputs: FloatArray, split: Split) -> FloatArray:
        return measures.errors_by_position(outputs, split)

    def preprocessing(self, part: Part, example: int, seed: int = 0) -> PreparedSequence:
        parts = _sentences(self.language)
        chosen = dict(zip(("train", "valid", "test"), parts, strict=True))[part]
        sentence = chosen[nth(example, len(chosen), part)]
        words = [word for word, _ in sentence]
        return PreparedSequence(
            stretches=[
                Stretch(
                    role="sentence",
                    # A line of the file: words and tags with a stroke, a space between two.
                    raw=[f"{' ' * (n > 0)}{word}/{tag}" for n, (word, tag) in enumerate(sentence)],
                    cut_off=max(0, len(words) - LONGEST),
                    columns=self._known().columns(words[:LONGEST]),
                    padded=LONGEST,
                )
            ],
            fitted=Phrase(
                "counted in the {n} sentences of the training part alone", {"n": len(parts[0])}
            ),
            lengths=np.array([min(len(s), LONGEST) for s in parts[0]]),
        )

    def read(self, split: Split, example: int, output: FloatArray) -> Presentation:
        known = self._known()
        said = [TAGS[tag] for tag in output.argmax(axis=1)]
        asked = [TAGS[tag] for tag in split.targets[example, : len(output)]]
        return Presentation(
            kind="tokens",
            steps=[known.shown(row) for row in split.inputs[example, : len(output)]],
            answers=said,
            asked=asked,
            right=[a == b for a, b in zip(said, asked, strict=True)],
            likely=measures.likeliest(output, TAGS),
        )

    def _known(self) -> Columns:
        return _fitted(self.language, self.beginning, self.ending, self.vocabularies)

    def _split(self, sentences: list[Sentence]) -> Split:
        known = self._known()
        read = [[known.encode(word) for word, _ in sentence] for sentence in sentences]
        columns = [
            vocabulary.padded([[w[k] for w in s] for s in read], LONGEST)[0] for k in range(3)
        ]
        tags = [[NUMBERS[tag] for _, tag in sentence] for sentence in sentences]
        targets, lengths = vocabulary.padded(tags, LONGEST)
        return Split(np.stack(columns, axis=-1), targets, lengths)


class Columns(NamedTuple):
    """The three vocabularies that a word is read by."""

    words: vocabulary.Vocabulary
    beginnings: vocabulary.Vocabulary
    endings: vocabulary.Vocabulary

    def encode(self, word: str) -> tuple[int, int, int]:
        """The number of a word, of its longest beginning that is known, and of its longest
        ending."""
        return (
            self.words.first([word.lower()]),
            self.beginnings.first(_beginnings(word, LETTERS)),
            self.endings.first(_endings(word, LETTERS)),
        )

    def columns(self, words: list[str]) -> list[Column]:
        """The three numbers of each word, to be looked at."""
        read = [self.encode(word) for word in words]
        return [
            Column(
                name=name,
                pieces=[known.names[row[place]] for row in read],
                numbers=[row[place] for row in read],
                size=len(known),
                unknown=vocabulary.UNKNOWN,
            )
            for place, (name, known) in enumerate(
                (("word", self.words), ("beginning", self.beginnings), ("ending", self.endings))
            )
        ]

    def shown(self, tokens: IntArray) -> str:
        """A word ``(3,)`` as it is read: where it is not known, what is known of it."""
        word, beginning, ending = tokens
        if word != vocabulary.UNKNOWN:
            return self.words.names[word]
        if beginning == ending == vocabulary.UNKNOWN:
            return vocabulary.UNKNOWN_NAME
        start = "" if beginning == vocabulary.UNKNOWN else self.beginnings.names[beginning]
        end = "" if ending == vocabulary.UNKNOWN else self.endings.names[ending]
        return f"{start}…{end}"


def _beginnings(word: str, most: int) -> list[str]:
    """The first letters of a word, up to `most`, the longest first. Capital letters are left to
    them alone: a word at the head of a sentence is the same word, with the same ending."""
    return [word[:length] for length in range(min(most, len(word)), 0, -1)]


def _endings(word: str, most: int) -> list[str]:
    return [word[-length:].lower() for length in range(min(most, len(word)), 0, -1)]


def _shares(train: Split) -> Doubles:
    """How frequent each tag is, ``(O,)``; each is counted once more than it was seen."""
    counts = np.bincount(train.targets[measures.counted(train)], minlength=len(TAGS)) + 1.0
    return counts / counts.sum()


def _flat(sentences: list[Sentence]) -> tuple[list[str], IntArray]:
    """All words one after the other, and the numbers of their tags."""
    pairs = [pair for sentence in sentences for pair in sentence]
    return [word for word, _ in pairs], np.array([NUMBERS[tag] for _, tag in pairs], np.int64)


def _cross_entropy(chances: Doubles) -> float:
    return measures.cross_entropy(chances.astype(np.float32))


def _sentences(language: str) -> tuple[list[Sentence], list[Sentence], list[Sentence]]:
    """The sentences to learn from, to judge by and to test with, each only once."""
    found = vocabulary.distinct(shipped.rows(FILES[language], _sentence))
    return vocabulary.parts([sentence for _, sentence in found])


def _sentence(line: str) -> tuple[str, Sentence]:
    pairs = [token.rpartition("/") for token in line.split(" ")]
    for word, _, tag in pairs:
        if not word or tag not in TAGS:
            raise ValueError(f"{word}/{tag} should be a word, a stroke and a part of speech")
    return " ".join(word for word, _, _ in pairs), [(word, tag) for word, _, tag in pairs]


@lru_cache(maxsize=4)
def _fitted(language: str, beginning: int, ending: int, most: tuple[int, int, int]) -> Columns:
    """The vocabularies as the training part alone has them."""
    words = [word for sentence in _sentences(language)[0] for word, _ in sentence]
    return Columns(
        vocabulary.Vocabulary.fit([[word.lower() for word in words]], most[0]),
        vocabulary.Vocabulary.fit((_beginnings(word, beginning) for word in words), most[1], OFTEN),
        vocabulary.Vocabulary.fit((_endings(word, ending) for word in words), most[2], OFTEN),
    )
