"""Chorales by Bach as a piano roll: say which notes sound next."""

from __future__ import annotations

import json
from functools import cached_property, lru_cache
from typing import Annotated, Any, ClassVar

import numpy as np
import numpy.typing as npt

from rnnviz.knobs import Knob, Value
from rnnviz.records.preprocessing import PreparedSequence, Stretch
from rnnviz.records.trace import Presentation
from rnnviz.tasks.data import shipped
from rnnviz.tasks.dataset import Dataset
from rnnviz.tasks.examples import PARTS, Examples, FloatArray, Part, Split, pick
from rnnviz.tasks.rules import logistic, measures
from rnnviz.tasks.rules.logistic import Dense
from rnnviz.tasks.rules.parts import Parts, finished
from rnnviz.tasks.task import DataError, Loss, Shape, Task
from rnnviz.words.phrase import Phrase

FILE = "bach-chorales.json"
LOWEST, NOTES = 21, 88
"""The keys of a piano: MIDI pitches 21 (A0) to 108 (C8)."""

DECAY = 2.0
"""How strongly the weights of the logistic regression are pulled towards 0: of 0.5, 1, 2 and 4
the best on the validation chorales."""

AT_ONCE = 8
"""For how many notes it is fitted at once: a part of the work."""

NAMES = ["C", "C♯", "D", "E♭", "E", "F", "F♯", "G", "A♭", "A", "B♭", "B"]


def note_name(pitch: int) -> str:
    """The name of a MIDI pitch: 60 is C4, 69 is A4, which has 440 Hz."""
    return f"{NAMES[pitch % 12]}{pitch // 12 - 1}"


class Chorales(Task, tag="chorales"):
    """Each step is a quarter note: which of 88 notes sound. The next step is predicted.

    382 chorales in the split of Boulanger-Lewandowski, Bengio and Vincent (2012). Each note is
    a yes or no of its own, so the loss of a step is the negative log-likelihood of its chord
    under 88 independent notes. The first step of a chorale is read, not predicted.
    """

    title: ClassVar[str] = "Chorales"
    summary: ClassVar[str] = "Predict the next chord of a chorale by Bach, and compose."
    order: ClassVar[int] = 80
    words: ClassVar[tuple[str, ...]] = (
        "NLL a step",
        "frame accuracy",
        "note frequencies",
        "repeat",
        "logistic regression on two chords",
        "note",
        "chorale",
    )
    shape: ClassVar[Shape] = "many-to-many"
    loss: ClassVar[Loss] = "binary cross-entropy"
    error: ClassVar[str] = "NLL"
    composes: ClassVar[bool] = True
    network: ClassVar[dict[str, Value]] = {"cell": "LSTM", "hidden": 100, "dropout_readout": 0.1}
    training: ClassVar[dict[str, Value]] = {
        "learning_rate": 2e-3,
        "batch": 8,
        "clip_norm": 1.0,
        "epochs": 200,
        "patience": 10,
    }

    longest: Annotated[
        int,
        Knob(
            "longest chorale",
            "How many steps of a chorale are read; what comes after them is left out.",
            low=8,
            high=160,
            scale="log",
            unit="timesteps",
        ),
    ] = 160

    @property
    def sources(self) -> tuple[str, ...]:
        return (FILE,)

    def open(self, seed: int) -> ChoralesData:
        return ChoralesData(self, seed)


