"""The record of a run is read as it was written; older ones too, newer ones not."""

import json
import math
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnviz.experiment import Experiment, suited
from rnnviz.records.fingerprint import FileFingerprint, Fingerprint
from rnnviz.records.run import FORMAT, EpochRecord, Figures, RunRecord
from rnnviz.store import runs
from rnnviz.store.runs import RunFileError
from rnnviz.tasks.waves import Waves

numbers = st.floats(allow_infinity=False)
counts = st.integers(0, 2**53)
finite = st.floats(allow_nan=False, allow_infinity=False)
measures = st.dictionaries(st.text(max_size=5), numbers, max_size=2)
figures = st.builds(
    Figures,
    epoch=finite,
    valid_loss=finite,
    metrics=measures,
    error_by_position=st.lists(numbers, max_size=3).map(tuple),
    test=measures,
    test_examples=st.integers(0, 1000),
    rules=st.dictionaries(st.text(max_size=5), measures, max_size=2),
    lag=st.dictionaries(st.sampled_from(["network", "persistence"]), st.integers(0, 24)),
)
epochs = st.builds(
    EpochRecord,
    epoch=st.integers(1, 10_000),
    train_loss=finite,
    valid_loss=finite,
    grad_norm=finite,
    seconds=finite,
    metrics=measures,
)
files = st.builds(
    FileFingerprint, name=st.text(max_size=5), size=counts, sha256=st.text(max_size=5)
)
fingerprints = st.builds(
    Fingerprint,
    task=st.text(max_size=5),
    files=st.lists(files, max_size=2).map(tuple),
    settings=st.dictionaries(st.text(max_size=5), counts | st.text(max_size=5), max_size=2),
)
records = st.builds(
    RunRecord,
    rnnviz=st.text(max_size=5),
    experiment=st.sampled_from([Experiment(), suited(Waves(length=40))]),
    fingerprint=st.none() | fingerprints,
    device=st.sampled_from(["cpu", "cuda"]),
    threads=st.integers(1, 8),
    parameters=counts,
    batches=counts,
    baselines=measures,
    history=st.lists(epochs, max_size=3).map(tuple),
    seconds=finite,
    ended=st.sampled_from([None, "finished", "stopped early", "diverged"]),
    error_by_position=st.lists(numbers, max_size=3).map(tuple),
    result=st.none() | figures,
)


@settings(max_examples=30)
@given(records)
def test_what_is_written_is_read_to_the_last_digit(record: RunRecord) -> None:
    data = runs.as_json(record)
    assert b"NaN" not in data
    found = runs.record_of(runs.plain_of(data, "run.json"), "run.json")
    # As text, in which a number that is none is the same as itself.
    assert repr(found) == repr(record)


def of_format_1() -> dict[str, Any]:
    """What ``rnnviz train --json`` wrote before its documents had a version."""
    return json.loads(Path(__file__).with_name("run_of_format_1.json").read_bytes())


def test_a_document_without_a_version_is_read(tmp_path: Path) -> None:
    old = of_format_1()
    assert "format" not in old
    file = tmp_path / "old.json"
    file.write_text(json.dumps(old))
    record = runs.read_json(file)
    assert record.format == FORMAT
    assert msgspec.to_builtins(record.experiment) == old["experiment"]
    assert [msgspec.to_builtins(epoch) for epoch in record.history] == old["history"]
    result = old["result"]
    assert (record.device, record.threads) == (result["device"], result["threads"])
    assert (record.baselines, record.seconds) == (result["baselines"], result["seconds"])
    assert (record.rnnviz, record.fingerprint, record.ended) == ("", None, None)
    assert record.result is not None
    for name in ("epoch", "valid_loss", "metrics", "test", "rules"):
        assert getattr(record.result, name) == result[name]
    assert list(record.result.error_by_position) == result["error_by_position"]
    assert record.best_epoch == 1 + min((0, 1), key=lambda n: old["history"][n]["valid_loss"])


@pytest.mark.parametrize("result", [{}, {"epoch": 0.0, "valid_loss": None, "device": "cpu"}])
def test_an_old_document_of_a_run_that_could_not_begin_is_read(result: dict[str, Any]) -> None:
    old = of_format_1() | {"history": [], "result": result}
    record = runs.record_of(old, "old.json")
    assert (record.history, record.result, record.figures) == ((), None, None)


def test_a_number_that_is_none_comes_back_as_none() -> None:
    old = of_format_1()
    old["result"]["metrics"]["accuracy"] = None
    record = runs.record_of(old, "old.json")
    assert record.result is not None
    assert math.isnan(record.result.metrics["accuracy"])


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"format": FORMAT + 1}, "written by a newer rnnviz (format 3, this one reads 2 at most)"),
        ({"format": "2"}, "is no run of rnnviz"),
        ({"format": 0}, "is no run of rnnviz"),
        ({"format": True}, "is no run of rnnviz"),
        ({"result": 3}, "is no run of rnnviz"),
        ({"history": 3}, "is no run of rnnviz, or damaged"),
        ({"experiment": {"network": {"hidden": 0}}}, "Hidden units must be 1 to 512, not 0."),
        ({"experiment": {"colour": 0}}, "is no run of rnnviz, or damaged"),
    ],
)
def test_what_cannot_be_read_is_one_sentence(change: dict[str, Any], sentence: str) -> None:
    with pytest.raises(RunFileError) as refusal:
        runs.record_of(of_format_1() | change, "old.json")
    assert str(refusal.value).startswith("old.json ")
    assert sentence in str(refusal.value)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("data", [b"", b"[]", b"{", b"\xff", b"[" * 100_000, b"{}"])
def test_what_is_no_json_of_a_run_is_one_sentence(data: bytes, tmp_path: Path) -> None:
    file = tmp_path / "other.json"
    file.write_bytes(data)
    with pytest.raises(RunFileError, match=r"^other\.json [^\n]*\.$"):
        runs.read_json(file)


def test_a_file_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(RunFileError, match=r"gone\.json cannot be read: No such file"):
        runs.read_json(tmp_path / "gone.json")
