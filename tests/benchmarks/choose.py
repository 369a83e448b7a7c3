"""Choose settings by the validation examples alone; no test figure is ever computed here.

    python tests/benchmarks/choose.py [search ...] [--seeds 3]

A search has stages. A stage is a small grid around what the stages before it chose. Each point
of the grid is trained with some seeds, a series with another end each time as well: its last
20 %, 30 % and 40 % are left alone, and the tenth before that is judged. What is judged is thus
never in the test part, which is the last 20 %, and three times as much of it.

A stage goes on with the best point, or with an earlier one, if the two cannot be told apart: if
the mean of their paired differences is less than its standard error. Values are listed from
cheap to dear for that.

Patience puts the best epoch's weights back, so its figure is the best of many and looks a
little better here than it is.
"""

from __future__ import annotations

import argparse
import itertools
import math
import sys
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

from rnnviz.experiment import Experiment, suited
from rnnviz.experiment import turned as followed
from rnnviz.knobs import Value
from rnnviz.learning.training.trainer import Trainer
from rnnviz.tasks.characters import Characters
from rnnviz.tasks.sentiment import Sentiment
from rnnviz.tasks.series import Series
from rnnviz.tasks.tagging import Tagging

Grid = dict[str, tuple[Value, ...]]
"""for each path of a knob, the values that are tried"""


class Search(NamedTuple):
    """Where it begins, and the grids that are searched one after the other."""

    start: Experiment
    stages: tuple[Grid, ...]


def searches() -> dict[str, Search]:
    """All searches by name."""
    passengers = followed(suited(Series()), "task.series", "passengers").task
    plain: dict[str, Value] = {
        "network.dropout_readout": 0.0,
        "training.patience": 0,
        "training.batch": 16,
    }
    few = turned(suited(passengers), plain)
    tags: Grid = {
        "training.epochs": (10, 15),
        "network.embedding": (64, 128),
        "network.dropout_inputs": (0.3, 0.5),
        "network.dropout_readout": (0.3, 0.5),
    }
    # Together: how many epochs are best hangs on the cell and on the rate.
    pace: Grid = {
        "network.cell": ("RNN", "GRU", "LSTM"),
        "training.epochs": (15, 30, 60),
        "training.learning_rate": (1e-3, 3e-3),
    }
    sizes: Grid = {"network.hidden": (16, 32, 64)}
    read: Grid = {"task.predict": ("value", "change"), "task.window": (12, 24, 48)}
    held: Grid = {
        "network.dropout_readout": (0.0, 0.2),
        "training.weight_decay": (0.0, 0.1),
        "training.patience": (0, 8),
    }
    long = pace | sizes | {"training.epochs": (100, 200, 300)}
    cells: Grid = {"network.cell": ("GRU", "LSTM"), "network.direction": ("forward", "both")}
    hidden: Grid = {
        "network.dropout_inputs": (0.3, 0.5),
        "network.dropout_readout": (0.3, 0.5),
        "network.embedding": (32, 64, 128),
    }
    decay: Grid = {"training.weight_decay": (0.0, 1e-2, 1e-1), "training.epochs": (10, 15)}
    rates: Grid = {"training.learning_rate": (1e-3, 3e-3, 1e-2), "network.hidden": (32, 64)}
    words = (cells, hidden, decay, rates)
    # All of these networks know their examples by heart in the end: how much is too much?
    decayed: Grid = {
        "network.direction": ("forward", "both"),
        "training.weight_decay": (0.0, 0.1, 0.3, 1.0),
    }
    # The wider the better, in English: so it is looked beyond 128.
    wide: Grid = hidden | {"network.embedding": (64, 128, 256)}
    again: Grid = cells | {"training.batch": (16, 32)}
    return {
        "sunspots": Search(suited(Series()), (pace, sizes | read, held)),
        "temperature": Search(suited(Series(series="temperature")), (pace, sizes | read, held)),
        "passengers": Search(
            few,
            (long, held | {"training.patience": (0, 8, 20)}),
        ),
        # A change is like that of the same month a year ago, which needs 13 months to be seen.
        "passengers, window": Search(
            suited(passengers),
            (
                {"task.window": (12, 13, 18, 24, 36), "training.learning_rate": (1e-3, 3e-3)},
                {"training.epochs": (100, 300), "network.dropout_readout": (0.0, 0.2)},
                sizes | {"training.weight_decay": (0.0, 0.1)},
            ),
        ),
        "sunspots, window": Search(suited(Series()), ({"task.window": (24, 36, 48)},)),
        "passengers, GRU": Search(
            turned(few, {"network.cell": "GRU", "training.patience": 20}),
            (
                {
                    "training.epochs": (100, 200, 300),
                    "training.learning_rate": (1e-3, 3e-3),
                    "network.dropout_readout": (0.0, 0.2),
                },
            ),
        ),
        "english": Search(suited(Sentiment()), (cells, wide, again, decay, rates)),
        "korean": Search(suited(Sentiment(language="Korean", tokens="characters")), words),
        "tagging": Search(suited(Tagging()).with_value("network.direction", "both"), (tags,)),
        "tagging, korean": Search(
            suited(Tagging(language="Korean", ending=2)), ({"task.beginning": (1, 2, 3)},)
        ),
        "tagging, decay": Search(suited(Tagging()), (decayed,)),
        "tagging, korean, decay": Search(suited(Tagging(language="Korean", ending=2)), (decayed,)),
        "korean, decay": Search(
            suited(Sentiment(language="Korean", tokens="characters")), (decayed,)
        ),
        "reviews as text": Search(
            suited(Characters(text="English reviews")),
            (
                {
                    "network.hidden": (128, 256),
                    "network.dropout_readout": (0.0, 0.3),
                    "training.epochs": (15, 25),
                },
            ),
        ),
        "characters": Search(
            suited(Characters()).with_value("training.schedule", "cosine"),
            ({"training.learning_rate": (5e-3, 1e-2)},),
        ),
    }


