"""All figures: every task as it suits it, trained with several seeds, beside simple rules.

    python tests/benchmarks/figures.py [ROW ...] [--workers 2] [--again | --rules | --table]

Measures each row (or those whose names begin as one that is named: ``series recall``) with all
its seeds, and keeps what was measured in `figures.json` beside this file after every run. What
is there already, with the settings of now, is not measured again, so that it can be interrupted
at any time and goes on where it was; what was measured with other settings is replaced.
``--again`` measures in any case. ``--rules`` trains nothing: it measures the simple rules of
what is there anew. ``--workers`` says how many runs are under way at once, each with one thread.

From `figures.json` alone follow `figures.md`, which has everything, and the table in the README:
both are written at the end and after every run. ``--table`` does nothing else.

The rows are in `figure_rows.py`. What suits each task was chosen by validation examples alone,
where there was a choice to be made by `choose.py`. `choices.md` has what it said, and which
tasks were searched only after a first measurement had missed their figures. The validation part
of the passengers has 14 points: its RMSE is known to a fifth of itself, so settings are chosen
there by three ends of the series, and patience cannot tell much.
"""

from __future__ import annotations

import argparse
import copy
import multiprocessing
import os
import sys
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path
from time import process_time

import msgspec
import numpy as np
import numpy.typing as npt
import torch

sys.path.insert(0, str(Path(__file__).parents[2]))

from rnnviz.learning.training.devices import Choice
from rnnviz.learning.training.evaluation import Evaluator
from rnnviz.learning.training.trainer import Trainer
from rnnviz.records.arrays import FloatArray
from rnnviz.store import files
from rnnviz.tasks import Dataset, Split
from tests.benchmarks.figure_rows import Row, rows
from tests.benchmarks.figure_table import (
    Early,
    Measured,
    Moment,
    Results,
    Value,
    current,
    in_readme,
    written,
)

HERE = Path(__file__).parent
RESULTS, TABLE, README = HERE / "figures.json", HERE / "figures.md", HERE.parents[1] / "README.md"

BEGIN, END = "<!-- figures: made by tests/benchmarks/figures.py -->\n", "<!-- figures end -->\n"
"""Between these the README has its table."""

SOON = 10.0
"""Seconds after which there should be something worth seeing."""

BLOCKS = 20
"""Into how many blocks the examples are cut for the standard error."""