class ChoralesData(Dataset):
    """Chorales as rolls, a row for each key of a piano."""

    task: Chorales

    input_size = NOTES
    output_size = NOTES
    lowest_pitch = LOWEST
    row_names = tuple(note_name(LOWEST + row) for row in range(NOTES))

    def __init__(self, task: Chorales, seed: int) -> None:
        super().__init__(task, seed)
        self._rolls = _rolls()
        self.timesteps = task.longest - 1

    @cached_property
    def examples(self) -> Examples:
        return Examples(*(_split(self._rolls[part], self.task.longest) for part in PARTS))

    def baselines(self) -> dict[str, float]:
        train, valid, _ = self.examples
        sought = _asked(valid, "targets")
        return {
            rule: float(_cost(shares, sought).mean())
            for rule, (shares, _) in _simple_answers(train, valid).items()
        }

    def rules(self) -> dict[str, dict[str, float]]:
        return finished(self.parts_of_rules())

    def parts_of_rules(self) -> Parts[dict[str, dict[str, float]]]:
        train, test = self.examples.train, self.examples.final
        sought, answers = _asked(test, "targets"), _simple_answers(train, test)
        shares = yield from _parts_of_regression(train, test)
        answers["logistic regression on two chords"] = shares, shares > 0.5
        return {
            rule: {
                "NLL a step": float(_cost(shares, sought).mean()),
                "frame accuracy": _frame_accuracy(said, sought),
            }
            for rule, (shares, said) in answers.items()
        }

    def metrics(self, outputs: FloatArray, split: Split) -> dict[str, float]:
        """NLL a step, and the accuracy of frames of Bay, Ehmann and Downie (2009), which
        Boulanger-Lewandowski and others (2012) report: of all notes that sound or are said to,
        the share that do both. A note is said to sound where its probability is above 1/2."""
        asked = measures.counted(split)
        logits, played = outputs[asked].astype(float), split.targets[asked] > 0
        said = logits > 0
        return {
            "NLL a step": float(_nll(logits, played).sum(axis=1).mean()),
            "frame accuracy": _frame_accuracy(said, played),
        }

    def error_by_position(self, outputs: FloatArray, split: Split) -> FloatArray:
        """NLL of each step."""
        asked = measures.counted(split)
        losses = _nll(outputs.astype(float), split.targets > 0).sum(axis=2)
        with np.errstate(invalid="ignore"):
            return ((losses * asked).sum(axis=0) / asked.sum(axis=0)).astype(np.float32)

    def preprocessing(self, part: Part, example: int) -> PreparedSequence:
        roll, longest = pick(self._rolls[part], part, example), self.task.longest
        length = min(len(roll), longest) - 1  # the last step is asked for and not read
        pitches = [(LOWEST + np.flatnonzero(row)).tolist() for row in roll]
        return PreparedSequence(
            stretches=[
                Stretch(
                    role="chorale",
                    raw=[" ".join(map(str, chord)) or "–" for chord in pitches],
                    cut_off=max(0, len(roll) - longest),
                    roll=roll[:length],
                    padded=self.timesteps,
                )
            ],
            fitted=Phrase(
                "a row for each of the {keys} keys of a piano, {lowest} the lowest",
                {"keys": NOTES, "lowest": LOWEST},
            ),
            lengths=self.examples.train.lengths,
        )

    def read(self, split: Split, example: int, output: FloatArray) -> Presentation:
        length = split.length(example)
        heard, sought = split.inputs[example, :length] > 0, split.targets[example, :length] > 0
        said = output > 0
        return Presentation(
            kind="roll",
            value_label="note",
            inputs_named=list(self.row_names),
            marked=list(range(-LOWEST % 12, NOTES, 12)),  # each C
            horizon=1,
            steps=_chords(heard),
            answers=_chords(said),
            asked=_chords(sought),
            right=[bool(same) for same in (said == sought).all(axis=1)],
            likely=_likely(output),
        )


def _nll(logits: npt.NDArray[np.float64], played: npt.NDArray[np.bool_]) -> npt.NDArray[np.float64]:
    """-ln of the probability that was given to each note being on or off."""
    return np.logaddexp(0.0, np.where(played, -logits, logits))


def _chords(roll: npt.NDArray[np.bool_]) -> list[str]:
    """The notes of each step, the lowest first; ``–`` where none sounds."""
    return [
        " ".join(note_name(LOWEST + int(k)) for k in np.flatnonzero(row)) or "–" for row in roll
    ]


def _likely(output: FloatArray, count: int = 6) -> list[list[tuple[str, float]]]:
    """The notes of each step that are likeliest, each with its own probability."""
    shares = 1 / (1 + np.exp(-output.astype(float)))
    places = np.argsort(-shares, axis=1)[:, :count]
    return [
        [(note_name(LOWEST + int(place)), float(row[place])) for place in best]
        for row, best in zip(shares, places, strict=True)
    ]


def _simple_answers(
    train: Split, split: Split
) -> dict[str, tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_]]]:
    """How likely simple rules think each note at every step that is asked, ``(n, 88)``, and
    which they say.

    Note frequencies: each note as likely at every step as it is in training. Repeat: the last
    chord again, which is what it says; a note that sounds falls silent, and one that is silent
    begins, as often as in training. Both by Laplace's rule of succession, so that what never
    happens there is unlikely, not impossible.
    """
    before, after = _asked(train, "inputs"), _asked(train, "targets")
    heard = _asked(split, "inputs")
    share = (after.sum(axis=0) + 1) / (len(after) + 2)
    on = np.array(
        [(after[before == was].sum() + 1) / ((before == was).sum() + 2) for was in (0, 1)]
    )
    return {
        "note frequencies": (
            np.broadcast_to(share, heard.shape),
            np.broadcast_to(share > 0.5, heard.shape),
        ),
        "repeat": (on[heard.astype(int)], heard),
    }


