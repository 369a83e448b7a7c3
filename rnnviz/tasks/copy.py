"""Copying: ten symbols, a long pause, and then the same ten again."""

from __future__ import annotations

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

SYMBOLS, LONG = 8, 10
"""Eight different symbols, of which ten are to be copied, as in the published task."""

BLANK, GO = SYMBOLS + 1, SYMBOLS + 2  # tokens; 1 to 8 are the symbols
NAMES = [*"ABCDEFGH", "·"]  # of the classes; the last is the blank
READ_AS = ["", *NAMES, "▸"]  # of the tokens


class Copy(Task, tag="copy"):
    """Ten of eight symbols, T - 1 blanks, the sign to go, and ten blanks to answer in.

    The task of Hochreiter and Schmidhuber (1997) in the form of Arjovsky, Shah and Bengio
    (2016): all T + 20 timesteps are asked, blanks until the sign. Who remembers nothing says
    blank until it and then guesses, a mean cross-entropy of about 10 ln 8 / (T + 20).
    """

    title: ClassVar[str] = "Copy"
    summary: ClassVar[str] = "Remember ten symbols through a pause, then say them again."
    order: ClassVar[int] = 110
    words: ClassVar[tuple[str, ...]] = (
        "symbols right",
        "sequences right",
        "remembering nothing",
        "symbol",
        "sequence",
    )
    shape: ClassVar[Shape] = "many-to-many"
    loss: ClassVar[Loss] = "cross-entropy"
    embeds: ClassVar[bool] = True
    training: ClassVar[dict[str, Value]] = {
        "learning_rate": 1e-2,
        "clip_norm": 1.0,
        "schedule": "cosine",
        "epochs": 30,
    }

    blanks: Annotated[
        int,
        Knob(
            "blanks",
            "How long the pause is between the last symbol and the first that is said again.",
            low=1,
            high=500,
            scale="log",
            most=5000,
            unit="timesteps",
        ),
    ] = 30
    sequences: Annotated[
        int,
        Knob(
            "sequences",
            "How many examples there are; a tenth is kept apart to judge by, and another tenth "
            "for the end.",
            low=60,
            high=50_000,
            scale="log",
        ),
    ] = 20_000

    @property
    def network(self) -> dict[str, Value]:  # type: ignore[override]
        """Gates that hold for as long as a symbol has to be remembered."""
        hold = float(self.blanks + LONG)
        return {"cell": "LSTM", "hidden": 128, "embedding": 16, "gate_bias": hold}

    def open(self, seed: int) -> CopyData:
        return CopyData(self, seed)


class CopyData(Dataset):
    """Symbols drawn by lot."""

    task: Copy

    vocabularies = (len(READ_AS),)
    output_size = len(NAMES)

    def __init__(self, task: Copy, seed: int) -> None:
        super().__init__(task, seed)
        self.timesteps = task.blanks + 2 * LONG

    @cached_property
    def examples(self) -> Examples:
        return Examples(*(self._split(self._drawn[part]) for part in PARTS))

    def baselines(self) -> dict[str, float]:
        shares = _shares(self.examples.train)[self.examples.valid.targets[:, -LONG:]]
        # Nothing is lost on the blanks before the sign: they are known.
        loss = LONG * measures.cross_entropy(shares) / self.timesteps
        return {"remembering nothing": loss}

    def rules(self) -> dict[str, dict[str, float]]:
        split = self.examples.final
        guesses = np.broadcast_to(_shares(self.examples.train), (*split.targets.shape, SYMBOLS))
        return {"remembering nothing": self.metrics(guesses, split)}

    def metrics(self, outputs: FloatArray, split: Split) -> dict[str, float]:
        right = (outputs.argmax(axis=-1) == split.targets)[:, -LONG:]
        return {
            "symbols right": float(right.mean()),
            "sequences right": float(right.all(axis=1).mean()),
        }

    def error_by_position(self, outputs: FloatArray, split: Split) -> FloatArray:
        return measures.errors_by_position(outputs, split)

    def preprocessing(self, part: Part, example: int) -> PreparedSequence:
        symbols = pick(self._drawn[part], part, example)
        numbers = self._split(symbols[None]).inputs[0, :, 0].tolist()
        names = [READ_AS[number] for number in numbers]
        read = Column(name="symbol", pieces=names, numbers=numbers, size=len(READ_AS))
        return PreparedSequence(
            stretches=[Stretch(role="sequence", raw=names, columns=[read], padded=len(names))],
            fitted=Phrase("known beforehand: eight symbols, the blank and the sign to go"),
        )

    def read(self, split: Split, example: int, output: FloatArray) -> Presentation:
        said, sought = output.argmax(axis=1), split.targets[example]
        return Presentation(
            kind="tokens",
            steps=[READ_AS[token] for token in split.inputs[example, :, 0]],
            answers=[NAMES[place] for place in said],
            asked=[NAMES[place] for place in sought],
            right=[bool(same) for same in said == sought],
            likely=measures.likeliest(output, NAMES),
        )

    @cached_property
    def _drawn(self) -> dict[Part, IntArray]:
        """The symbols ``(N, LONG)`` to learn from, to judge by and to test with."""
        rng, count = np.random.default_rng(self.seed), self.task.sequences
        symbols = rng.integers(1, SYMBOLS + 1, size=(count, LONG))
        return apart(symbols, count // 10)

    def _split(self, symbols: IntArray) -> Split:
        tokens = np.full((len(symbols), self.timesteps), BLANK)
        targets = np.full_like(tokens, BLANK - 1)
        tokens[:, :LONG] = symbols
        tokens[:, -LONG - 1] = GO
        targets[:, -LONG:] = symbols - 1
        return Split(tokens[..., None], targets)


def _shares(train: Split) -> FloatArray:
    """How often each symbol was said, each counted once more than it was."""
    counts = 1 + np.bincount(train.targets[:, -LONG:].reshape(-1), minlength=SYMBOLS)
    return (counts / counts.sum()).astype(np.float32)
