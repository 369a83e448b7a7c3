"""A run that can be gone on with, in one file ``.rnnviz``: a zip of JSON and safetensors, no code.

``run.json`` is the record of the run, as `runs` writes it, with the trainer's counters beside it
as ``trainer``; ``weights.safetensors`` holds its arrays.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from rnnviz.records.run import RunRecord
from rnnviz.records.trainer_state import TrainerState
from rnnviz.store import files, runs
from rnnviz.store.runs import RunFileError as RunFileError  # it is raised here too
from rnnviz.words.translation import mark

RECORD, ARRAYS = "run.json", "weights.safetensors"

LONGEST = 2**25
"""Bytes that a record may have: 10,000 epochs with their measures take a tenth of it."""

SLACK = 2**17
"""Bytes besides weights and notepads: the states of random generators, names and shapes."""

_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    KeyError,
    NotImplementedError,  # a compression that no run has
    OSError,
    RuntimeError,  # a password
    ValueError,
)


class _Counters(msgspec.Struct, frozen=True, kw_only=True):
    step: int
    good_step: int
    training_seconds: float


def write(path: Path, state: TrainerState) -> None:
    """Put a run into a file in one move; raises `OSError`."""
    # 10 ms that only saving needs.
    import safetensors.numpy

    counters = _Counters(
        step=state.step,
        good_step=state.good_step,
        training_seconds=state.training_seconds,
    )
    plain = {**msgspec.to_builtins(state.record), "trainer": msgspec.to_builtins(counters)}
    record = msgspec.json.format(msgspec.json.encode(plain), indent=2) + b"\n"
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(zipfile.ZipInfo(RECORD), record, zipfile.ZIP_DEFLATED)
        # As they are: weights hardly get smaller, and none can unfold to more than the file has.
        arrays = safetensors.numpy.save(dict(state.arrays))
        archive.writestr(zipfile.ZipInfo(ARRAYS), arrays, zipfile.ZIP_STORED)
    files.write(path, packed.getvalue())


def read(path: Path) -> TrainerState:
    """Read a run; raises `RunFileError`, whatever the file holds.

    That the arrays are those of the experiment's network is checked by whoever builds it, see
    `Trainer.restored`.
    """
    name = path.name or str(path)
    try:
        with path.open("rb") as opened:
            if opened.read(4) != b"PK\3\4":
                raise RunFileError(
                    "{name} is no run that was saved: choose a file that train --save wrote.",
                    name=name,
                )
    except OSError as error:
        raise runs.unreadable(path, error) from None
    try:
        with zipfile.ZipFile(path) as archive:
            members = {info.filename: info for info in archive.infolist()}
            if sorted(members) != [RECORD, ARRAYS] or len(archive.infolist()) != 2:
                raise RunFileError("{name} is a zip, but no run that rnnviz has saved.", name=name)
            if members[RECORD].file_size > LONGEST:
                raise RunFileError(
                    "{name} is damaged: its record is too long to be one.", name=name
                )
            plain = runs.plain_of(archive.read(RECORD), name)
            record = runs.record_of(plain, name)
            info = members[ARRAYS]
            stored = info.compress_type == zipfile.ZIP_STORED
            if not stored or info.file_size > _most(record):
                raise RunFileError(
                    "{name} is damaged: it has more weights than its network.", name=name
                )
            arrays = _arrays(archive.read(ARRAYS))
    except _DAMAGE as error:
        raise RunFileError("{name} is damaged or cut short.", name=name) from error
    try:
        counters = msgspec.convert(plain.get("trainer"), _Counters)
    except msgspec.ValidationError as error:
        sentence = mark("{name} is damaged: its counters are none ({why}).")
        raise RunFileError(sentence, name=name, why=error) from None
    return TrainerState(
        record=record,
        step=counters.step,
        good_step=counters.good_step,
        training_seconds=counters.training_seconds,
        arrays=arrays,
    )


def _most(record: RunRecord) -> int:
    """Bytes that the arrays of a run can take at most."""
    network, batch = record.experiment.network, record.experiment.training.batch
    notepads = 2 * network.layers * batch * network.hidden
    return 4 * (5 * record.parameters + notepads) + 24 * record.batches + SLACK


def _arrays(data: bytes) -> dict[str, npt.NDArray[Any]]:
    import safetensors
    import safetensors.numpy

    try:
        found = safetensors.numpy.load(data)
    except safetensors.SafetensorError as error:
        raise ValueError(str(error)) from error
    return {name: np.asarray(array) for name, array in found.items()}
