"""A run in a file: read as it was written, or refused in one sentence."""

import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
import safetensors.numpy
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnviz.learning.training.devices import Choice
from rnnviz.learning.training.resuming import StateError
from rnnviz.learning.training.trainer import Trainer
from rnnviz.records.run import FORMAT
from rnnviz.records.trainer_state import TrainerState
from rnnviz.store import run_file
from rnnviz.store.runs import RunFileError
from tests.learning.conftest import small


@pytest.fixture(scope="module")
def state() -> TrainerState:
    trainer = Trainer(small(network__dropout_readout=0.2), choice=Choice("cpu", 1))
    for _ in range(14):
        trainer.train_batch()
    return trainer.state()


@pytest.fixture(scope="module")
def data(state: TrainerState, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    file = tmp_path_factory.mktemp("runs") / "run.rnnviz"
    run_file.write(file, state)
    return file.read_bytes()


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("damaged") / "run.rnnviz"


def same(one: TrainerState, other: TrainerState) -> bool:
    return (
        one.record == other.record
        and (one.step, one.good_step, one.training_seconds)
        == (other.step, other.good_step, other.training_seconds)
        and one.arrays.keys() == other.arrays.keys()
        and all(
            array.dtype == other.arrays[name].dtype
            and array.shape == other.arrays[name].shape
            and array.tobytes() == other.arrays[name].tobytes()
            for name, array in one.arrays.items()
        )
    )


def refusal(place: Path, data: bytes) -> str:
    place.write_bytes(data)
    with pytest.raises(RunFileError) as refused:
        run_file.read(place)
    assert re.fullmatch(r"run\.rnnviz [^\n]*\.", str(refused.value))
    return str(refused.value)


def packed(data: bytes, change: Callable[[dict[str, bytes]], dict[str, bytes]]) -> bytes:
    """The archive with other members."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, member in change(members).items():
            archive.writestr(name, member)
    return made.getvalue()


def recorded(**changes: Any) -> Callable[[dict[str, bytes]], dict[str, bytes]]:
    """A change of what stands in the record."""

    def change(members: dict[str, bytes]) -> dict[str, bytes]:
        plain = msgspec.json.decode(members["run.json"]) | changes
        return {**members, "run.json": msgspec.json.encode(plain)}

    return change


def test_a_run_is_read_as_it_was_written(state: TrainerState, data: bytes, place: Path) -> None:
    place.write_bytes(data)
    assert same(run_file.read(place), state)


def test_the_file_is_a_zip_of_json_and_safetensors(state: TrainerState, data: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.namelist() == ["run.json", "weights.safetensors"]
        document = msgspec.json.decode(archive.read("run.json"))
        arrays = safetensors.numpy.load(archive.read("weights.safetensors"))
    assert (document["format"], document["trainer"]["step"]) == (FORMAT, 14)
    np.testing.assert_array_equal(arrays["weights"], state.arrays["weights"])


def test_one_run_is_always_the_same_bytes(state: TrainerState, data: bytes, place: Path) -> None:
    run_file.write(place, state)
    assert place.read_bytes() == data
    with zipfile.ZipFile(place) as archive:  # the hour is none of it
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


@settings(max_examples=150)
@given(st.data())
def test_whatever_byte_is_damaged_it_is_the_same_run_or_one_sentence(
    state: TrainerState, data: bytes, place: Path, draw: st.DataObject
) -> None:
    damaged = bytearray(data)
    # Where names and sizes stand as often as in the weights, which are much longer.
    ends = st.integers(-400, 200).map(lambda n: n % len(data))
    for at in draw.draw(st.lists(ends | st.integers(0, len(data) - 1), min_size=1, max_size=3)):
        damaged[at] ^= draw.draw(st.integers(1, 255))
    place.write_bytes(damaged)
    sentence = ""
    try:
        found = run_file.read(place)
    except RunFileError as error:
        sentence = str(error)
    else:
        assert same(found, state)
    assert re.fullmatch(r"(run\.rnnviz [^\n]*\.)?", sentence)


@settings(max_examples=50)
@given(st.data())
def test_a_file_that_was_cut_short_is_one_sentence(
    data: bytes, place: Path, draw: st.DataObject
) -> None:
    refusal(place, data[: draw.draw(st.integers(0, len(data) - 1))])


def test_a_file_of_another_kind_is_one_sentence(place: Path) -> None:
    assert "is no run that was saved" in refusal(place, b"a letter to a friend")
    assert "is no run that was saved" in refusal(place, b"")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda members: {"letter.txt": b"hello"}, "is a zip, but no run"),
        (lambda members: {"run.json": members["run.json"]}, "is a zip, but no run"),
        (lambda members: {**members, "code.py": b"print()"}, "is a zip, but no run"),
        (lambda members: {**members, "run.json": b"{"}, "has no JSON that can be read"),
        (lambda members: {**members, "weights.safetensors": b"12345678"}, "is damaged"),
        (lambda members: {**members, "run.json": b" " * 2**25 + b"{}"}, "record is too long"),
        (recorded(format=FORMAT + 1), "was written by a newer rnnviz"),
        (recorded(trainer=None), "its counters are none"),
        (recorded(trainer={"step": "7"}), "its counters are none"),
        (recorded(parameters=-(10**6)), "has more weights than its network"),
    ],
)
def test_what_is_in_the_archive_is_checked(
    data: bytes, place: Path, change: Any, sentence: str
) -> None:
    assert sentence in refusal(place, packed(data, change))


def test_weights_that_would_unfold_are_not_read(data: bytes, place: Path) -> None:
    bomb = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as archive, zipfile.ZipFile(bomb, "w") as other:
        other.writestr("run.json", archive.read("run.json"))
        huge = safetensors.numpy.save({"weights": np.zeros(2**22, np.float32)})
        other.writestr("weights.safetensors", huge, zipfile.ZIP_DEFLATED)
    assert len(bomb.getvalue()) < 2**16
    assert "has more weights than its network" in refusal(place, bomb.getvalue())


def test_more_weights_than_the_network_has_are_not_read(data: bytes, place: Path) -> None:
    huge = safetensors.numpy.save({"weights": np.zeros(2**20, np.float32)})
    said = refusal(place, packed(data, lambda members: {**members, "weights.safetensors": huge}))
    assert "has more weights than its network" in said


def test_weights_of_another_network_are_refused_by_whoever_builds_it(
    state: TrainerState, data: bytes, place: Path
) -> None:
    other = msgspec.to_builtins(state.record.experiment)
    other["network"]["hidden"] = 11
    place.write_bytes(packed(data, recorded(experiment=other)))
    with pytest.raises(StateError, match=r"float32 \(141,\) and should be float32 \(\d+,\)"):
        Trainer.restored(run_file.read(place))
