"""A test of memory alone: the first symbol decides, and noise follows."""

from __future__ import annotations

import string
from typing import Annotated, ClassVar

import numpy as np

from rnnviz.knobs import Knob, Value
from rnnviz.records.preprocessing import Column, PreparedSequence, Stretch
from rnnviz.records.trace import Presentation
from rnnviz.tasks.rules import measures
from rnnviz.tasks.task import Examples, FloatArray, IntArray, Loss, Part, Shape, Split, Task, nth
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
    words: ClassVar[tuple[str, ...]] = (
        "accuracy",
        "guessing",
    )
    shape: ClassVar[Shape] = "many-to-one"
    loss: ClassVar[Loss] = "cross-entropy"
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

    @property
    def vocabularies(self) -> tuple[int, ...]:
        return (self.letters + 1 + DIGITS,)

    @property
    def output_size(self) -> int:
        return self.letters

    @property
    def timesteps(self) -> int:
        return self.length

    def examples(self, seed: int) -> Examples:
        return Examples(*(Split(part, part[:, 0, 0] - 1) for part in self._drawn(seed)))

    def baselines(self, examples: Examples) -> dict[str, float]:
        shares = self._shares(examples.train)[examples.valid.targets]
        return {"guessing": measures.cross_entropy(shares)}

    def rules(self, examples: Examples) -> dict[str, dict[str, float]]:
        split = examples.test or examples.valid
        guesses = np.tile(self._shares(examples.train), (len(split.targets), 1))
        return {"guessing": self.metrics(guesses, split)}

    def metrics(self, outputs: FloatArray, split: Split) -> dict[str, float]:
        return {"accuracy": measures.accuracy(outputs, split)}

    def preprocessing(self, part: Part, example: int, seed: int = 0) -> PreparedSequence:
        drawn = dict(zip(("train", "valid", "test"), self._drawn(seed), strict=True))[part]
        numbers = drawn[nth(example, len(drawn), part), :, 0].tolist()
        symbols = self._symbols()
        names = [symbols[number - 1] for number in numbers]
        read = Column(name="symbol", pieces=names, numbers=numbers, size=len(symbols) + 1)
        return PreparedSequence(
            stretches=[Stretch(role="string", raw=names, columns=[read], padded=self.length)],
            fitted=Phrase(
                "known beforehand: {letters} letters and {digits} digits",
                {"letters": self.letters, "digits": DIGITS},
            ),
        )

    def read(self, split: Split, example: int, output: FloatArray) -> Presentation:
        names = list(LETTERS[: self.letters])
        tokens = split.inputs[example, :, 0]
        first = names[split.targets[example]]
        said = [names[place] for place in output.argmax(axis=1)]
        before = len(said) - 1
        return Presentation(
            kind="tokens",
            steps=[self._symbols()[token - 1] for token in tokens],
            answers=[""] * before + [said[-1]],
            asked=[""] * before + [first],
            right=[None] * before + [said[-1] == first],
            likely=measures.likeliest(output, names),
        )

    def _shares(self, train: Split) -> FloatArray:
        """How often each letter was the first one, each counted once more than it was."""
        counts = 1 + np.bincount(train.targets, minlength=self.letters)
        return (counts / counts.sum()).astype(np.float32)

    def _symbols(self) -> list[str]:
        """What the tokens from 1 on are written as."""
        return [*LETTERS[: self.letters], *NOISE]

    def _drawn(self, seed: int) -> list[IntArray]:
        """The tokens ``(N, T, 1)`` to learn from, to judge by and to test with."""
        rng = np.random.default_rng(seed)
        tokens = self.letters + rng.integers(1, DIGITS + 1, size=(self.strings, self.length, 1))
        tokens[:, 0] = rng.integers(1, self.letters + 1, size=(self.strings, 1))
        held = self.strings // 6
        return np.split(tokens, [self.strings - 2 * held, self.strings - held])
