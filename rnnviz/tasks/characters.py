"""Read a text character by character, say the next one; then write one."""

from __future__ import annotations

import math
import os
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import Annotated, ClassVar, Literal

import numpy as np
import numpy.typing as npt

from rnnviz.knobs import Knob, Value, knobs_of
from rnnviz.records.preprocessing import Column, PreparedSequence, Stretch
from rnnviz.records.trace import Presentation
from rnnviz.tasks.data import own_file, shipped
from rnnviz.tasks.dataset import Dataset
from rnnviz.tasks.examples import PARTS, Examples, FloatArray, IntArray, Part, Split, nth
from rnnviz.tasks.rules import measures, ngrams
from rnnviz.tasks.task import DataError, Loss, Shape, Task
from rnnviz.words.escaping import printable
from rnnviz.words.phrase import Phrase

Codes = npt.NDArray[np.uint32]
"""characters as code points"""

UNKNOWN = 1
"""The token of characters that were seen too seldom to be learned."""

SELDOM = 5
"""A character that the training part has fewer times than this is unknown. Korean has some
hundreds of syllables that come once or twice, and each would be a class of its own. In texts
of less than 100,000 characters fewer times are enough, but never one."""

MOST = 1500
"""Characters with a token of their own at most, those that come most often: a Chinese novel has
several thousand, and each is a class that every answer is computed for."""

ANSWERS = 2**26
"""Numbers in all answers to a split at most, 256 MB of them: of a long text as much is kept for
validation, and as much for the test."""

TRAIN, VALID = 0.9, 0.95
"""Where in the text training ends, and validation: what is left is for the test."""

STREAMS = 16
"""In how many stretches side by side a text is judged."""

SHOWN = {" ": "␣", "\n": "↵", "\t": "⇥"}
"""How characters that cannot be seen are shown along the time axis."""

TEXTS = {
    "Shakespeare": "shakespeare.txt",
    "English reviews": "reviews-en.tsv",
    "Korean reviews": "reviews-ko.tsv",
}


class Characters(Task, tag="characters"):
    """Windows of T characters, one behind the other; each character's answer is the next.

    The notepad is carried from a window to the next, so that it has read the whole text
    before, although the gradient goes back through one window only.
    """

    title: ClassVar[str] = "Characters"
    summary: ClassVar[str] = "Read a text letter by letter, say the next letter, then write."
    order: ClassVar[int] = 60
    words: ClassVar[tuple[str, ...]] = (
        "accuracy",
        "nats per character",
        "bits per character",
        "unigram",
        "bigram",
        "trigram",
        "character",
        "window",
    )
    shape: ClassVar[Shape] = "many-to-many"
    loss: ClassVar[Loss] = "cross-entropy"
    embeds: ClassVar[bool] = True
    stateful: ClassVar[bool] = True
    writes: ClassVar[bool] = True
    network: ClassVar[dict[str, Value]] = {"cell": "LSTM", "hidden": 128, "embedding": 64}
    training: ClassVar[dict[str, Value]] = {
        "learning_rate": 1e-2,
        "batch": 64,
        "epochs": 15,
        "clip_norm": 5.0,
        "schedule": "cosine",
    }

    text: Annotated[
        Literal["Shakespeare", "English reviews", "Korean reviews"],
        Knob("text", "What is read: plays, or what people wrote about films, food and goods."),
    ] = "Shakespeare"
    file: Annotated[
        str,
        Knob(
            "own text",
            "A text file of your own that is read instead: a book, a diary, a program; of a "
            "very long one the first 5 million characters.",
            files="Text files (*.txt *.md)",
            off="none",
        ),
    ] = ""
    window: Annotated[
        int,
        Knob(
            "window length",
            "How many characters are read before each step of learning; the notepad goes on "
            "from one window to the next.",
            low=8,
            high=200,
            scale="log",
            most=500,
            unit="timesteps",
        ),
    ] = 64
    share: Annotated[
        float,
        Knob(
            "share of the text",
            "How much of the text is used, from its beginning: less is faster, and learned by "
            "heart sooner.",
            low=0.1,
            high=1.0,
        ),
    ] = 1.0

    def idle(self, knob: str) -> bool:
        return knob == "text" and bool(self.file)

    @property
    def sources(self) -> tuple[str, ...]:
        return (os.path.abspath(self.file) if self.file else TEXTS[self.text],)

    def open(self, seed: int) -> CharactersData:
        return CharactersData(self, seed)


