"""All figures: every task with its defaults, trained once, beside what was reached before.

    python tests/benchmarks/figures.py [--only sine,waves] [--seeds 1] [--missing]

Writes `figures.json` (what was measured) and `figures.md` (the table) beside this file after
each run, so nothing is lost when it is interrupted; a row that is run again is replaced.
``--missing`` runs only what was not yet measured with the settings of now, ``--only`` the rows
whose names begin so, ``--table`` none: it writes the table anew.

The rows are in `figure_rows.py`. What suits each task was chosen by validation examples alone,
where there was a choice to be made by `choose.py`. `choices.md` has what it said, and which
tasks were searched only after a first measurement had missed their figures. The validation part
of the passengers has 14 points: its RMSE is known to a fifth of itself, so settings are chosen
there by three ends of the series, and patience cannot tell much.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from time import perf_counter

import msgspec
import numpy as np
import numpy.typing as npt
import torch

sys.path.insert(0, str(Path(__file__).parents[2]))

from rnnviz.learning.judging import Judge
from rnnviz.learning.training import Trainer
from rnnviz.records import FloatArray
from rnnviz.store import files
from rnnviz.tasks import Examples, Split, Task
from tests.benchmarks.figure_rows import Row, rows
from tests.benchmarks.figure_table import Early, Measured, Moment, Results, Value, written

HERE = Path(__file__).parent
RESULTS, TABLE = HERE / "figures.json", HERE / "figures.md"

SOON = 10.0
"""Seconds after which there should be something worth seeing."""

BLOCKS = 20
"""Into how many blocks the examples are cut for the standard error."""


def measured(row: Row, seed: int) -> Measured:
    """Train one row to its end."""
    experiment = row.experiment(seed)
    begun = perf_counter()
    trainer = Trainer(experiment)
    setup = perf_counter() - begun
    task, examples = experiment.task, trainer.examples
    judged = examples.test or examples.valid
    reached: dict[str, Moment | None] = {figure.measure: None for figure in row.figures}
    early: Early | None = None
    every = row.every or trainer.batches
    while not trainer.done:
        trainer.train_batch()
        if trainer.validating:
            continue
        now = Moment(trainer.epoch, trainer.step, setup + trainer.seconds)
        if now.seconds <= SOON or early is None:
            early = _seen(trainer, now, early)
        missing = [figure for figure in row.figures if reached[figure.measure] is None]
        if missing and trainer.step % every == 0:
            # Not in the run's own seconds: it does not look at these examples.
            values = _values(trainer, judged)
            for figure in missing:
                if figure.reached(values[figure.measure]):
                    reached[figure.measure] = now
    assert early is not None
    of_rules = _rules(task, examples)
    return Measured(
        experiment=experiment,
        torch=str(torch.__version__),
        cores=os.cpu_count() or 1,
        threads=trainer.threads,
        parameters=trainer.parameters,
        setup=setup,
        seconds=setup + trainer.seconds,
        epochs=trainer.epoch,
        early=early,
        valid=_with_errors(trainer, examples.valid),
        test=_with_errors(trainer, examples.test) if examples.test else {},
        rules=of_rules,
        reached=reached,
    )


def _seen(trainer: Trainer, now: Moment, before: Early | None) -> Early:
    """What is to be seen now, losses of single batches smoothed as those of an epoch are not."""
    losses = trainer.take_losses()[0]
    loss = float(losses.mean())
    if before is not None:
        loss = before.train_loss + 0.05 * (loss - before.train_loss)
    if not trainer.history:
        return Early(now, loss)
    last = trainer.history[-1]
    return Early(now, loss, {"loss": last.valid_loss, **last.metrics})


def _answers(trainer: Trainer, split: Split) -> tuple[float, FloatArray]:
    task = trainer.experiment.task
    judge = Judge(task, split, trainer.device)
    loss, outputs = judge.loss(trainer.model)
    return loss, judge.decoded(trainer.model) if task.shape == "encoder-decoder" else outputs


def _values(trainer: Trainer, split: Split) -> dict[str, float]:
    loss, outputs = _answers(trainer, split)
    return {"loss": loss, **trainer.experiment.task.metrics(outputs, split)}


def _with_errors(trainer: Trainer, split: Split) -> dict[str, Value]:
    """All measures of a split; that of the loss where it is the mean of squares."""
    task = trainer.experiment.task
    loss, outputs = _answers(trainer, split)

    def values(outputs: FloatArray, split: Split) -> dict[str, float]:
        found = task.metrics(outputs, split)
        if task.loss == "MSE":
            found = {"loss": float(np.mean((outputs - split.targets) ** 2)), **found}
        return found

    left_out = [values(outputs[kept], part) for kept, part in _without_a_block(split)]
    found = {"loss": Value(loss)}
    for name, value in values(outputs, split).items():
        found[name] = Value(value, jackknife([one[name] for one in left_out]))
    return found


def _without_a_block(split: Split) -> list[tuple[npt.NDArray[np.intp], Split]]:
    """The examples without one block of neighbours each time, with their places."""
    places = np.arange(len(split.inputs))
    kept = [np.setdiff1d(places, block) for block in np.array_split(places, BLOCKS) if len(block)]
    parts = [[None if part is None else part[rows] for part in split] for rows in kept]
    return [(rows, Split._make(part)) for rows, part in zip(kept, parts, strict=True)]


def jackknife(values: list[float]) -> float:
    """The standard error of a figure, from its values without each of n blocks (Efron 1982):

    sqrt((n - 1) / n · Σ (v_k - v)²), v being their mean
    """
    found = np.array(values)
    return float(np.sqrt((len(found) - 1) * np.mean((found - found.mean()) ** 2)))


def _rules(task: Task, examples: Examples) -> dict[str, dict[str, float]]:
    """What simple rules reach on the examples of the figures; their losses at least.

    Rules that look up their part by its name answer for that part whatever they are given:
    those have measures of the test part.
    """
    if found := task.rules(examples):
        return found
    asked = examples if examples.test is None else examples._replace(valid=examples.test)
    return {rule: {"loss": loss} for rule, loss in task.baselines(asked).items()}


def _asked(only: str, seeds: int, missing: bool, results: Results) -> list[tuple[Row, int]]:
    """The rows to be run, each with its seed."""
    begins = tuple(only.split(","))
    return [
        (row, seed)
        for row in rows()
        if row.name.startswith(begins)
        for seed in range(seeds)
        if not (missing and _known(results, row, seed))
    ]


def _known(results: Results, row: Row, seed: int) -> bool:
    run = results.get(row.name, {}).get(seed)
    return run is not None and run.experiment == row.experiment(seed)


def read() -> Results:
    """What was measured so far."""
    if not RESULTS.exists():
        return {}
    return msgspec.json.decode(RESULTS.read_bytes(), type=Results)


def keep(results: Results) -> None:
    """Write both files, in the order of the rows."""
    ordered = {row.name: results[row.name] for row in rows() if row.name in results}
    files.write(RESULTS, msgspec.json.format(msgspec.json.encode(ordered), indent=1) + b"\n")
    files.write(TABLE, written(rows(), ordered).encode())


def main() -> None:
    """Run what was asked for, saying each figure as it comes."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--only", default="", help="beginnings of rows' names, with commas")
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--missing", action="store_true")
    parser.add_argument("--table", action="store_true")
    asked = parser.parse_args()
    results = read()
    todo = [] if asked.table else _asked(asked.only, asked.seeds, asked.missing, results)
    for row, seed in todo:
        run = measured(row, seed)
        results.setdefault(row.name, {})[seed] = run
        keep(results)
        for figure in row.figures:
            value = (run.test or run.valid)[figure.measure].value
            print(
                f"{row.name}, seed {seed}: {figure.measure} {value:.5g} "
                f"({figure.sense} {figure.wanted:g}), {run.seconds:.0f} s",
                flush=True,
            )
    keep(results)


if __name__ == "__main__":
    main()
