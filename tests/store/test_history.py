"""What is written is what was computed, to the last digit."""

import csv
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

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


def test_the_table_has_a_header_even_without_an_epoch(tmp_path: Path) -> None:
    history.write_csv(tmp_path / "h.csv", [])
    assert (tmp_path / "h.csv").read_text() == ",".join(COLUMNS) + "\n"