def points(grid: Grid) -> list[dict[str, Value]]:
    """All points of a grid, the last knob the fastest."""
    return [dict(zip(grid, values, strict=True)) for values in itertools.product(*grid.values())]


def turned(experiment: Experiment, point: dict[str, Value]) -> Experiment:
    """An experiment with some knobs turned."""
    for path, value in point.items():
        experiment = experiment.with_value(path, value)
    return experiment


def seeded(experiment: Experiment, seed: int) -> Experiment:
    """An experiment with one seed, and a series with the end that belongs to it."""
    experiment = turned(experiment, {"training.device": "cpu", "training.seed": seed})
    if isinstance(experiment.task, Series):
        return experiment.with_value("task.test", 0.2 + 0.1 * (seed % 3))
    return experiment


def error(experiment: Experiment, seed: int) -> float:
    """How wrong the run ends on its validation examples: for a series the error in units of
    persistence's, as root mean squares; else the share of wrong answers."""
    trainer = Trainer(seeded(experiment, seed))
    while not trainer.done:
        trainer.train_batch()
    last = trainer.best_epoch if experiment.training.patience else trainer.epoch
    record = trainer.history[last - 1]
    if "accuracy" in record.metrics:
        return 1 - record.metrics["accuracy"]
    return math.sqrt(record.valid_loss / trainer.baselines["persistence"])


def chosen(errors: list[list[float]]) -> int:
    """The first point that cannot be told from the best, from the errors of each, by run."""
    table = np.array(errors)  # points, runs
    best = table[int(table.mean(axis=1).argmin())]
    runs = table.shape[1]
    for place, row in enumerate(table):
        worse = row - best
        if worse.mean() <= (worse.std(ddof=1) / math.sqrt(runs) if runs > 1 else 0.0):
            return place
    raise AssertionError("the best is not worse than itself")


def search(start: Experiment, stages: tuple[Grid, ...], seeds: int) -> None:
    """Print each stage's points with their errors, the best first, and what it goes on with."""
    for grid in stages:
        tried, errors, begun = points(grid), [], perf_counter()
        for point in tried:
            experiment = turned(start, point)
            errors.append([error(experiment, seed) for seed in range(seeds)])
        for place in np.argsort(np.mean(errors, axis=1)):
            each = " ".join(f"{one:.4f}" for one in errors[place])
            print(f"  {np.mean(errors[place]):.4f}  ({each})  {_named(tried[place])}")
        winner = tried[chosen(errors)]
        seconds = (perf_counter() - begun) / (seeds * len(tried))
        print(f"  goes on with {_named(winner)}; {seconds:.1f} s a run", flush=True)
        start = turned(start, winner)


def _named(point: dict[str, Value]) -> str:
    return ", ".join(f"{path.partition('.')[2]} {value}" for path, value in point.items())


def main() -> None:
    """Search what was named, or everything."""
    known = searches()
    parser = argparse.ArgumentParser()
    parser.add_argument("names", nargs="*", metavar="search", help=", ".join(known))
    parser.add_argument("--seeds", type=int, default=3)
    asked = parser.parse_args()
    for name in asked.names or known:
        print(f"{name}, {asked.seeds} runs a point", flush=True)
        search(*known[name], asked.seeds)


if __name__ == "__main__":
    main()
