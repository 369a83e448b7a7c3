"""The fingerprint of the data, against the files themselves."""

import hashlib
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from rnnviz.records.fingerprint import FileFingerprint
from rnnviz.resources import resource
from rnnviz.tasks import TASKS, DataError, Task
from rnnviz.tasks.adding import Adding
from rnnviz.tasks.characters import Characters
from rnnviz.tasks.data import shipped
from rnnviz.tasks.data.fingerprint import fingerprint
from rnnviz.tasks.data.recorded import recorded
from rnnviz.tasks.sentiment import Sentiment
from rnnviz.tasks.series import Series
from rnnviz.tasks.tagging import Tagging


@pytest.fixture
def own(tmp_path: Path) -> Path:
    file = tmp_path / "own.txt"
    file.write_text("a text\n")
    return file


def test_a_file_is_told_by_its_name_its_size_and_its_bytes(own: Path) -> None:
    (found,) = fingerprint(Characters(file=str(own))).files
    digest = hashlib.sha256(b"a text\n").hexdigest()
    assert found == FileFingerprint(name="own.txt", size=7, sha256=digest)


def test_one_letter_that_changed_is_another_text(own: Path) -> None:
    before = fingerprint(Characters(file=str(own)))
    then = own.stat().st_mtime_ns
    own.write_text("a test\n")
    os.utime(own, ns=(then, then))  # as large and as old as it was
    assert fingerprint(Characters(file=str(own))) != before
    own.write_text("a text\n")
    assert fingerprint(Characters(file=str(own))) == before


def test_a_file_that_is_gone_is_one_sentence(own: Path) -> None:
    own.unlink()
    with pytest.raises(DataError, match="There is no file"):
        fingerprint(Characters(file=str(own)))


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("series", "sunspots.csv"),
        ("sentiment", "reviews-en.tsv"),
        ("tagging", "tagged-en.txt"),
        ("characters", "shakespeare.txt"),
        ("chorales", "bach-chorales.json"),
    ],
)
def test_a_task_with_files_that_ship_has_theirs(name: str, file: str) -> None:
    found = fingerprint(TASKS[name]())
    data = resource(f"data/{file}").read_bytes()
    digest = hashlib.sha256(data).hexdigest()
    assert found.files == (FileFingerprint(name=file, size=len(data), sha256=digest),)
    assert (found.task, found.settings) == (name, {})


@pytest.mark.parametrize(
    "task",
    [
        *(task() for task in TASKS.values()),
        Series(series="passengers"),
        Sentiment(language="Korean"),
        Tagging(language="Korean"),
        Characters(text="English reviews"),
    ],
    ids=lambda task: repr(task)[:40],
)
def test_the_files_of_a_task_are_those_that_it_reads(
    task: Task, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = []

    def watched(file: str, text: Callable[[str], str] = shipped.text) -> str:
        read.append(file)
        return text(file)

    monkeypatch.setattr(shipped, "text", watched)
    recorded.cache_clear()
    for module in ("characters", "chorales", "sentiment", "tagging"):
        for cached in vars(__import__(f"rnnviz.tasks.{module}", fromlist=["*"])).values():
            if hasattr(cached, "cache_clear"):
                cached.cache_clear()
    task.open(0)
    assert set(read) == set(task.sources)


def test_a_task_that_makes_its_examples_is_told_by_its_knobs() -> None:
    found = fingerprint(Adding(length=30))
    assert found.task == "adding"
    assert found.files == ()
    assert found.settings["length"] == 30
    assert fingerprint(Adding(length=31)) != found
