from __future__ import annotations

import math

import msgspec
import numpy as np
import pytest

from rnnviz.tasks import TASKS
from rnnviz.tasks.series import Series
from tests.benchmarks import choose, figures
from tests.benchmarks.figure_rows import Figure, Row, rows
from tests.benchmarks.figure_table import (
    Early,
    Measured,
    Moment,
    Results,
    Value,
    in_readme,
    written,
)

RMSE = Figure("RMSE", "at most", 40.0, "38 to 40")
SUMS = Figure("sums right", "at least", 0.9, "90 %")
VAIN = Figure("loss", "stays above", 0.15, "0.17")
AIRLINE = Series(series="passengers", scaling="log", predict="change", window=12)


def run(row: Row, seed: int, value: float, **changes: object) -> Measured:
    """What might have been measured of a row with one figure."""
    measure = row.figures[0].measure
    found = Measured(
        experiment=row.experiment(seed),
        torch="2.13.0",
        cores=2,
        at_once=2,
        parameters=4353,
        setup=0.5,
        seconds=20.0 + seed,
        epochs=30,
        steps=1200,
        early=Early(Moment(4, 160, 9.9), 0.5, {measure: 0.25}),
        valid={measure: Value(0.25, 0.01)},
        test={measure: Value(value, 0.125)},
        rules={"always 1": {"loss": 1 / 6}, "best": {measure: 0.125, "loss": 9.0}},
        reached={measure: Moment(3, 120, 7.25)},
    )
    return msgspec.structs.replace(found, **changes)


def cells(row: Row, *runs: Measured) -> dict[str, str]:
    """The one line of a row, by the heads of its columns."""
    lines = written([row], {row.name: dict(enumerate(runs))}).splitlines()
    head, _, line = (line.strip("| ").split(" | ") for line in lines if line.startswith("|"))
    return dict(zip(head, line, strict=True))


def test_every_task_has_a_row_and_no_two_have_one_name():
    names = [row.name for row in rows()]
    assert len(set(names)) == len(names)
    assert {type(row.task) for row in rows()} == set(TASKS.values())


@pytest.mark.parametrize("row", rows(), ids=lambda row: row.name)
def test_a_row_changes_its_tasks_defaults_and_is_measured_by_what_the_task_measures(row):
    experiment = row.experiment(seed=3)
    assert experiment.training.seed == 3
    assert experiment.training.device == "cpu"
    assert all(experiment.value(path) == value for path, value in row.changes.items())
    task, data = row.task, row.task.open(0)
    split = data.examples.valid
    several = () if task.shape == "many-to-one" else split.targets.shape[1:2]
    outputs = np.zeros((len(split.inputs), *several, data.output_size), np.float32)
    known = {"loss", *data.metrics(outputs, split)}
    assert {figure.measure for figure in row.figures} <= known


def test_a_row_stands_beside_its_rules_with_what_was_seen_and_when():
    row = Row("adding: tiny", TASKS["adding"](), (SUMS,))
    assert cells(row, run(row, 0, 0.9)) == {
        "task": "adding: tiny",
        "settings": "as chosen",
        "cell": "LSTM",
        "units": "32",
        "measure": "sums right",
        "wanted": "at least 90.00 %",
        "reached before": "90 %",
        "validation": "25.00 % ± 1.00 % (1 seed)",
        "test": "90.00 % ± 12.50 % (1 seed)",
        "simple rules on the same examples": "always 1 loss 0.167, best 12.50 %",
        "epochs": "30 (1 seed)",
        "after 10 s": "epoch 4: 25.00 %",
        "to the figure": "7.2 s, 120 batches (1 seed)",
        "s in all": "20",
        "parameters": "4,353",
    }


def test_a_figure_that_is_missed_says_so():
    row = Row("series", AIRLINE, (RMSE,))
    missed = run(row, 0, 40.5, reached={"RMSE": None})
    assert cells(row, missed)["test"] == "40.5 ± 0.12 (1 seed) (missed)"
    assert cells(row, missed)["to the figure"] == "not within 1200 batches (1 seed)"
    assert "0 of 1 figures" in written([row], {row.name: {0: missed}})


def test_without_test_examples_the_validation_examples_decide():
    row = Row("series", AIRLINE, (RMSE,))
    found = cells(row, run(row, 0, 0.0, test={}, valid={"RMSE": Value(41.0)}))
    assert (found["validation"], found["test"]) == ("41 (1 seed) (missed)", "–")


def test_of_several_seeds_the_middle_one_stands_with_the_least_and_the_greatest():
    row = Row("series", AIRLINE, (RMSE,))
    never = run(row, 2, 41.0, reached={"RMSE": None})
    found = cells(row, run(row, 0, 39.0), run(row, 1, 38.0), never)
    assert found["test"] == "39 ± 0.12 (38 to 41; 3 seeds)"
    assert found["to the figure"] == (
        "7.2 s, 120 batches (120 batches to not within 1200 batches; 3 seeds)"
    )
    assert found["s in all"] == "21"


def test_a_seed_that_never_gets_there_is_later_than_all_others():
    row = Row("series", AIRLINE, (RMSE,))
    never = [run(row, seed, 41.0, reached={"RMSE": None}) for seed in (1, 2)]
    found = cells(row, run(row, 0, 39.0), *never)["to the figure"]
    assert found.startswith("not within 1200 batches")


