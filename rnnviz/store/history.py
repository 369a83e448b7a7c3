"""The history of a run as a table and as JSON, with every digit that was computed."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from rnnviz.experiment import Experiment
from rnnviz.records.run import EpochRecord
from rnnviz.store import files

COLUMNS = tuple(name for name in EpochRecord.__struct_fields__ if name != "metrics")
"""followed by one column for each metric of the task"""


def write_csv(path: Path, history: Sequence[EpochRecord]) -> None:
    """Write one row an epoch, with a header; raises `OSError`."""
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    metrics = list(history[0].metrics) if history else []
    writer.writerow([*COLUMNS, *metrics])
    writer.writerows(
        [getattr(record, name) for name in COLUMNS] + [record.metrics[name] for name in metrics]
        for record in history
    )
    files.write(path, table.getvalue().encode())


def result_json(
    experiment: Experiment, history: Sequence[EpochRecord], result: dict[str, Any]
) -> bytes:
    """The run as JSON, readable for a person too. A number that is none becomes null."""
    document = {"experiment": experiment, "history": list(history), "result": result}
    return msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n"


def write_json(
    path: Path, experiment: Experiment, history: Sequence[EpochRecord], result: dict[str, Any]
) -> None:
    """Write `result_json` into a file; raises `OSError`."""
    files.write(path, result_json(experiment, history, result))
