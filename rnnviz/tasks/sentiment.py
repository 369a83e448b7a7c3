"""Read a review, say whether it is a good one."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property, lru_cache
from typing import Annotated, ClassVar, Literal

import numpy as np

from rnnviz.knobs import Knob, Value
from rnnviz.records.preprocessing import PreparedSequence, Stretch
from rnnviz.records.trace import Presentation
from rnnviz.tasks.data import shipped, vocabulary
from rnnviz.tasks.data.subwords import START, Subwords
from rnnviz.tasks.data.vocabulary import Vocabulary
from rnnviz.tasks.dataset import Dataset
from rnnviz.tasks.examples import PARTS, Examples, FloatArray, Part, Split, pick
from rnnviz.tasks.rules import bags, measures
from rnnviz.tasks.rules.logistic import Doubles
from rnnviz.tasks.task import Loss, Shape, Task
from rnnviz.words.phrase import Phrase

Review = tuple[str, int]
"""a text, and 1 where it is a good one, else 0"""

NAMES = ["bad", "good"]

FILES = {"English": "reviews-en.tsv", "Korean": "reviews-ko.tsv"}


class Sentiment(Task, tag="sentiment"):
    """Reviews of films, goods and restaurants, half of them good ones.

    English: sentences of three web sites (Kotzias and others 2015). Korean: film reviews of
    6 to 60 characters (NSMC). Which review is kept for what does not depend on the seed.
    """

    title: ClassVar[str] = "Sentiment"
    summary: ClassVar[str] = "Read a review to its end, say whether it is good or bad."
    order: ClassVar[int] = 40
    words: ClassVar[tuple[str, ...]] = (
        "accuracy",
        "majority",
        "bag of words",
        "bag of characters",
        "bag of subwords",
        "bad",
        "good",
        "word",
        "character",
        "subword",
        "review",
    )
    shape: ClassVar[Shape] = "many-to-one"
    loss: ClassVar[Loss] = "cross-entropy"
    embeds: ClassVar[bool] = True
    whole_sequence: ClassVar[bool] = True
    network: ClassVar[dict[str, Value]] = {
        "cell": "GRU",
        "embedding": 128,
        "dropout_inputs": 0.3,
        "dropout_readout": 0.3,
    }
    training: ClassVar[dict[str, Value]] = {
        "learning_rate": 3e-3,
        "batch": 32,
        "epochs": 10,
        "schedule": "cosine",
    }

    language: Annotated[
        Literal["English", "Korean"],
        Knob("language", "The language of the reviews that are read."),
    ] = "English"
    tokens: Annotated[
        Literal["words", "characters", "subwords"],
        Knob(
            "tokens",
            "What is read at each timestep: a word, a character, or a piece of a word that is "
            "often seen.",
        ),
    ] = "words"
    longest: Annotated[
        int,
        Knob(
            "longest review",
            "How many tokens of a review are read at most; what comes after them is cut off.",
            low=2,
            high=200,
            scale="log",
            unit="timesteps",
        ),
    ] = 60
    vocabulary: Annotated[
        int,
        Knob(
            "vocabulary size",
            "How many different tokens have a number of their own at most; all that are rarer "
            "read as one, the unknown.",
            low=10,
            high=8000,
            scale="log",
        ),
    ] = 2000

    @property
    def sources(self) -> tuple[str, ...]:
        return (FILES[self.language],)

    def open(self, seed: int) -> SentimentData:
        return SentimentData(self, seed)


class SentimentData(Dataset):
    """Reviews as numbers: how a text is cut, and which number each piece has, has seen the
    training part alone."""

    task: Sentiment

    output_size = len(NAMES)

    def __init__(self, task: Sentiment, seed: int) -> None:
        super().__init__(task, seed)
        self._reviews = _reviews(FILES[task.language])
        train = [review for review, _ in self._reviews["train"]]
        self._cut = _cutter(task, train)
        self._known = Vocabulary.fit(map(self._cut, train), task.vocabulary)
        self.vocabularies = (len(self._known),)
        self.timesteps = task.longest

    @cached_property
    def examples(self) -> Examples:
        return Examples(*(self._split(self._reviews[part]) for part in PARTS))

    def baselines(self) -> dict[str, float]:
        train, valid, _ = self.examples
        good = train.targets.mean()
        classes = valid.targets
        chance = self._bag(train, valid)
        return {
            "majority": measures.cross_entropy(np.where(classes == 1, good, 1 - good)),
            self._rule: measures.cross_entropy(np.where(classes == 1, chance, 1 - chance)),
        }

    def rules(self) -> dict[str, dict[str, float]]:
        train, split = self.examples.train, self.examples.final
        classes = split.targets == 1
        good = train.targets.mean() > 0.5
        chance = self._bag(train, split)
        return {
            "majority": {"accuracy": float((classes == good).mean())},
            self._rule: {"accuracy": float((classes == (chance > 0.5)).mean())},
        }

    def metrics(self, outputs: FloatArray, split: Split) -> dict[str, float]:
        return {"accuracy": measures.accuracy(outputs, split)}

    def preprocessing(self, part: Part, example: int) -> PreparedSequence:
        tokens, longest = self.task.tokens, self.task.longest
        train = self._reviews["train"]
        review, _ = pick(self._reviews[part], part, example)
        pieces = self._cut(review)
        bare = [piece.removeprefix(START) for piece in pieces]
        return PreparedSequence(
            stretches=[
                Stretch(
                    role="review",
                    raw=vocabulary.cuts(review, bare if tokens == "subwords" else pieces),
                    cut_off=max(0, len(pieces) - longest),
                    columns=[vocabulary.column(tokens[:-1], self._known, pieces[:longest])],
                    padded=longest,
                )
            ],
            fitted=Phrase(
                "counted in the {n} reviews of the training part alone",
                {"n": len(train)},
            ),
            lengths=self.examples.train.lengths,
        )

    def read(self, split: Split, example: int, output: FloatArray) -> Presentation:
        names = self._known.names
        tokens = split.inputs[example, : len(output), 0]
        said, asked = NAMES[output[-1].argmax()], NAMES[split.targets[example]]
        before = len(tokens) - 1
        return Presentation(
            kind="tokens",
            steps=[names[token] for token in tokens],
            answers=[""] * before + [said],
            asked=[""] * before + [asked],
            right=[None] * before + [said == asked],
            likely=measures.likeliest(output, NAMES),
        )

    @property
    def _rule(self) -> str:
        return f"bag of {self.task.tokens}"

    def _bag(self, train: Split, split: Split) -> Doubles:
        """The chance that a review is good, by what is in it. One character says little:
        runs of up to three are in that bag."""
        return bags.chances(train, split, run=3 if self.task.tokens == "characters" else 1)

    def _split(self, reviews: list[Review]) -> Split:
        numbers = [self._known.encode(self._cut(review)) for review, _ in reviews]
        inputs, lengths = vocabulary.padded(numbers, self.task.longest)
        return Split(inputs[..., None], np.array([good for _, good in reviews]), lengths)


@lru_cache(maxsize=2)
def _reviews(file: str) -> dict[Part, list[Review]]:
    """The reviews of a file that ships, for each part, each only once."""
    return vocabulary.parts(vocabulary.distinct(shipped.rows(file, _review, header=True)))


def _review(line: str) -> Review:
    label, _, review = line.partition("\t")
    if label not in ("0", "1") or not review.strip():
        raise ValueError("it should be 0 or 1, a tab and a text")
    return review.strip(), int(label)


def _cutter(task: Sentiment, train: list[str]) -> Callable[[str], list[str]]:
    """How a text is cut into tokens."""
    if task.tokens == "subwords":
        return Subwords(train, task.vocabulary - 2)
    return vocabulary.words if task.tokens == "words" else vocabulary.characters
