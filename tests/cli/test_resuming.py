"""``--save`` and ``--resume``: what was learned is kept, and gone on with."""

import json
import re
import signal
from pathlib import Path
from typing import Any

import pytest

from rnnviz.cli.main import main
from rnnviz.learning.training.trainer import Trainer
from rnnviz.records.run import EpochRecord
from rnnviz.store import run_file

SMALL = ["--window", "10", "--windows", "120", "--hidden", "8", "--batch", "16", "--device", "cpu"]


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def document(name: str) -> dict[str, Any]:
    """A record without what is another each time."""
    found = json.loads(Path(name).read_text())
    del found["seconds"]
    for epoch in found["history"]:
        del epoch["seconds"], epoch["training_seconds"]
    return found


def complaint(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(["train", *arguments]) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    return err


@pytest.fixture
def saved() -> str:
    assert main(["train", *SMALL, "--epochs", "2", "--save", "run.rnnviz"]) == 0
    return "run.rnnviz"


def test_a_run_that_is_gone_on_with_is_one_that_was_never_ended(saved: str) -> None:
    more = ["--resume", saved, "--epochs", "4", "--save", saved, "--json", "two.json"]
    assert main(["train", *more]) == 0
    assert main(["train", *SMALL, "--epochs", "4", "--save", "one", "--json", "one.json"]) == 0
    assert document("one.json") == document("two.json")
    one, two = run_file.read(Path("one")), run_file.read(Path(saved))
    assert {name: array.tobytes() for name, array in one.arrays.items()} == {
        name: array.tobytes() for name, array in two.arrays.items()
    }


def test_the_file_and_the_json_hold_one_record(saved: str) -> None:
    assert main(["train", "--resume", saved, "--save", saved, "--json", "out.json"]) == 0
    record = run_file.read(Path(saved)).record
    assert (record.ended, len(record.history)) == ("finished", 2)
    written = json.loads(Path("out.json").read_text())
    assert record.result is not None
    assert record.result.valid_loss == written["result"]["valid_loss"]
    assert record.fingerprint is not None
    assert written["fingerprint"]["settings"] == record.fingerprint.settings


@pytest.mark.parametrize(
    "same",
    [
        ["--hidden", "8"],
        ["--task", "sine"],
        ["--threads", "auto"],
        ["--threads", "1"],
        ["--device", "auto"],
        ["--device", "cpu"],
    ],
)
def test_what_the_file_has_already_may_be_typed(saved: str, same: list[str]) -> None:
    assert main(["train", "--resume", saved, *same]) == 0


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        (["--hidden", "9"], "--hidden: This run has hidden units 8 and cannot go on with 9"),
        (["--task", "waves"], "--task: This run learns sine, not waves."),
        (["--threads", "2"], "--threads: This run has threads 1 and cannot go on with 2"),
        (["--device", "cuda"], "--device: This run has device cpu and cannot go on with cuda"),
        (["--noise", "0.5"], "--noise: This run has noise"),
        (["--epochs", "1"], "run.rnnviz: This run has learned for 2 epochs already"),
        (["--epochs", "0"], "--epochs: Epochs must be 1 to 10000, not 0."),
        (["--cipher", "3"], "There is no option --cipher"),
        (["--signals", "60"], "The task sine has no option --signals."),
    ],
)
def test_what_contradicts_the_file_is_one_sentence(
    saved: str, typed: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    before = Path(saved).read_bytes()
    assert sentence in complaint(capsys, "--resume", saved, "--save", saved, *typed)
    assert Path(saved).read_bytes() == before


def test_live_knobs_may_change_and_are_kept(saved: str) -> None:
    typed = ["--epochs", "3", "--learning-rate", "0.02", "--clip-norm", "0.5"]
    assert main(["train", "--resume", saved, *typed, "--save", saved]) == 0
    record = run_file.read(Path(saved)).record
    assert record.experiment.training.learning_rate == 0.02
    assert record.experiment.training.clip_norm == 0.5
    assert [epoch.learning_rate for epoch in record.history] == [1e-3, 1e-3, 0.02]


@pytest.mark.parametrize("name", ["gone.rnnviz", "letter.txt", "cut.rnnviz", "out.json", "."])
def test_a_file_that_is_no_run_is_one_sentence(
    saved: str, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("letter.txt").write_text("Dear Bob,")
    Path("cut.rnnviz").write_bytes(Path(saved).read_bytes()[:-100])
    Path("out.json").write_text("{}")
    capsys.readouterr()
    said = complaint(capsys, "--resume", name)
    assert re.fullmatch(r"rnnviz: .*\.\n", said)
    assert Path(name).name in said


def test_where_nothing_can_be_saved_nothing_is_trained(capsys: pytest.CaptureFixture[str]) -> None:
    assert "there is no folder" in complaint(capsys, "--save", "/no/such/folder/run.rnnviz")


def test_more_epochs_after_early_stopping_are_said_to_change_nothing(
    capsys: pytest.CaptureFixture[str],
) -> None:
    rough = [*SMALL, "--learning-rate", "0.3", "--patience", "1", "--epochs", "60"]
    assert main(["train", *rough, "--save", "run", "--json", "one.json"]) == 0
    assert main(["train", "--resume", "run", "--epochs", "61", "--json", "two.json"]) == 0
    one, two = document("one.json"), document("two.json")
    assert one["ended"] == two["ended"] == "stopped early"
    assert (one["history"], one["result"]) == (two["history"], two["result"])
    assert "its patience is over" in capsys.readouterr().err


def test_the_text_that_was_learned_may_be_moved_but_not_changed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    text = Path("own.txt")
    text.write_text("xyz\n" * 1500)
    typed = ["--task", "characters", "--window", "10", "--hidden", "6", "--schedule", "constant"]
    typed += ["--file", "own.txt", "--device", "cpu", "--epochs", "1", "--save", "run.rnnviz"]
    assert main(["train", *typed]) == 0
    text.rename("other.txt")
    more = ["--resume", "run.rnnviz", "--file", "other.txt", "--epochs", "2"]
    assert main(["train", *more]) == 0
    capsys.readouterr()
    Path("other.txt").write_text("xyw\n" * 1500)
    assert "other.txt is not what it was when this run began" in complaint(capsys, *more)


def test_a_run_that_blew_up_is_saved_and_not_gone_on_with(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["train", *SMALL, "--learning-rate", "1e4", "--save", "run.rnnviz"]) == 1
    capsys.readouterr()
    assert "This run has failed" in complaint(capsys, "--resume", "run.rnnviz")


def test_ctrl_c_saves_what_there_is_and_it_goes_on_from_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert main(["train", *SMALL, "--epochs", "3", "--json", "one.json"]) == 0
    train_batch = Trainer.train_batch

    def interrupted(trainer: Trainer) -> EpochRecord | None:
        if trainer.step == 10:  # in the middle of the second epoch
            signal.raise_signal(signal.SIGINT)
        return train_batch(trainer)

    with monkeypatch.context() as patch:
        patch.setattr(Trainer, "train_batch", interrupted)
        assert main(["train", *SMALL, "--epochs", "3", "--save", "half"]) == 130
    half = run_file.read(Path("half"))
    assert (half.step, half.record.ended) == (11, "stopped")
    assert half.record.result is not None
    assert main(["train", "--resume", "half", "--json", "two.json"]) == 0
    assert document("one.json") == document("two.json")


def test_what_was_learned_is_saved_before_it_is_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    def impatient(_trainer: Trainer) -> None:
        raise KeyboardInterrupt  # a second Ctrl+C

    monkeypatch.setattr(Trainer, "result", impatient)
    assert main(["train", *SMALL, "--epochs", "1", "--save", "run"]) == 130
    assert len(run_file.read(Path("run")).record.history) == 1


def test_help_tells_how_a_run_is_kept(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", "--help"]) == 0
    out = capsys.readouterr().out
    assert "--save FILE" in out
    assert "--resume FILE" in out