def _parts_of_regression(train: Split, split: Split) -> Parts[npt.NDArray[np.float64]]:
    """How likely each note is at every step that is asked, ``(n, 88)``, by a logistic regression
    for each note on all notes of the last two chords. Before the first chord is silence.

    Pairs of chords that come several times are one example that is asked several times. A note
    that never sounds in training is as likely as Laplace's rule has it.
    """
    heard, after = _two_chords(train), _asked(train, "targets")
    pairs, places = np.unique(np.packbits(heard, axis=1), axis=0, return_inverse=True)
    places = places.reshape(-1)
    used = np.flatnonzero(heard.any(axis=0))
    known = Dense(np.unpackbits(pairs, axis=1).astype(float)[:, used])
    new = Dense(_two_chords(split)[:, used].astype(float))
    asked = np.bincount(places).astype(float)
    shares = np.full((len(new.values), NOTES), 1 / (len(after) + 2))
    sounding = np.flatnonzero(after.any(axis=0))
    for start in range(0, len(sounding), AT_ONCE):
        notes = sounding[start : start + AT_ONCE]
        yes = np.stack([logistic.sums(places, after[:, note], len(pairs)) for note in notes])
        shares[:, notes] = logistic.fit(known, yes, asked, DECAY).chances(new).T
        yield
    return shares


def _two_chords(split: Split) -> npt.NDArray[np.bool_]:
    """The last chord and the one before it at each step that is asked, ``(n, 2 · 88)``."""
    before = np.pad(split.inputs, ((0, 0), (1, 0), (0, 0)))[:, :-1]
    return np.concatenate([split.inputs, before], axis=2)[measures.counted(split)] > 0


def _cost(
    shares: npt.NDArray[np.float64], sought: npt.NDArray[np.bool_]
) -> npt.NDArray[np.float64]:
    """The negative log-likelihood of each step, ``(n,)``."""
    return -np.log(np.where(sought, shares, 1 - shares)).sum(axis=1)


def _frame_accuracy(said: npt.NDArray[np.bool_], played: npt.NDArray[np.bool_]) -> float:
    return float((said & played).sum() / max(1, (said | played).sum()))


def _asked(split: Split, part: str) -> npt.NDArray[np.bool_]:
    return getattr(split, part)[measures.counted(split)] > 0


@lru_cache(maxsize=1)
def _rolls() -> dict[Part, list[npt.NDArray[np.bool_]]]:
    """The chorales of each split, each ``(steps, 88)``; raises `DataError`."""
    try:
        parts = json.loads(shipped.text(FILE))
    except ValueError as error:
        raise DataError(
            "The data file {file} is damaged: it is no JSON ({error}).", file=FILE, error=error
        ) from None
    found: dict[Part, list[npt.NDArray[np.bool_]]] = {}
    for name in PARTS:
        chorales = parts.get(name) if isinstance(parts, dict) else None
        if not isinstance(chorales, list) or not chorales:
            raise DataError(
                "The data file {file} is damaged: it has no list of chorales {name}.",
                file=FILE,
                name=name,
            )
        found[name] = [_roll(chorale, f"{name}, {k}") for k, chorale in enumerate(chorales, 1)]
    return found


def _roll(chorale: Any, where: str) -> npt.NDArray[np.bool_]:
    try:
        roll = np.zeros((len(chorale), NOTES), bool)
        for row, pitches in zip(roll, chorale, strict=True):
            if any(not LOWEST <= pitch < LOWEST + NOTES for pitch in pitches):
                raise ValueError
            row[[pitch - LOWEST for pitch in pitches]] = True
    except (TypeError, ValueError, IndexError):
        raise DataError(
            "The data file {file} is damaged: chorale {where} must be a list of steps, "
            "each a list of pitches from {lowest} to {highest}.",
            file=FILE,
            where=where,
            lowest=LOWEST,
            highest=LOWEST + NOTES - 1,
        ) from None
    if len(roll) < 2:
        raise DataError(
            "The data file {file} is damaged: chorale {where} has less than 2 steps.",
            file=FILE,
            where=where,
        )
    return roll


def _split(chorales: list[npt.NDArray[np.bool_]], longest: int) -> Split:
    lengths = np.array([min(len(roll), longest) - 1 for roll in chorales])
    inputs = np.zeros((len(chorales), longest - 1, NOTES), np.float32)
    targets = np.zeros_like(inputs)
    for row, (roll, length) in enumerate(zip(chorales, lengths, strict=True)):
        inputs[row, :length] = roll[:length]
        targets[row, :length] = roll[1 : length + 1]
    return Split(inputs, targets, lengths)
