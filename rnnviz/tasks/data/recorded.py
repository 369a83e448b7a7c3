"""Three series that were recorded in the world, as they stand in their files."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from rnnviz.tasks.data import shipped
from rnnviz.tasks.task import DataError


class Source(NamedTuple):
    """Where a series is, and what a person knows about it beforehand."""

    file: str
    title: str
    value_label: str
    points: int
    season: int
    """how many points a season has: 11 years of the sun, one year of the weather"""


SOURCES = {
    "sunspots": Source("sunspots.csv", "sunspots", "sunspot number", 2820, 132),
    "temperature": Source(
        "melbourne-min-temperature.csv",
        "Melbourne's temperature",
        "lowest of the day, °C",
        3650,
        365,
    ),
    "passengers": Source(
        "airline-passengers.csv", "airline passengers", "passengers, thousands", 144, 12
    ),
}


class Recorded(NamedTuple):
    """The points of a series in their order, ``(R,)``, and the date of each."""

    values: npt.NDArray[np.float64]
    labels: list[str]


@lru_cache(maxsize=8)
def recorded(name: str) -> Recorded:
    """Read a series of `SOURCES`; raises `DataError`, also where points are missing."""
    source = SOURCES[name]
    rows = shipped.rows(source.file, _parse, header=True)
    if len(rows) != source.points:
        raise DataError(
            "The data file {file} has {count} points instead of {points}; install "
            "rnnviz again to put it back.",
            file=source.file,
            count=len(rows),
            points=source.points,
        )
    values = np.array([value for _, value in rows])
    values.flags.writeable = False
    return Recorded(values, [label for label, _ in rows])


def _parse(line: str) -> tuple[str, float]:
    label, _, number = line.partition(",")
    try:
        value = float(number)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise ValueError(f"a date and a number are expected, not {line[:40]}")
    return label.strip('"'), value