class CharactersData(Dataset):
    """A text as tokens, numbered by the characters of its training part."""

    task: Characters

    def __init__(self, task: Characters, seed: int) -> None:
        super().__init__(task, seed)
        if task.file:
            self._name = printable(os.path.basename(task.file))
            own = own_file.read(task.file)
            text, self.remark = own.text, own.remark(os.path.basename(task.file))
        else:
            self._name, text = task.text, _shipped(TEXTS[task.text])
        self._length = len(text)
        self._codes = _codes(text)[: int(task.share * len(text))]
        self._ends = np.cumsum(_parts(len(self._codes))).tolist()  # where each part ends
        self._known = _often_read(self._codes[: self._ends[0]], len(self._codes))
        self._tokens = _numbered(self._codes, self._known)
        self.alphabet = ["", "", *map(chr, self._known.tolist())]
        self.output_size = len(self.alphabet)
        self.vocabularies = (self.output_size,)
        self.timesteps = task.window
        if task.file and not len(self._known):
            raise DataError(
                "{name} has hardly a character twice, so nothing can be learned from it: "
                "choose a longer text.",
                name=os.path.basename(task.file),
            )
        if min(_parts(len(self._codes))[1:]) <= task.window:
            raise DataError(self._too_short())

    def tokens_of(self, text: str) -> IntArray:
        """A text as tokens ``(T, 1)``; where nothing is given, a line begins."""
        return _numbered(_codes(text or "\n"), self._known)[:, None]

    @cached_property
    def examples(self) -> Examples:
        """The same for every seed: the text is cut at fixed places, in its own order."""
        train, valid, test = np.split(self._tokens, self._ends[:2])
        most = ANSWERS // self.output_size
        return Examples(
            self._windows(train),
            self._windows(valid[:most], streams=STREAMS),
            self._windows(test[:most], streams=STREAMS),
        )

    def _too_short(self) -> Phrase:
        """In a text of n characters each part must have a window, and one more to ask for."""
        window, share = self.task.window, self.task.share
        used = needed = len(self._codes)
        while min(_parts(needed)[1:]) <= window:
            needed += 1
        length = Phrase(
            "{name} has {count} characters", {"name": self._name, "count": self._length}
        )
        if share != 1:
            length = Phrase(
                "{length}, of which a share of {share:g} is used",
                {"length": length, "share": share},
            )
        takes = Phrase("that takes {count}", {"count": math.ceil(needed / share)})
        shorter = min(_parts(used)[1:]) - 1
        if shorter >= knobs_of(Characters)["window"].low:
            takes = Phrase(
                "{takes}, or windows of {shorter} at most", {"takes": takes, "shorter": shorter}
            )
        return Phrase(
            "{length}, too few for windows of {window}: {takes}.",
            {"length": length, "window": window, "takes": takes},
        )

    def baselines(self) -> dict[str, float]:
        return self._counted(self.examples.valid)

    def rules(self) -> dict[str, dict[str, float]]:
        found = self._counted(self.examples.final)
        return {name: _measured(nats) for name, nats in found.items()}

    def metrics(self, outputs: FloatArray, split: Split) -> dict[str, float]:
        nats = _nats(outputs, split.targets.astype(np.int64, copy=False))
        return {"accuracy": measures.accuracy(outputs, split)} | _measured(nats)

    def error_by_position(self, outputs: FloatArray, split: Split) -> FloatArray:
        return measures.errors_by_position(outputs, split)

    def preprocessing(self, part: Part, example: int) -> PreparedSequence:
        begin, end = dict(zip(PARTS, pairwise([0, *self._ends]), strict=True))[part]
        streams = 1 if part == "train" else STREAMS
        begin += self.timesteps * nth(example, self._count(end - begin, streams), part)
        written = self._codes[begin : begin + self.timesteps + 1]  # and what comes next
        numbers = self._tokens[begin : begin + self.timesteps].tolist()
        names = [_shown(character) for character in self.alphabet]
        return PreparedSequence(
            stretches=[
                Stretch(
                    role="window",
                    raw=[chr(code) for code in written],
                    columns=[
                        Column(
                            name="character",
                            pieces=[names[number] for number in numbers],
                            numbers=numbers,
                            size=len(names),
                            unknown=UNKNOWN,
                        )
                    ],
                    padded=self.timesteps,
                )
            ],
            fitted=Phrase(
                "counted in the {n} characters of the training part alone", {"n": self._ends[0]}
            ),
        )

    def read(self, split: Split, example: int, output: FloatArray) -> Presentation:
        names = [_shown(character) for character in self.alphabet]
        asked, answered = split.targets[example], output.argmax(axis=1)
        return Presentation(
            kind="tokens",
            horizon=1,
            steps=[names[token] for token in split.inputs[example, :, 0]],
            answers=[names[token] for token in answered],
            asked=[names[token] for token in asked],
            right=(answered == asked).tolist(),
            likely=measures.likeliest(output, names),
        )

    def _counted(self, split: Split) -> dict[str, float]:
        """The nats a character that rules fitted on the training part need for another."""
        train = ngrams.stream(self.examples.train)
        found = ngrams.chances(train, ngrams.stream(split), self.output_size)
        return {name: float(-np.log(chance).mean()) for name, chance in found.items()}

    def _count(self, tokens: int, streams: int) -> int:
        """How many windows are made of so many tokens."""
        count = (tokens - 1) // self.timesteps
        return count - (count % streams if count >= streams else 0)

    def _windows(self, tokens: IntArray, streams: int = 1) -> Split:
        """Windows that follow each other; as many as `streams` divide, where there are enough,
        so that as many stretches of the text can be read side by side."""
        count = self._count(len(tokens), streams)
        end = count * self.timesteps
        return Split(
            tokens[:end].reshape(count, self.timesteps, 1).copy(),
            tokens[1 : end + 1].reshape(count, self.timesteps).copy(),
        )


