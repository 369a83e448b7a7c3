"""Read a review, say whether it is a good one."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Annotated, ClassVar, Literal

import numpy as np

from rnnviz.knobs import Knob, Value
from rnnviz.records.preprocessing import PreparedSequence, Stretch
from rnnviz.records.trace import Presentation
from rnnviz.tasks.data import shipped, vocabulary
from rnnviz.tasks.data.subwords import START, Subwords
from rnnviz.tasks.data.vocabulary import Vocabulary
from rnnviz.tasks.rules import bags, measures
from rnnviz.tasks.rules.logistic import Doubles
from rnnviz.tasks.task import Examples, FloatArray, Loss, Part, Shape, Split, Task, nth
from rnnviz.words.phrase import Phrase

Review = tuple[str, int]
"""a text, and 1 where it is a good one, else 0"""

FILES = {"English": "reviews-en.tsv", "Korean": "reviews-ko.tsv"}

NAMES = ["bad", "good"]

SEEN = {
    ("English", "words"): 1872,
    ("English", "characters"): 60,
    ("Korean", "words"): 4570,
    ("Korean", "characters"): 1240,
}
"""How many numbers the training part can fill, padding and unknown among them: known without
reading it, so that nobody has to wait for the size of a network. A test counts them."""


class Sentiment(Task, tag="sentiment"):
    """Reviews of films, goods and restaurants, half of them good ones.

    English: sentences of three web sites (Kotzias and others 2015). Korean: film reviews of
    6 to 60 characters (NSMC). Which review is kept for what does not depend on the seed.
    """

    title: ClassVar[str] = "Sentiment"
    summary: ClassVar[str] = "Read a review to its end, say whether it is good or bad."
    words: ClassVar[tuple[str, ...]] = (
        "accuracy",
        "majority",
        "bag of words",
        "bag of characters",
        "bag of subwords",
        "bad",
        "good",
    )
    shape: ClassVar[Shape] = "many-to-one"
    loss: ClassVar[Loss] = "cross-entropy"
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

    @property
    def vocabularies(self) -> tuple[int, ...]:
        return (min(self.vocabulary, SEEN.get((self.language, self.tokens), self.vocabulary)),)

    @property
    def output_size(self) -> int:
        return len(NAMES)

    @property
    def timesteps(self) -> int:
        return self.longest

    def examples(self, seed: int) -> Examples:
        cut, vocabulary = self._reader()
        return Examples(
            *(self._split(part, cut, vocabulary) for part in _reviews(self.language)),
        )

    def baselines(self, examples: Examples) -> dict[str, float]:
        good = examples.train.targets.mean()
        classes = examples.valid.targets
        chance = self._bag(examples.train, examples.valid)
        return {
            "majority": measures.cross_entropy(np.where(classes == 1, good, 1 - good)),
            self._rule: measures.cross_entropy(np.where(classes == 1, chance, 1 - chance)),
        }

    def rules(self, examples: Examples) -> dict[str, dict[str, float]]:
        split = examples.test or examples.valid
        classes = split.targets == 1
        good = examples.train.targets.mean() > 0.5
        chance = self._bag(examples.train, split)
        return {
            "majority": {"accuracy": float((classes == good).mean())},
            self._rule: {"accuracy": float((classes == (chance > 0.5)).mean())},
        }

    def metrics(self, outputs: FloatArray, split: Split) -> dict[str, float]:
        return {"accuracy": measures.accuracy(outputs, split)}

    def preprocessing(self, part: Part, example: int, seed: int = 0) -> PreparedSequence:
        cut, known = self._reader()
        reviews = _reviews(self.language)
        chosen = dict(zip(("train", "valid", "test"), reviews, strict=True))[part]
        review, _ = chosen[nth(example, len(chosen), part)]
        pieces = cut(review)
        bare = [piece.removeprefix(START) for piece in pieces]
        lengths = [min(len(cut(review)), self.longest) for review, _ in reviews[0]]
        return PreparedSequence(
            stretches=[
                Stretch(
                    role="review",
                    raw=vocabulary.cuts(review, bare if self.tokens == "subwords" else pieces),
                    cut_off=max(0, len(pieces) - self.longest),
                    columns=[vocabulary.column(self.tokens[:-1], known, pieces[: self.longest])],
                    padded=self.longest,
                )
            ],
            fitted=Phrase(
                "counted in the {n} reviews of the training part alone", {"n": len(lengths)}
            ),
            lengths=np.array(lengths),
        )

    def read(self, split: Split, example: int, output: FloatArray) -> Presentation:
        names = self._reader()[1].names
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
        return f"bag of {self.tokens}"

    def _bag(self, train: Split, split: Split) -> Doubles:
        """The chance that a review is good, by what is in it. One character says little:
        runs of up to three are in that bag."""
        return bags.chances(train, split, run=3 if self.tokens == "characters" else 1)

    def _reader(self) -> tuple[Callable[[str], list[str]], Vocabulary]:
        return _fitted(self.language, self.tokens, self.vocabularies[0])

    def _split(
        self, reviews: list[Review], cut: Callable[[str], list[str]], known: Vocabulary
    ) -> Split:
        numbers = [known.encode(cut(review)) for review, _ in reviews]
        inputs, lengths = vocabulary.padded(numbers, self.longest)
        return Split(inputs[..., None], np.array([good for _, good in reviews]), lengths)


def _reviews(language: str) -> tuple[list[Review], list[Review], list[Review]]:
    """The reviews to learn from, to judge by and to test with, each only once."""
    found = shipped.rows(FILES[language], _review, header=True)
    return vocabulary.parts(vocabulary.distinct(found))


def _review(line: str) -> Review:
    label, _, review = line.partition("\t")
    if label not in ("0", "1") or not review.strip():
        raise ValueError("it should be 0 or 1, a tab and a text")
    return review.strip(), int(label)


@lru_cache(maxsize=4)
def _fitted(language: str, tokens: str, most: int) -> tuple[Callable[[str], list[str]], Vocabulary]:
    """How a text is cut, and the numbers of what it is cut into; both have seen the training
    part alone."""
    train = [review for review, _ in _reviews(language)[0]]
    cut: Callable[[str], list[str]]
    if tokens == "subwords":
        cut = Subwords(train, most - 2)
    else:
        cut = vocabulary.words if tokens == "words" else vocabulary.characters
    return cut, Vocabulary.fit(map(cut, train), most)
