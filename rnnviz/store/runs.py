"""The record of a run as JSON: written with every digit, read with checks, older ones too."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from rnnviz.knobs import KnobError
from rnnviz.records.run import FORMAT, RunRecord
from rnnviz.store import files
from rnnviz.words.phrase import Refused
from rnnviz.words.translation import mark

Plain = dict[str, Any]

MEASURES = frozenset(("metrics", "test", "rules", "baselines", "error_by_position"))
"""What may hold numbers that are none, which JSON has as null."""


class RunFileError(Refused):
    """A file that is no run, or that cannot be read."""


def unreadable(path: Path, error: OSError) -> RunFileError:
    """What is said of a file that the system does not let be read."""
    name, why = path.name or str(path), error.strerror or str(error)
    return RunFileError("{name} cannot be read: {why}.", name=name, why=why)


def as_json(record: RunRecord) -> bytes:
    """The record, readable for a person too. A number that is none becomes null."""
    return msgspec.json.format(msgspec.json.encode(record), indent=2) + b"\n"


def write_json(path: Path, record: RunRecord) -> None:
    """Write `as_json` into a file; raises `OSError`."""
    files.write(path, as_json(record))


def read_json(path: Path) -> RunRecord:
    """Read what `write_json` wrote, or an older version of it did; raises `RunFileError`."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise unreadable(path, error) from None
    return record_of(plain_of(data, path.name), path.name)


def plain_of(data: bytes, name: str) -> Plain:
    """The JSON object that `data` is; `name` is the file's, for the sentence of what is wrong."""
    try:
        plain = msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        sentence = mark("{name} is damaged: it has no JSON that can be read.")
        raise RunFileError(sentence, name=name) from error
    if not isinstance(plain, dict):
        raise RunFileError("{name} is no run of rnnviz.", name=name)
    return plain


def record_of(plain: Plain, name: str) -> RunRecord:
    """The record of plain data of any version so far; raises `RunFileError`."""
    version = plain.get("format", 1)
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise RunFileError("{name} is no run of rnnviz.", name=name)
    if version > FORMAT:
        raise RunFileError(
            "{name} was written by a newer rnnviz (format {version}, this one reads {most} at "
            "most): install the newest rnnviz to read it.",
            name=name,
            version=version,
            most=FORMAT,
        )
    try:
        while version < FORMAT:
            plain = MIGRATIONS[version](plain)
            version += 1
        return msgspec.convert(_with_nan(plain), RunRecord)
    except msgspec.ValidationError as error:
        if isinstance(error.__cause__, KnobError):
            sentence = mark("{name} has settings that cannot be: {why}")
            raise RunFileError(sentence, name=name, why=error.__cause__) from None
        sentence = mark("{name} is no run of rnnviz, or damaged: {why}.")
        raise RunFileError(sentence, name=name, why=error) from None
    except (KeyError, TypeError, AttributeError, RecursionError):
        raise RunFileError("{name} is no run of rnnviz, or damaged.", name=name) from None


def _from_1(plain: Plain) -> Plain:
    """Version 1: experiment, history and result, without a word about itself. Where the run was
    computed, and what rules reach, stood in the result."""
    result = dict(plain["result"])
    baselines = result.pop("baselines", {})
    return {
        "format": 2,
        "rnnviz": "",
        "experiment": plain["experiment"],
        "fingerprint": None,
        "device": result.pop("device", ""),
        "threads": result.pop("threads", 0),
        "parameters": 0,
        "batches": 0,
        "baselines": baselines,
        "history": plain["history"],
        "seconds": result.pop("seconds", 0.0),
        "error_by_position": result.get("error_by_position", []),
        # Nothing was judged where there was no batch.
        "result": None if result.get("valid_loss") is None else result,
    }


MIGRATIONS: dict[int, Callable[[Plain], Plain]] = {1: _from_1}
"""From each version to the next."""


def _with_nan(value: Any, measures: bool = False) -> Any:
    """Plain data with NaN for null where there are measures."""
    if isinstance(value, dict):
        return {key: _with_nan(part, measures or key in MEASURES) for key, part in value.items()}
    if isinstance(value, list):
        return [_with_nan(part, measures) for part in value]
    return math.nan if value is None and measures else value
