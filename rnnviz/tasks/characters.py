"""Read a text character by character, say the next one; then write one."""

from __future__ import annotations

import math
import os
from functools import cached_property, lru_cache
from typing import Annotated, ClassVar, Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from rnnviz.knobs import Knob, Value, knobs_of
from rnnviz.records.preprocessing import Column, PreparedSequence, Stretch
from rnnviz.records.trace import Presentation
from rnnviz.tasks.data import own_file, shipped
from rnnviz.tasks.rules import measures, ngrams
from rnnviz.tasks.task import (
    DataError,
    Examples,
    FloatArray,
    IntArray,
    Loss,
    Part,
    Shape,
    Split,
    Task,
    nth,
)
from rnnviz.words.escaping import printable
from rnnviz.words.phrase import Phrase

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


class Characters(Task, tag="characters", dict=True):
    """Windows of T characters, one behind the other; each character's answer is the next.

    The notepad is carried from a window to the next, so that it has read the whole text
    before, although the gradient goes back through one window only.

    A file that a person chose is read once for each instance, as it is then: a run has one,
    and what is changed in the file meanwhile is for the next run.
    """

    title: ClassVar[str] = "Characters"
    summary: ClassVar[str] = "Read a text letter by letter, say the next letter, then write."
    words: ClassVar[tuple[str, ...]] = (
        "accuracy",
        "nats per character",
        "bits per character",
        "unigram",
        "bigram",
        "trigram",
    )
    shape: ClassVar[Shape] = "many-to-many"
    loss: ClassVar[Loss] = "cross-entropy"
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
        return (self.file or TEXTS[self.text],)

    @property
    def remark(self) -> Phrase | None:
        return self._text.remark

    @property
    def vocabularies(self) -> tuple[int, ...]:
        return (self.output_size,)

    @property
    def output_size(self) -> int:
        return len(self.alphabet)

    @property
    def timesteps(self) -> int:
        return self.window

    @property
    def alphabet(self) -> list[str]:
        return self._text.alphabet

    @cached_property
    def _text(self) -> _Encoded:
        if self.file:
            return _encoded_file(own_file.stamp(self.file), self.share)
        return _encoded(self.text, self.share)

    def tokens_of(self, text: str) -> IntArray:
        """A text as tokens ``(T, 1)``; where nothing is given, a line begins."""
        return _numbered(_codes(text or "\n"), self._text.known)[:, None]

    def examples(self, seed: int) -> Examples:
        """The same for every seed: the text is cut at fixed places, in its own order."""
        tokens = self._text.tokens
        train, valid, test = _parts(len(tokens))
        if min(valid, test) <= self.window:
            raise DataError(self._too_short())
        most = ANSWERS // self.output_size
        return Examples(
            self._windows(tokens[:train]),
            self._windows(tokens[train : train + valid][:most], streams=STREAMS),
            self._windows(tokens[train + valid :][:most], streams=STREAMS),
        )

    def _too_short(self) -> Phrase:
        """In a text of n characters each part must have a window, and one more to ask for."""
        used = len(self._text.tokens)
        needed = used
        while min(_parts(needed)[1:]) <= self.window:
            needed += 1
        name = printable(os.path.basename(self.file)) if self.file else self.text
        length = Phrase("{name} has {count} characters", {"name": name, "count": self._text.length})
        if self.share != 1:
            length = Phrase(
                "{length}, of which a share of {share:g} is used",
                {"length": length, "share": self.share},
            )
        takes = Phrase("that takes {count}", {"count": math.ceil(needed / self.share)})
        shorter = min(_parts(used)[1:]) - 1
        if shorter >= knobs_of(Characters)["window"].low:
            takes = Phrase(
                "{takes}, or windows of {shorter} at most", {"takes": takes, "shorter": shorter}
            )
        return Phrase(
            "{length}, too few for windows of {window}: {takes}.",
            {"length": length, "window": self.window, "takes": takes},
        )

    def baselines(self, examples: Examples) -> dict[str, float]:
        return self._counted(examples.train, examples.valid)

    def rules(self, examples: Examples) -> dict[str, dict[str, float]]:
        assert examples.test is not None
        found = self._counted(examples.train, examples.test)
        return {name: _measured(nats) for name, nats in found.items()}

    def metrics(self, outputs: FloatArray, split: Split) -> dict[str, float]:
        nats = _nats(outputs, split.targets.astype(np.int64, copy=False))
        return {"accuracy": measures.accuracy(outputs, split)} | _measured(nats)

    def error_by_position(self, outputs: FloatArray, split: Split) -> FloatArray:
        return measures.errors_by_position(outputs, split)

    def preprocessing(self, part: Part, example: int, seed: int = 0) -> PreparedSequence:
        encoded = self._text
        train, valid, test = _parts(len(encoded.tokens))
        cut = [0, train, train + valid, train + valid + test]
        begin, end = {"train": cut[:2], "valid": cut[1:3], "test": cut[2:]}[part]
        streams = 1 if part == "train" else STREAMS
        begin += self.window * nth(example, self._count(end - begin, streams), part)
        written = encoded.codes[begin : begin + self.window + 1]  # and what comes next
        numbers = encoded.tokens[begin : begin + self.window].tolist()
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
                    padded=self.window,
                )
            ],
            fitted=Phrase(
                "counted in the {n} characters of the training part alone", {"n": cut[1]}
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

    def _counted(self, train: Split, split: Split) -> dict[str, float]:
        """The nats a character that rules fitted on `train` need for another split."""
        found = ngrams.chances(ngrams.stream(train), ngrams.stream(split), self.output_size)
        return {name: float(-np.log(chance).mean()) for name, chance in found.items()}

    def _count(self, tokens: int, streams: int) -> int:
        """How many windows are made of so many tokens."""
        count = (tokens - 1) // self.window
        return count - (count % streams if count >= streams else 0)

    def _windows(self, tokens: IntArray, streams: int = 1) -> Split:
        """Windows that follow each other; as many as `streams` divide, where there are enough,
        so that as many stretches of the text can be read side by side."""
        count = self._count(len(tokens), streams)
        end = count * self.window
        return Split(
            tokens[:end].reshape(count, self.window, 1).copy(),
            tokens[1 : end + 1].reshape(count, self.window).copy(),
        )


class _Encoded(NamedTuple):
    tokens: IntArray
    """``(n,)``, one a character of the text"""
    known: npt.NDArray[np.uint32]
    """the code points that have a token, sorted; token k + 2 is the k-th"""
    alphabet: list[str]
    """what each token is written as"""
    codes: npt.NDArray[np.uint32]
    """``(n,)``, the code point of each character as it stands in the text"""
    length: int
    """how many characters the whole text has"""
    remark: Phrase | None = None


@lru_cache(maxsize=4)
def _encoded(name: str, share: float) -> _Encoded:
    return _numbered_by_training(_text(name), share)


@lru_cache(maxsize=2)
def _encoded_file(file: own_file.Stamp, share: float) -> _Encoded:
    found = own_file.read(file)
    encoded = _numbered_by_training(found.text, share)
    if not len(encoded.known):
        raise DataError(
            "{name} has hardly a character twice, so nothing can be learned from it: "
            "choose a longer text.",
            name=file.name,
        )
    return encoded._replace(remark=found.remark(file.name))


def _numbered_by_training(text: str, share: float) -> _Encoded:
    """A text as tokens, numbered by the characters of its training part."""
    codes = _codes(text)
    used = codes[: int(share * len(codes))]
    distinct, counts = np.unique(used[: _parts(len(used))[0]], return_counts=True)
    often = max(2, min(SELDOM, len(used) * SELDOM // 100_000))
    common = np.sort(np.argsort(-counts, kind="stable")[:MOST])
    known = distinct[common][counts[common] >= often]
    alphabet = ["", "", *(chr(code) for code in known)]
    tokens = _numbered(used, known)
    tokens.setflags(write=False)
    return _Encoded(tokens, known, alphabet, used, len(codes))


def _parts(count: int) -> tuple[int, int, int]:
    """How many of so many characters are for training, for validation and for the test."""
    train, valid = int(TRAIN * count), int(VALID * count)
    return train, valid - train, count - valid


def _text(name: str) -> str:
    file = TEXTS[name]
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


def _codes(text: str) -> npt.NDArray[np.uint32]:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)


def _numbered(codes: npt.NDArray[np.uint32], known: npt.NDArray[np.uint32]) -> IntArray:
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
