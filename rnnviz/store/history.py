"""The history of a run as a table, with every digit that was computed."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

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
