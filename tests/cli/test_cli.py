"""The command line: what is typed, what is written, what is said about mistakes."""

import csv
import itertools
import json
import math
import os
import re
import select
import signal
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

import rnnviz
from rnnviz.cli.main import main
from rnnviz.cli.options import UsageError, experiment_of, knob_options, read
from rnnviz.experiment import Experiment, knobs, read_experiment
from rnnviz.knobs import Knob
from rnnviz.learning.training.trainer import Trainer, TrainingFailed
from rnnviz.tasks import TASKS

SMALL = ["--window", "10", "--windows", "120", "--hidden", "8", "--batch", "16", "--device", "cpu"]
DEADLINE = 120


def in_process(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    root = str(Path(rnnviz.__file__).parents[1])
    return subprocess.run(
        [sys.executable, "-m", "rnnviz", *arguments],
        capture_output=True,
        text=True,
        timeout=DEADLINE,
        check=False,
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": root},
    )


def train_to_the_end(trainer: Trainer) -> None:
    while not trainer.done:
        trainer.train_batch()


def complaint(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """The one line that is said about a mistake; nothing else may be."""
    assert main(list(arguments)) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("rnnviz: ")
    assert err.endswith("\n")
    assert err.count("\n") == 1
    return err


def test_the_version_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"rnnviz {rnnviz.__version__}\n"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["trian"], "did you mean train?"),
        (["train", "--hiden", "3"], "did you mean --hidden?"),
        (["--hiden", "3"], "did you mean --hidden?"),
        (["train", "sine"], "no argument sine"),
        (["train", "--task", "sin"], "did you mean sine?"),
        (["train", "--epochs"], "--epochs needs a value"),
        (["train", "--epochs", "--seed", "1"], "--epochs needs a value"),
        (["--train=yes"], "--train takes no value"),
        (["train", "--epochs", "many"], "must be a number, not many"),
        (["train", "--epochs", "2.5"], "must be a whole number, not 2.5"),
        (["train", "--epochs", "-1"], "must be 1 to 10000, not -1"),
        (["train", "--hidden=0"], "must be 1 to 512, not 0"),
        (["train", "--noise", "nan"], "must be 0 to 1, not nan"),
        (["train", "--device", "gpu"], "must be auto, cpu or cuda, not gpu"),
        (["train", "--json", "/no/such/folder/out.json"], "there is no folder /no/such/folder"),
        (["train", "--csv", "/"], "it is a folder"),
        (["info", "--json", "x"], "no option --json"),
        (
            ["train", "--task", "characters", "--direction", "both"],
            "--direction: Direction must be forward for Characters",
        ),
        (
            ["train", "--task", "series", "--series", "passengers", "--window", "100"],
            "--window: Window length must be 93 at most here, not 100",
        ),
        (
            ["train", "--task", "series", "--series", "passengers", "--every", "12"],
            "--every: Points in a timestep must be fewer than 12 here",
        ),
        (
            ["--series", "temperature", "--window", "240", "--every", "30", "--task", "series"],
            "--window: Window length must be 77 at most here, not 240",
        ),
    ],
)
def test_a_mistake_gets_one_sentence(
    arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert sentence in complaint(capsys, *arguments)


def test_what_was_typed_cannot_move_the_cursor(capsys: pytest.CaptureFixture[str]) -> None:
    trick = "\x1b[2J\n\u202eend"
    for arguments in (
        ["train", f"--{trick}"],
        ["train", "--task", trick],
        ["train", "--epochs", trick],
        ["train", "--task", "characters", "--file", f"/no/such/{trick}"],
        ["train", "--json", f"/no/such/{trick}/out.json"],
    ):
        said = complaint(capsys, *arguments)
        assert said.rstrip("\n").isprintable()
        assert r"\x1b[2J\n\u202eend" in said


def test_a_name_that_is_not_utf_8_gets_one_sentence(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    name = os.fsdecode(bytes(tmp_path) + b"/caf\xe9.txt")
    Path(name).write_text("A text that goes on and on. " * 200)
    typed = ["train", "--task", "characters", "--file", name, "--json", str(tmp_path / "out.json")]
    assert r"caf\udce9.txt is not UTF-8; rename it." in complaint(capsys, *typed)


def test_a_name_that_is_too_long_gets_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert "too long" in complaint(capsys, "train", "--json", "x" * 5000)


def test_a_run_is_repeated_with_the_threads_that_its_record_names(tmp_path: Path) -> None:
    # At this size the rule takes all threads: what is asked for goes before it.
    typed = ["train", "--windows", "60", "--window", "4", "--epochs", "1", "--device", "cpu"]
    typed += ["--hidden", "256", "--threads", "2", "--json", str(tmp_path / "out.json")]
    assert main(typed) == 0
    document = json.loads((tmp_path / "out.json").read_text())
    assert document["experiment"]["training"]["threads"] == 2
    assert document["threads"] == 2


def ends_of(knob: Knob) -> list[str]:
    """The least and the most that a knob takes, and what lies beyond, as they are typed."""
    if knob.choices:
        return [*knob.choices, "other"]
    if knob.files:
        return ["none", "/no/such/file"]
    ends = [knob.low, knob.high, knob.limit]
    step = 1 if knob.kind is int else 0.5
    return [f"{end:g}" for end in dict.fromkeys([*ends, knob.low - step, knob.limit + step, 0])]


@pytest.mark.parametrize("task", TASKS)
def test_whatever_is_typed_is_an_experiment_or_one_sentence(task: str) -> None:
    options, known = knob_options(), dict(knobs(Experiment(task=TASKS[task]())))
    own = [
        (option, end)
        for option in options
        if option.path in known
        for end in ends_of(known[option.path])
    ]
    of_task = [(option, end) for option, end in own if option.path.startswith("task.")]
    understood = 0
    # What is refused together lies within the task; its sequences may have one direction too.
    pairs = [*itertools.product(of_task, of_task), *((one, one) for one in own)]
    for pair in pairs:
        typed = ["--task", task, *(part for option, end in pair for part in (option.name, end))]
        try:
            found = experiment_of(read(typed, options), options)
        except UsageError as error:
            sentence = str(error)
        else:
            understood += 1
            assert read_experiment(msgspec.to_builtins(found)) == found
            continue
        assert re.fullmatch(r"--[a-z-]+: [A-Z][^\n]*\.", sentence), typed
    assert understood > len(pairs) / 10


def test_knobs_that_fit_only_together_may_be_typed_in_any_order() -> None:
    options = knob_options()
    # 144 months: 24 timesteps of 6 months, fewer than the window that is usual.
    typed = ["--window", "5", "--series", "passengers", "--every", "6"]
    for order in itertools.permutations(range(0, 6, 2)):
        words = [word for start in order for word in typed[start : start + 2]]
        found = experiment_of(read(["--task", "series", *words], options), options)
        assert [found.value(f"task.{name}") for name in ("window", "series", "every")] == [
            5,
            "passengers",
            6,
        ]


def test_a_device_that_is_not_there_gets_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    import torch

    if torch.cuda.is_available():
        pytest.skip("there is a CUDA device")
    assert "no GPU" in complaint(capsys, "train", "--device", "cuda")


@pytest.mark.parametrize("arguments", [["--help"], ["train", "--help"]])
def test_help_has_every_knob_with_its_range(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 0
    text = " ".join(capsys.readouterr().out.split())
    for _, knob in knobs(Experiment()):
        assert f"--{knob.name.replace('_', '-')} " in text
        assert knob.help in text
        assert knob.takes in text


def test_the_tasks_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["tasks"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(TASKS)
    for line, (name, task) in zip(lines, TASKS.items(), strict=True):
        assert line.split(maxsplit=1) == [name, task.summary]


def test_info_names_versions_devices_and_folders(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RNNVIZ_HOME", str(tmp_path))
    assert main(["info"]) == 0
    out = capsys.readouterr().out
    for name in ("rnnviz", "Python", "torch", "PySide6", "cpu", str(tmp_path / "log")):
        assert name in out


def test_training_writes_what_the_trainer_computes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = ["--json", str(tmp_path / "out.json"), "--csv", str(tmp_path / "out.csv")]
    assert main(["train", "--task", "sine", "--epochs", "3", "--seed", "5", *SMALL, *files]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    document = json.loads((tmp_path / "out.json").read_text())

    trainer = Trainer(read_experiment(document["experiment"]))
    train_to_the_end(trainer)
    kept = ("epoch", "train_loss", "valid_loss", "grad_norm")
    expected = [[getattr(record, name) for name in kept] for record in trainer.history]
    assert [[row[name] for name in kept] for row in document["history"]] == expected
    assert document["experiment"]["training"]["seed"] == 5
    assert list(document) == [
        *("format", "rnnviz", "experiment", "fingerprint", "device", "threads", "parameters"),
        *("batches", "baselines", "history", "seconds", "ended", "error_by_position", "result"),
    ]
    assert (document["format"], document["rnnviz"]) == (2, rnnviz.__version__)
    assert document["baselines"] == dict(trainer.baselines)
    assert (document["device"], document["ended"]) == ("cpu", "finished")
    result = document["result"]
    assert list(result) == ["epoch", "valid_loss", "metrics"]
    assert result["valid_loss"] == trainer.result().valid_loss
    assert f"validation loss {result['valid_loss']:.3g} after 3 epochs" in out
    with (tmp_path / "out.csv").open(newline="") as lines:
        assert [int(row["epoch"]) for row in csv.DictReader(lines)] == [1, 2, 3]


LITTLE = {
    "sine": ["--windows", "120"],
    "series": ["--series", "passengers"],
    "waves": ["--signals", "60", "--length", "40", "--stretch", "20"],
    "sentiment": ["--longest", "8"],
    "tagging": [],
    "characters": ["--share", "0.1"],
    "dates": ["--dates", "500"],
    "chorales": ["--longest", "16"],
    "recall": ["--strings", "60"],
    "adding": ["--lists", "60"],
    "copy": ["--sequences", "60"],
    "reber": ["--strings", "60"],
}
"""Every task, with as little to learn as its knobs allow."""


@pytest.mark.parametrize("task", TASKS)
def test_every_task_is_trained_judged_and_written(task: str, tmp_path: Path) -> None:
    file = tmp_path / "out.json"
    more = ["--epochs", "1", "--hidden", "6", "--device", "cpu", "--json", str(file)]
    assert main(["train", "--task", task, *LITTLE[task], *more]) == 0
    found = json.loads(file.read_text())["result"]
    kind = TASKS[task]
    assert all(math.isfinite(value) for value in found["metrics"].values())
    if task == "sine":
        assert "test" not in found
    else:
        assert set(found["test"]) == {"loss", *found["metrics"]}
    assert ("lag" in found) is (task == "series")
    assert ("error_by_position" in found) is (kind.shape != "many-to-one")


def test_json_on_stdout_is_nothing_but_json(tmp_path: Path) -> None:
    done = in_process("train", "--epochs", "1", *SMALL, "--json", "-", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["history"][0]["epoch"] == 1


def test_a_run_that_blows_up_says_what_to_try_and_keeps_its_history(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "out.json"
    assert main(["train", "--learning-rate", "1e3", *SMALL, "--json", str(file)]) == 1
    err = capsys.readouterr().err
    assert err.count("\n") == 1
    assert "smaller learning rate" in err
    document = json.loads(file.read_text())
    experiment = read_experiment(document["experiment"])
    trainer = Trainer(experiment)
    with pytest.raises(TrainingFailed):
        train_to_the_end(trainer)
    assert len(document["history"]) == len(trainer.history)


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo terminal")
def test_ctrl_c_stops_after_the_batch_and_keeps_what_there_is(tmp_path: Path) -> None:
    import pty

    ours, theirs = pty.openpty()
    root = str(Path(rnnviz.__file__).parents[1])
    files = ["--json", "out.json", "--csv", "out.csv"]
    process = subprocess.Popen(
        [sys.executable, "-m", "rnnviz", "train", "--epochs", "10000", *SMALL, *files],
        stdout=subprocess.PIPE,
        stderr=theirs,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": root, "TERM": "xterm", "COLUMNS": "100"},
    )
    os.close(theirs)
    shown = b""
    while re.search(rb"epoch [1-9]", shown) is None:
        assert select.select([ours], [], [], DEADLINE)[0], shown
        shown += os.read(ours, 4096)
    process.send_signal(signal.SIGINT)
    while select.select([ours], [], [], DEADLINE)[0]:
        try:
            part = os.read(ours, 4096)
        except OSError:  # what Linux says at the end of a pseudo terminal
            break
        shown += part
        if not part:
            break
    out = process.communicate(timeout=DEADLINE)[0]
    os.close(ours)
    assert process.returncode == 130
    assert b"Traceback" not in shown
    assert b"validation loss" in out
    history = json.loads((tmp_path / "out.json").read_text())["history"]
    assert 1 <= len(history) < 10_000
    assert len((tmp_path / "out.csv").read_text().splitlines()) == len(history) + 1


def test_a_file_of_ones_own_is_an_option():
    options = knob_options()
    typed = read(["--task", "characters", "--file", "my.txt"], options)
    experiment = experiment_of(typed, options)
    assert experiment.value("task.file") == os.path.abspath("my.txt")
    none = read(["--task", "characters", "--file", "none"], options)
    assert experiment_of(none, options).value("task.file") == ""