def measured(row: Row, seed: int, at_once: int = 1) -> Measured:
    """Train one row to its end, `at_once` runs being under way together."""
    experiment = row.experiment(seed)
    # Of one core: what else the machine does meanwhile changes nothing.
    begun = process_time()
    trainer = Trainer(experiment, choice=Choice("cpu", 1))
    setup = seconds = process_time() - begun
    examples = trainer.examples
    reached: dict[str, Moment | None] = {figure.measure: None for figure in row.figures}
    early: Early | None = None
    every = row.every or trainer.batches
    while not trainer.done:
        begun = process_time()
        trainer.train_batch()
        seconds += process_time() - begun
        if trainer.validating:
            continue
        now = Moment(trainer.epoch, trainer.step, seconds)
        if now.seconds <= SOON or early is None:
            early = _seen(trainer, now, early)
        missing = [figure for figure in row.figures if reached[figure.measure] is None]
        if missing and trainer.step % every == 0:
            # Not in the run's own seconds where it is looked oftener than the run itself does.
            values = _values(trainer, examples.valid) if row.every else _last(trainer)
            for figure in missing:
                if figure.reached(values[figure.measure]):
                    reached[figure.measure] = now
    assert early is not None
    return Measured(
        experiment=experiment,
        torch=str(torch.__version__),
        cores=os.cpu_count() or 1,
        at_once=at_once,
        parameters=trainer.parameters,
        setup=setup,
        seconds=seconds,
        epochs=trainer.epoch,
        steps=trainer.step,
        early=early,
        valid=_with_errors(trainer, examples.valid),
        test=_with_errors(trainer, examples.test) if examples.test else {},
        rules=simple_rules(trainer.dataset),
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
    return Early(now, loss, _last(trainer))


def _last(trainer: Trainer) -> dict[str, float]:
    """What the run itself said of its validation examples after its last epoch."""
    last = trainer.history[-1]
    return {"loss": last.valid_loss, **last.metrics}


def _answers(trainer: Trainer, split: Split) -> tuple[float, FloatArray]:
    task = trainer.experiment.task
    evaluator = Evaluator(task, split, trainer.device)
    loss, outputs = evaluator.loss(trainer.model)
    return loss, evaluator.decoded(trainer.model) if task.shape == "encoder-decoder" else outputs


def _values(trainer: Trainer, split: Split) -> dict[str, float]:
    loss, outputs = _answers(trainer, split)
    return {"loss": loss, **trainer.dataset.metrics(outputs, split)}


def _with_errors(trainer: Trainer, split: Split) -> dict[str, Value]:
    """All measures of a split; that of the loss where it is the mean of squares."""
    task = trainer.experiment.task
    loss, outputs = _answers(trainer, split)

    def values(outputs: FloatArray, split: Split) -> dict[str, float]:
        found = trainer.dataset.metrics(outputs, split)
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


def simple_rules(dataset: Dataset) -> dict[str, dict[str, float]]:
    """What simple rules reach on the examples of the figures, whatever rules a task has; their
    losses where it has no measures for them."""
    if found := dataset.rules():
        return found
    asked = copy.copy(dataset)
    asked.examples = dataset.examples._replace(valid=dataset.examples.final)
    return {rule: {"loss": loss} for rule, loss in asked.baselines().items()}


def asked_for(names: list[str], results: Results, again: bool = False) -> list[tuple[Row, int]]:
    """What there is to be measured: the rows, each with its seeds, the first seeds first."""
    begins = tuple(names) or ("",)
    chosen = [row for row in rows() if row.name.startswith(begins)]
    todo = [(row, seed) for row in chosen for seed in range(row.seeds)]
    todo.sort(key=lambda one: one[1])
    return [one for one in todo if again or one[1] not in current(one[0], results)]


def read() -> Results:
    """What was measured so far. What can no longer be read was measured with knobs that are
    gone: it is missing."""
    found: Results = {}
    if RESULTS.exists():
        raw = msgspec.json.decode(RESULTS.read_bytes(), type=dict[str, dict[int, msgspec.Raw]])
        for name, runs in raw.items():
            for seed, run in runs.items():
                try:
                    measured = msgspec.json.decode(run, type=Measured)
                except msgspec.ValidationError:
                    continue
                found.setdefault(name, {})[seed] = measured
    return found


def keep(results: Results) -> None:
    """Write the results, in the order of the rows, and what is made of them."""
    ordered = {
        row.name: dict(sorted(results[row.name].items())) for row in rows() if row.name in results
    }
    files.write(RESULTS, msgspec.json.format(msgspec.json.encode(ordered), indent=1) + b"\n")
    files.write(TABLE, written(rows(), ordered).encode())
    before, _, rest = README.read_text(encoding="utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    files.write(README, (before + BEGIN + in_readme(rows(), ordered) + END + after).encode())


def main() -> None:
    """Run what was asked for, saying each figure as it comes."""
    parser = argparse.ArgumentParser(usage=(__doc__ or "").split("\n")[2].strip())
    parser.add_argument("names", nargs="*", metavar="ROW", help="beginnings of rows' names")
    parser.add_argument("--workers", type=int, default=1)
    what = parser.add_mutually_exclusive_group()
    for option in ("--again", "--rules", "--table"):
        what.add_argument(option, action="store_true")
    asked = parser.parse_args()
    results = read()
    if asked.rules:
        _measure_rules(asked.names, results)
    elif not asked.table:
        _measure(asked_for(asked.names, results, asked.again), asked.workers, results)
    keep(results)
    print(in_readme(rows(), results), end="")


def _measure(todo: list[tuple[Row, int]], workers: int, results: Results) -> None:
    # Spawned, since a process that has PyTorch's threads cannot be forked.
    pool = ProcessPoolExecutor(workers, multiprocessing.get_context("spawn"))
    try:
        runs = {pool.submit(measured, row, seed, workers): (row, seed) for row, seed in todo}
        for count, done in enumerate(as_completed(runs), 1):
            (row, seed), run = runs[done], done.result()
            results.setdefault(row.name, {})[seed] = run
            keep(results)
            said = ", ".join(
                f"{figure.measure} {(run.test or run.valid)[figure.measure].value:.5g}"
                for figure in row.figures
            )
            print(
                f"{count}/{len(todo)} {row.name}, seed {seed}: {said}, {run.seconds:.0f} s",
                flush=True,
            )
    finally:
        pool.shutdown(cancel_futures=True)  # after a failure or Ctrl+C, not first all the others


def _measure_rules(names: list[str], results: Results) -> None:
    for row in rows():
        if row.name.startswith(tuple(names) or ("",)):
            for seed, run in current(row, results).items():
                found = simple_rules(run.experiment.task.open(seed))
                results[row.name][seed] = msgspec.structs.replace(run, rules=found)
                print(f"{row.name}, seed {seed}", flush=True)


if __name__ == "__main__":
    main()
