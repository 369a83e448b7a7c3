"""What is written is what was computed, to the last digit."""

import csv
import json
import math
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from rnnviz.experiment import Experiment, read_experiment
from rnnviz.records.run import EpochRecord
from rnnviz.store import history

floats = st.floats(allow_nan=False, allow_infinity=False)
records = st.builds(
    EpochRecord,
    epoch=st.integers(1, 10_000),
    train_loss=floats,
    valid_loss=floats,
    grad_norm=floats,
    seconds=floats,
    training_seconds=floats,
    learning_rate=floats,
)
COLUMNS = [
    *("epoch", "train_loss", "valid_loss", "grad_norm"),
    *("seconds", "training_seconds", "learning_rate"),
]


@given(st.lists(records, max_size=5))
def test_every_digit_is_in_the_table(tmp_path_factory, made: list[EpochRecord]) -> None:
    file = tmp_path_factory.mktemp("history") / "h.csv"
    history.write_csv(file, made)
    with file.open(newline="") as lines:
        rows = list(csv.DictReader(lines))
    read = [
        EpochRecord(epoch=int(row["epoch"]), **{name: float(row[name]) for name in COLUMNS[1:]})
        for row in rows
    ]
    assert read == made


@given(st.lists(records, max_size=5))
def test_every_digit_is_in_the_json(made: list[EpochRecord]) -> None:
    document = json.loads(history.result_json(Experiment(), made, {}))
    assert [EpochRecord(**row) for row in document["history"]] == made


def test_the_table_has_a_header_even_without_an_epoch(tmp_path: Path) -> None:
    history.write_csv(tmp_path / "h.csv", [])
    assert (tmp_path / "h.csv").read_text() == ",".join(COLUMNS) + "\n"


def test_the_json_has_the_experiment_as_it_can_be_read_again() -> None:
    experiment = Experiment().with_value("network.hidden", 7).with_value("task.noise", 0.1)
    document = json.loads(history.result_json(experiment, [], {"device": "cpu"}))
    assert list(document) == ["experiment", "history", "result"]
    assert read_experiment(document["experiment"]) == experiment
    assert document["result"] == {"device": "cpu"}


def test_a_number_that_is_none_is_null() -> None:
    plain = history.result_json(Experiment(), [], {"valid_loss": math.nan, "b": {"x": math.inf}})
    assert json.loads(plain)["result"] == {"valid_loss": None, "b": {"x": None}}
    assert b"NaN" not in plain
