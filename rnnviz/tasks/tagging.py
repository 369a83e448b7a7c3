"""Read a sentence, say of each word which part of speech it is."""

from __future__ import annotations

from functools import cached_property, lru_cache
from typing import Annotated, ClassVar, Literal, NamedTuple

import numpy as np

from rnnviz.knobs import Knob, Value
from rnnviz.records.preprocessing import Column, PreparedSequence, Stretch
from rnnviz.records.trace import Presentation
from rnnviz.tasks.data import shipped, vocabulary
from rnnviz.tasks.dataset import Dataset
from rnnviz.tasks.examples import PARTS, Examples, FloatArray, IntArray, Part, Split, pick
from rnnviz.tasks.rules import measures, word_tags
from rnnviz.tasks.rules.logistic import Doubles
from rnnviz.tasks.rules.parts import Parts, finished
from rnnviz.tasks.task import Loss, Shape, Task
from rnnviz.words.phrase import Phrase

FILES = {"English": "tagged-en.txt", "Korean": "tagged-ko.txt"}

TAGS = [
    *("NOUN", "VERB", "ADJ", "ADV", "PRON", "PROPN", "DET", "ADP", "AUX", "NUM"),
    *("PART", "CCONJ", "SCONJ", "INTJ", "PUNCT", "SYM", "X"),
]
"""The 17 universal parts of speech (Universal Dependencies 2)."""

NUMBERS = {tag: number for number, tag in enumerate(TAGS)}

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
    order: ClassVar[int] = 50
    words: ClassVar[tuple[str, ...]] = (
        "accuracy",
        "most frequent tag",
        "usual tag of word and ending",
        "logistic regression on the word",
        "word",
        "beginning",
        "ending",
        "sentence",
    )
    shape: ClassVar[Shape] = "many-to-many"
    loss: ClassVar[Loss] = "cross-entropy"
    embeds: ClassVar[bool] = True
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

    def open(self, seed: int) -> TaggingData:
        return TaggingData(self, seed)


class TaggingData(Dataset):
    """Sentences as numbers, by vocabularies that have seen the training part alone."""

    task: Tagging

    output_size = len(TAGS)

    def __init__(self, task: Tagging, seed: int) -> None:
        super().__init__(task, seed)
        self._sentences = _sentences(FILES[task.language])
        words = [word for sentence in self._sentences["train"] for word, _ in sentence]
        self._known = Columns.fit(words, task.beginning, task.ending)
        self.vocabularies = tuple(map(len, self._known))
        self.timesteps = max(len(s) for part in self._sentences.values() for s in part)

    @cached_property
    def examples(self) -> Examples:
        return Examples(*(self._split(self._sentences[part]) for part in PARTS))

    def baselines(self) -> dict[str, float]:
        asked, right = _flat(self._sentences["valid"])
        chances = word_tags.by_ending(*_flat(self._sentences["train"]), asked, len(TAGS))
        return {
            FREQUENT: _cross_entropy(_shares(self.examples.train)[right]),
            BY_ENDING: _cross_entropy(chances[np.arange(len(right)), right]),
        }

    def rules(self) -> dict[str, dict[str, float]]:
        return finished(self.parts_of_rules())

    def parts_of_rules(self) -> Parts[dict[str, dict[str, float]]]:
        train = _flat(self._sentences["train"])
        asked, right = _flat(self._sentences["test"])
        chances = {
            FREQUENT: _shares(self.examples.train)[None],
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

    def preprocessing(self, part: Part, example: int) -> PreparedSequence:
        train = self._sentences["train"]
        sentence = pick(self._sentences[part], part, example)
        words = [word for word, _ in sentence]
        return PreparedSequence(
            stretches=[
                Stretch(
                    role="sentence",
                    # A line of the file: words and tags with a stroke, a space between two.
                    raw=[f"{' ' * (n > 0)}{word}/{tag}" for n, (word, tag) in enumerate(sentence)],
                    columns=self._known.columns(words),
                    padded=self.timesteps,
                )
            ],
            fitted=Phrase(
                "counted in the {n} sentences of the training part alone",
                {"n": len(train)},
            ),
            lengths=self.examples.train.lengths,
        )

    def read(self, split: Split, example: int, output: FloatArray) -> Presentation:
        said = [TAGS[tag] for tag in output.argmax(axis=1)]
        asked = [TAGS[tag] for tag in split.targets[example, : len(output)]]
        return Presentation(
            kind="tokens",
            steps=[self._known.shown(row) for row in split.inputs[example, : len(output)]],
            answers=said,
            asked=asked,
            right=[a == b for a, b in zip(said, asked, strict=True)],
            likely=measures.likeliest(output, TAGS),
        )

    def _split(self, sentences: list[Sentence]) -> Split:
        longest = self.timesteps
        read = [[self._known.encode(word) for word, _ in sentence] for sentence in sentences]
        columns = [
            vocabulary.padded([[w[k] for w in s] for s in read], longest)[0] for k in range(3)
        ]
        tags = [[NUMBERS[tag] for _, tag in sentence] for sentence in sentences]
        targets, lengths = vocabulary.padded(tags, longest)
        return Split(np.stack(columns, axis=-1), targets, lengths)


class Columns(NamedTuple):
    """The three vocabularies that a word is read by."""

    words: vocabulary.Vocabulary
    beginnings: vocabulary.Vocabulary
    endings: vocabulary.Vocabulary

    @classmethod
    def fit(cls, words: list[str], beginning: int, ending: int) -> Columns:
        """Those of words, of their first letters and of their last, so many at most."""
        fit = vocabulary.Vocabulary.fit
        return cls(
            fit([[word.lower() for word in words]]),
            fit((_beginnings(word, beginning) for word in words), least=OFTEN),
            fit((_endings(word, ending) for word in words), least=OFTEN),
        )

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


@lru_cache(maxsize=2)
def _sentences(file: str) -> dict[Part, list[Sentence]]:
    """The sentences of a file that ships, for each part, each only once."""
    return vocabulary.parts([s for _, s in vocabulary.distinct(shipped.rows(file, _sentence))])


def _sentence(line: str) -> tuple[str, Sentence]:
    pairs = [token.rpartition("/") for token in line.split(" ")]
    for word, _, tag in pairs:
        if not word or tag not in TAGS:
            raise ValueError(f"{word}/{tag} should be a word, a stroke and a part of speech")
    return " ".join(word for word, _, _ in pairs), [(word, tag) for word, _, tag in pairs]