def _often_read(train: Codes, used: int) -> Codes:
    """The code points that get a token, sorted: those that are often in the training part of a
    text of which `used` characters are used. Token k + 2 is the k-th."""
    distinct, counts = np.unique(train, return_counts=True)
    often = max(2, min(SELDOM, used * SELDOM // 100_000))
    common = np.sort(np.argsort(-counts, kind="stable")[:MOST])
    return distinct[common][counts[common] >= often]


def _parts(count: int) -> tuple[int, int, int]:
    """How many of so many characters are for training, for validation and for the test."""
    train, valid = int(TRAIN * count), int(VALID * count)
    return train, valid - train, count - valid


@lru_cache(maxsize=4)
def _shipped(file: str) -> str:
    """The text of a file that ships."""
    if not file.endswith(".tsv"):
        found = shipped.text(file)
    else:
        lines = shipped.rows(file, lambda line: line.split("\t", 1)[1], header=True)
        found = "\n".join(lines) + "\n"
    if len(found) < SHORTEST:
        raise DataError(
            "The data file {file} has only {count} characters; install rnnviz again to "
            "put it back.",
            file=file,
            count=len(found),
        )
    return found


SHORTEST = 100_000
"""A text that is shorter than this has lost something, and its parts would be too short."""


def _codes(text: str) -> Codes:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)


def _numbered(codes: Codes, known: Codes) -> IntArray:
    if not len(known):
        return np.full(len(codes), UNKNOWN, np.int64)
    places = np.minimum(np.searchsorted(known, codes), len(known) - 1)
    return np.where(known[places] == codes, places + UNKNOWN + 1, UNKNOWN)


def _measured(nats: float) -> dict[str, float]:
    return {"nats per character": nats, "bits per character": nats / float(np.log(2))}


def _shown(character: str) -> str:
    return SHOWN.get(character, character or "�")


def _nats(logits: FloatArray, targets: IntArray) -> float:
    """The mean of -ln of the probability of what was right, a window at a time: all windows
    together would take several times the memory of the answers."""
    found = 0.0
    for row, asked in zip(logits, targets, strict=True):
        shifted = row - row.max(axis=1, keepdims=True)
        right = np.take_along_axis(shifted, asked[:, None], axis=1)[:, 0]
        found += float((np.log(np.exp(shifted).sum(axis=1)) - right).sum())
    return found / targets.size
