"""A test of memory alone: the first symbol decides, and noise follows."""

from __future__ import annotations

import string
from functools import cached_property
from typing import Annotated, ClassVar

import numpy as np

from rnnviz.knobs import Knob, Value
from rnnviz.records.preprocessing import Column, PreparedSequence, Stretch
from rnnviz.records.trace import Presentation
from rnnviz.tasks.dataset import Dataset
from rnnviz.tasks.examples import PARTS, Examples, FloatArray, IntArray, Part, Split, apart, pick
from rnnviz.tasks.rules import measures
from rnnviz.tasks.task import Loss, Shape, Task
from rnnviz.words.phrase import Phrase

LETTERS, NOISE = string.ascii_uppercase, string.digits
DIGITS = len(NOISE)


class Recall(Task, tag="recall"):
    """A letter, and then random digits; the answer is the letter.

    Nothing has to be worked out, only kept: this is the latch problem of Bengio, Simard and
    Frasconi (1994) with symbols in place of values. Who has forgotten the letter can only
    guess, a cross-entropy of about ln(letters).
    """

    title: ClassVar[str] = "Recall"
    summary: ClassVar[str] = "Remember the first symbol while noise follows."
    order: ClassVar[int] = 90
    words: ClassVar[tuple[str, ...]] = (
        "accuracy",
        "guessing",
        "symbol",
        "string",
    )
    shape: ClassVar[Shape] = "many-to-one"
    loss: ClassVar[Loss] = "cross-entropy"
    embeds: ClassVar[bool] = True
    whole_sequence: ClassVar[bool] = True
    training: ClassVar[dict[str, Value]] = {"learning_rate": 3e-3, "clip_norm": 1.0, "epochs": 10}

    length: Annotated[
        int,
        Knob(
            "length",
            "How many symbols are read: the first has to be remembered until the last.",
            low=2,
            high=500,
            scale="log",
            most=5000,
            unit="timesteps",
        ),
    ] = 100
    letters: Annotated[
        int,
        Knob(
            "letters",
            "How many different letters there are; with more of them guessing helps less.",
            low=2,
            high=26,
        ),
    ] = 4
    strings: Annotated[
        int,
        Knob(
            "strings",
            "How many examples there are; every sixth is kept apart to judge by, and another "
            "sixth for the end.",
            low=60,
            high=20_000,
            scale="log",
        ),
    ] = 3000

    @property
    def network(self) -> dict[str, Value]:  # type: ignore[override]
        """Gates that hold for as long as the letter has to be remembered."""
        return {"cell": "LSTM", "embedding": 16, "gate_bias": float(self.length)}

    def open(self, seed: int) -> RecallData:
        return RecallData(self, seed)


class RecallData(Dataset):
    """Strings drawn by lot."""

    task: Recall

    def __init__(self, task: Recall, seed: int) -> None:
        super().__init__(task, seed)
        self._names = list(LETTERS[: task.letters])
        self._symbols = ["", *self._names, *NOISE]  # what each token is written as
        self.vocabularies = (len(self._symbols),)
        self.output_size = len(self._names)
        self.timesteps = task.length

    @cached_property
    def examples(self) -> Examples:
        drawn = (self._drawn[part] for part in PARTS)
        return Examples(*(Split(tokens, tokens[:, 0, 0] - 1) for tokens in drawn))

    def baselines(self) -> dict[str, float]:
        shares = self._shares(self.examples.train)[self.examples.valid.targets]
        return {"guessing": measures.cross_entropy(shares)}

    def rules(self) -> dict[str, dict[str, float]]:
        split = self.examples.final
        guesses = np.tile(self._shares(self.examples.train), (len(split.targets), 1))
        return {"guessing": self.metrics(guesses, split)}

    def metrics(self, outputs: FloatArray, split: Split) -> dict[str, float]:
        return {"accuracy": measures.accuracy(outputs, split)}

    def preprocessing(self, part: Part, example: int) -> PreparedSequence:
        numbers = pick(self._drawn[part], part, example)[:, 0].tolist()
        names = [self._symbols[number] for number in numbers]
        read = Column(name="symbol", pieces=names, numbers=numbers, size=len(self._symbols))
        return PreparedSequence(
            stretches=[Stretch(role="string", raw=names, columns=[read], padded=self.timesteps)],
            fitted=Phrase(
                "known beforehand: {letters} letters and {digits} digits",
                {"letters": self.output_size, "digits": DIGITS},
            ),
        )

    def read(self, split: Split, example: int, output: FloatArray) -> Presentation:
        names = self._names
        tokens = split.inputs[example, :, 0]
        first = names[split.targets[example]]
        said = [names[place] for place in output.argmax(axis=1)]
        before = len(said) - 1
        return Presentation(
            kind="tokens",
            steps=[self._symbols[token] for token in tokens],
            answers=[""] * before + [said[-1]],
            asked=[""] * before + [first],
            right=[None] * before + [said[-1] == first],
            likely=measures.likeliest(output, names),
        )

    def _shares(self, train: Split) -> FloatArray:
        """How often each letter was the first one, each counted once more than it was."""
        counts = 1 + np.bincount(train.targets, minlength=self.output_size)
        return (counts / counts.sum()).astype(np.float32)

    @cached_property
    def _drawn(self) -> dict[Part, IntArray]:
        """The tokens ``(N, T, 1)`` to learn from, to judge by and to test with."""
        rng, count, letters = np.random.default_rng(self.seed), self.task.strings, self.output_size
        tokens = letters + rng.integers(1, DIGITS + 1, size=(count, self.timesteps, 1))
        tokens[:, 0] = rng.integers(1, letters + 1, size=(count, 1))
        return apart(tokens, count // 6)
