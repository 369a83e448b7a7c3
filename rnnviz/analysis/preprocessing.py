"""What is to be drawn of how an example was prepared, worked out without a window."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
import numpy.typing as npt

from rnnviz.analysis.padding import Batched, as_they_come, like_together
from rnnviz.records.preprocessing import PreparedSequence, PreparedSeries, Stretch

SHOWN = {" ": "␣", "\n": "↵", "\t": "⇥"}
"""How a character that cannot be seen is shown where it stands alone."""

GAP = 1
"""Positions between what is read and what a decoder is taught with."""

Kind = Literal["read", "padding", "asked", "cut"]


@dataclass(frozen=True)
class Row:
    """One row of a strip: the raw text, the tokens of a column, their numbers, both in one row
    where there are several columns, or a roll."""

    kind: Literal["raw", "token", "number", "both", "roll"]
    column: str = ""


@dataclass(frozen=True)
class Cell:
    """What stands at one position, a text for each row."""

    position: int
    kind: Kind
    texts: tuple[str, ...]
    unknown: tuple[bool, ...]
    """for each row, whether there is no number of its own"""
    roll: npt.NDArray[np.bool_] | None = None


@dataclass(frozen=True)
class Span:
    """Where a stretch lies: read from `start` to before `read`, padded to before `stop`."""

    role: str
    start: int
    read: int
    stop: int


@dataclass(frozen=True)
class StripView:
    """A strip of cells, position 0 the first."""

    rows: tuple[Row, ...]
    cells: tuple[Cell, ...]
    spans: tuple[Span, ...]
    end: int
    """how many positions there are"""
    unknown: int
    cut_off: int
    keys: tuple[int, int] = (0, 0)
    """of a roll, the rows that are used and a little more: from the first to before the last"""

    @property
    def read(self) -> int:
        """How many timesteps are read, or taught with."""
        return sum(span.read - span.start for span in self.spans)

    @property
    def padding(self) -> int:
        """How many are padding."""
        return sum(span.stop - span.read for span in self.spans)

    def position(self, timestep: int) -> int | None:
        """Where a timestep of the trace stands, which has no padding and no gap."""
        for span in self.spans:
            if timestep < span.read - span.start:
                return span.start + timestep
            timestep -= span.read - span.start
        return None


def strip_view(found: PreparedSequence) -> StripView:
    """A sequence as cells: one for each timestep of the tensor, padding too, and behind them
    one for each that was cut off."""
    rows = _rows(found.stretches[0])
    cells: list[Cell] = []
    spans: list[Span] = []
    place = 0
    for stretch in found.stretches:
        cells += _cells(stretch, rows, place)
        stop = place + stretch.padded
        spans.append(Span(stretch.role, place, place + stretch.length, stop))
        place = max(stop, cells[-1].position + 1) + GAP
    return StripView(
        rows=rows,
        cells=tuple(cells),
        spans=tuple(spans),
        end=place - GAP,
        unknown=sum(any(cell.unknown) for cell in cells),
        cut_off=sum(stretch.cut_off for stretch in found.stretches),
        keys=_keys(found.stretches[0].roll),
    )


def _keys(roll: npt.NDArray[np.bool_] | None) -> tuple[int, int]:
    used = np.flatnonzero(roll.any(axis=0)) if roll is not None else np.empty(0, int)
    if roll is None or not len(used):
        return (0, 0 if roll is None else roll.shape[1])
    return max(0, int(used[0]) - 2), min(roll.shape[1], int(used[-1]) + 3)


def _rows(stretch: Stretch) -> tuple[Row, ...]:
    if len(stretch.columns) > 1:
        return (Row("raw"), *(Row("both", column.name) for column in stretch.columns))
    pairs = [(Row("token", c.name), Row("number", c.name)) for c in stretch.columns]
    rolls = [] if stretch.roll is None else [Row("roll")]
    return (Row("raw"), *(row for pair in pairs for row in pair), *rolls)


def _cells(stretch: Stretch, rows: tuple[Row, ...], place: int) -> list[Cell]:
    length, found = stretch.length, []
    nothing = ("",) * (len(rows) - 1)
    for n in range(max(stretch.padded, len(stretch.raw))):
        raw = _seen(stretch.raw[n]) if n < len(stretch.raw) else ""
        if n < length:
            texts, unknown = [raw], [False]
            for column in stretch.columns:
                strange = column.numbers[n] == column.unknown
                pair = [_seen(column.pieces[n]), str(column.numbers[n])]
                if len(stretch.columns) > 1:
                    pair = [" ".join(pair)]
                texts += pair
                unknown += [strange] * len(pair)
            roll = None if stretch.roll is None else stretch.roll[n]
            if roll is not None:
                texts, unknown = [raw, ""], [False, False]
            found.append(Cell(place + n, "read", tuple(texts), tuple(unknown), roll))
            continue
        if n >= len(stretch.raw) - stretch.cut_off and n < len(stretch.raw):
            kind: Kind = "cut"
        elif n < stretch.padded:
            # The first of them may stand under what is asked for and was not read.
            kind = "padding"
        else:
            kind = "asked"
        below = tuple("" if row.kind == "token" else "0" for row in rows[1:])
        texts_below = below if kind == "padding" else nothing
        found.append(Cell(place + n, kind, (raw, *texts_below), (False,) * len(rows)))
    return found


def _seen(text: str) -> str:
    return "".join(SHOWN.get(letter, letter) for letter in text) if text.isspace() else text.strip()


@dataclass(frozen=True)
class BatchView:
    """One batch as it comes, one of like lengths, and how much of all batches is padding."""

    mixed: npt.NDArray[np.int64]
    alike: npt.NDArray[np.int64]
    mixed_share: float
    alike_share: float


def batch_view(found: PreparedSequence, size: int) -> BatchView | None:
    """Batches drawn from the training part by training's own rule, though not the run's own
    draw; None where nothing is padded."""
    if found.lengths is None or found.lengths.min() == found.lengths.max():
        return None
    order = np.random.default_rng(0).permutation(found.lengths)
    mixed: Batched = as_they_come(order, size)
    alike = like_together(order, size)
    return BatchView(
        np.sort(mixed.typical)[::-1], np.sort(alike.typical)[::-1], mixed.share, alike.share
    )


@dataclass(frozen=True)
class SeriesView:
    """A series on its axis of timesteps, the first of which is 1."""

    x: npt.NDArray[np.float64]
    raw_x: npt.NDArray[np.float64]
    """where the raw points lie between the timesteps that were made of them; empty where each
    is a timestep"""
    parts: tuple[tuple[float, float], ...]
    """training, validation, test"""
    window: tuple[float, float]
    near: tuple[float, float]
    """the window, what is asked for, and as much again on both sides"""
    target: int
    since: tuple[float, float] | None
    """where a change begins, as x and value; None where the value is asked for"""
    ticks: tuple[tuple[float, float], ...]
    """values at which the scaled value is a round number, and that number"""

    def present(self, timestep: int) -> float:
        """The x of a timestep of the window."""
        return min(self.window[0] + 0.5 + timestep, self.window[1] - 0.5)


def series_view(found: PreparedSeries) -> SeriesView:
    """Where all of a prepared series stands."""
    count = len(found.values)
    ends = [0.5, found.train_end + 0.5, found.valid_end + 0.5, count + 0.5]
    wide = found.target + 1 - found.start
    raw = np.arange(1, len(found.raw) + 1) / found.every if found.every > 1 else np.empty(0)
    return SeriesView(
        x=np.arange(1, count + 1, dtype=np.float64),
        raw_x=raw,
        parts=tuple(pairwise(ends)),
        window=(found.start + 0.5, found.stop + 0.5),
        near=(max(0.5, found.start - wide), min(count + 0.5, found.target + 1 + wide)),
        target=found.target + 1,
        since=(found.stop, float(found.values[found.stop - 1])) if found.change else None,
        ticks=_ticks(found),
    )


def _ticks(found: PreparedSeries) -> tuple[tuple[float, float], ...]:
    """Round scaled values and where they lie among the values, read off the series itself:
    scaling keeps the order, and between two points it is nearly straight."""
    order = np.argsort(found.scaled, kind="stable")
    scaled, values = found.scaled[order].astype(float), found.values[order].astype(float)
    wide = scaled[-1] - scaled[0]
    if not wide > 0:
        return ()
    power = 10.0 ** np.floor(np.log10(wide / 4))
    step = next(k * power for k in (1, 2, 5, 10) if wide / (k * power) <= 5)
    marks = np.arange(np.ceil(scaled[0] / step), np.floor(scaled[-1] / step) + 1) * step
    found_ticks: list[tuple[float, float]] = []
    apart = 0.15 * (values[-1] - values[0])
    # From the top down: where a logarithm crowds them, those that can be read stay.
    for place, mark in zip(np.interp(marks, scaled, values)[::-1], marks[::-1], strict=True):
        if not found_ticks or found_ticks[-1][0] - place >= apart:
            found_ticks.append((float(place), round(float(mark), 9) + 0.0))
    return tuple(found_ticks[::-1])