def test_the_readme_says_what_is_changed_and_which_is_better_network_or_rule():
    row = Row("adding: tiny", TASKS["adding"](length=50), (SUMS,), {"network.cell": "GRU"})
    runs = {seed: run(row, seed, value) for seed, value in enumerate((0.9, 0.1, 0.5))}
    line = in_readme([row], {row.name: runs}).splitlines()[2]
    assert line == (
        "| `adding`, length 50, cell GRU | sums right | **50.00 % (10.00 % to 90.00 %; 3 seeds)** "
        "| 12.50 %, best | 21 |"
    )
    worse = {seed: run(row, seed, 0.1) for seed in range(3)}
    assert "| 10.00 % (3 seeds) | **12.50 %**, best |" in in_readme([row], {row.name: worse})


def test_the_readme_has_the_figures_that_were_measured():
    _, _, rest = figures.README.read_text(encoding="utf-8").partition(figures.BEGIN)
    table, end, _ = rest.partition(figures.END)
    assert end
    assert table == in_readme(rows(), figures.read())


def test_only_what_is_missing_or_was_measured_with_other_settings_is_measured():
    row = next(row for row in rows() if row.name == "recall: LSTM")
    results = {row.name: {seed: run(row, seed, 1.0) for seed in range(row.seeds - 1)}}
    assert figures.asked_for(["recall: L"], results) == [(row, row.seeds - 1)]
    other = row.experiment(1).with_value("network.hidden", 7)
    results[row.name][1] = run(row, 1, 1.0, experiment=other)
    assert figures.asked_for(["recall: L"], results) == [(row, 1), (row, row.seeds - 1)]
    assert len(figures.asked_for(["recall: L"], results, again=True)) == row.seeds


@pytest.mark.parametrize("every", [0, 1])
def test_the_way_to_a_figure_is_looked_for_on_the_validation_examples(every):
    # A wave in noise, with nothing to learn: the two parts differ by chance alone.
    row = Row("adding", TASKS["adding"](lists=60), (), {"training.epochs": 1}, every=every)
    trainer_row = row._replace(figures=(Figure("loss", "at most", 0.0, ""),))
    found = figures.measured(trainer_row, seed=0)
    valid, test = (part["loss"].value for part in (found.valid, found.test))
    between = (valid + test) / 2
    asked = Figure("loss", "at most" if valid < test else "at least", between, "")
    # Only the validation examples have it.
    there = figures.measured(row._replace(figures=(asked,)), seed=0)
    assert there.reached["loss"] is not None
    assert not asked.reached(test)


def test_what_should_stay_bad_is_met_by_staying_bad_and_never_reached():
    row = Row("adding: RNN", TASKS["adding"](), (VAIN,))
    found = cells(row, run(row, 0, 0.168))
    assert (found["test"], found["to the figure"]) == ("0.168 ± 0.12 (1 seed)", "–")


def test_before_the_first_epoch_ends_there_is_the_training_loss_to_be_seen():
    row = Row("series", AIRLINE, (RMSE,))
    early = Early(Moment(0, 310, 9.9), 0.5)
    assert cells(row, run(row, 0, 39.0, early=early))["after 10 s"] == (
        "batch 310: training loss 0.5"
    )


def test_results_come_back_from_the_file_as_they_were():
    row = Row("series", AIRLINE, (RMSE,))
    results = {row.name: {seed: run(row, seed, 39.0) for seed in range(2)}}
    assert msgspec.json.decode(msgspec.json.encode(results), type=Results) == results


def test_a_row_is_trained_to_its_end_and_measured():
    short = {"training.epochs": 3, "training.batch": 32, "training.patience": 0}
    row = Row("series", AIRLINE, (RMSE,), short, every=2)
    found = figures.measured(row, seed=1)
    assert found.experiment == row.experiment(1)
    assert (found.epochs, found.early.moment.step) == (3, 9)
    assert found.early.values["RMSE"] == pytest.approx(found.valid["RMSE"].value)
    assert found.rules["persistence"]["RMSE"] == pytest.approx(52.5, abs=0.05)
    # Whatever is reached, is reached when it was looked for.
    easy = row._replace(figures=(RMSE._replace(wanted=1e9),))
    assert figures.measured(easy, seed=1).reached["RMSE"].step == 2


def test_the_jackknife_gives_a_share_its_binomial_standard_error():
    right = np.arange(40) < 30
    left_out = [np.delete(right, k).mean() for k in range(40)]
    # With n - 1 for n, as for every variance that is estimated along with its mean.
    assert figures.jackknife(left_out) == pytest.approx(math.sqrt(0.75 * 0.25 / 39))


def test_settings_of_series_are_chosen_by_what_lies_before_the_test_part():
    for seed in range(6):
        judged = choose.seeded(choose.searches()["passengers"].start, seed).task.open(seed)
        last = judged.preprocessing("valid", len(judged.examples.valid.inputs) - 1)
        kept = Series(series="passengers").open(seed).preprocessing("test", 0)
        assert last.target < kept.target


def test_a_search_goes_on_with_the_first_point_that_cannot_be_told_from_the_best():
    clearly_worse, as_good, best = [0.3, 0.31, 0.29], [0.21, 0.18, 0.23], [0.2, 0.2, 0.2]
    assert choose.chosen([clearly_worse, as_good, best]) == 1
    assert choose.chosen([clearly_worse, best, as_good]) == 1


def test_points_of_a_grid_are_all_its_combinations():
    grid = {"network.hidden": (1, 2), "network.cell": ("RNN", "GRU")}
    assert [tuple(point.values()) for point in choose.points(grid)] == [
        (1, "RNN"),
        (1, "GRU"),
        (2, "RNN"),
        (2, "GRU"),
    ]
