"""What every task opens, asked of each that there is: a new one is asked by itself."""

import shutil
import sys
from pathlib import Path

import msgspec
import numpy as np
import pytest

from rnnviz import tasks
from rnnviz.experiment import knobs, suited
from rnnviz.knobs import KnobError, positions
from rnnviz.records.preprocessing import PreparedSequence
from rnnviz.resources import resource
from rnnviz.tasks import TASKS, Dataset
from rnnviz.tasks.adding import Adding
from rnnviz.tasks.characters import Characters

each_task = pytest.mark.parametrize("task", TASKS.values(), ids=TASKS)


@pytest.fixture(scope="module")
def opened() -> dict[type, Dataset]:
    """The data of every task with its defaults, opened once."""
    return {kind: kind().open(0) for kind in TASKS.values()}


@each_task
def test_sizes_are_those_of_the_examples(task, opened):
    made = opened[task]
    classes = task.loss == "cross-entropy"
    for split in filter(None, made.examples):
        examples, length, columns = split.inputs.shape
        assert columns == (len(made.vocabularies) or made.input_size)
        assert len(split.targets) == examples
        assert split.inputs.dtype == (np.int64 if made.vocabularies else np.float32)
        assert split.targets.dtype == (np.int64 if classes else np.float32)
        answers = () if task.shape == "many-to-one" else (len(split.targets[0]),)
        values = () if classes else (made.output_size,)
        assert split.targets.shape == (examples, *answers, *values)
        decoded = 0 if split.decoder is None else split.decoder.shape[1]
        assert length + decoded == made.timesteps
        if classes:
            assert 0 <= split.targets.min() <= split.targets.max() < made.output_size
        for column, size in enumerate(made.vocabularies):
            assert split.inputs[..., column].min() >= 0
            assert split.inputs[..., column].max() < size
        if split.asked is not None:
            assert split.asked.shape == (examples, *answers)
        if split.lengths is not None:
            assert 1 <= split.lengths.min() <= split.lengths.max() <= length
        assert (split.decoder is not None) is (task.shape == "encoder-decoder")


@each_task
def test_no_vocabulary_has_a_number_that_no_example_has(task, opened):
    """The last number of each column is read somewhere: none was typed in too large."""
    made = opened[task]
    for column, size in enumerate(made.vocabularies):
        read = {*np.unique(np.concatenate([s.inputs[..., column].ravel() for s in parts(made)]))}
        assert size - 1 in read


def parts(made: Dataset) -> list:
    return [split for split in made.examples if split is not None]


@each_task
def test_what_is_declared_of_a_task_is_true_of_its_data(task, opened):
    made = opened[task]
    assert task.embeds is bool(made.vocabularies)
    split = made.examples.valid
    shape = split.targets.shape[:1] if task.shape == "many-to-one" else split.targets.shape[:2]
    outputs = np.zeros((*shape, made.output_size), np.float32)
    errors = made.error_by_position(outputs, split)
    assert (errors is None) is (task.shape == "many-to-one")
    assert made.metrics(outputs, split)
    assert made.remark is None  # nothing was chosen by a person yet
    if task.writes:
        assert made.vocabularies == (made.output_size,) == (len(made.alphabet),)
        assert made.tokens_of("").shape == (1, 1)
    if task.composes:
        assert made.input_size == made.output_size == len(made.row_names)


@each_task
def test_an_example_reads_with_the_labels_of_its_task(task, opened):
    made = opened[task]
    split, length = made.examples.valid, made.examples.valid.length(0)
    steps = length if split.decoder is None else length + split.decoder.shape[1]
    outputs = np.random.default_rng(0).normal(size=(steps, made.output_size)).astype(np.float32)
    read = made.read(split, 0, outputs)
    for said in (read.answers, read.asked, read.right, read.likely):
        assert len(said) in (0, steps)
    assert len(read.steps) in (0, steps)
    assert all(len(row) <= made.output_size for row in read.likely)
    if task.composes:
        assert read.inputs_named == list(made.row_names)


@each_task
def test_the_names_of_what_is_read_are_words_of_the_task(task, opened):
    found = opened[task].preprocessing("valid", 0)
    stretches = found.stretches if isinstance(found, PreparedSequence) else ()
    names = {column.name for stretch in stretches for column in stretch.columns}
    assert names | {stretch.role for stretch in stretches} <= {*task.words}


@each_task
def test_the_same_settings_open_the_same_data(task, opened):
    again, made = task().open(0), opened[task]
    assert again.fingerprint == made.fingerprint
    assert again.sizes == made.sizes
    for one, other in zip(parts(again), parts(made), strict=True):
        for mine, his in zip(one, other, strict=True):
            np.testing.assert_array_equal(mine, his)


@each_task
def test_every_knob_of_a_task_without_files_is_in_its_fingerprint(task, opened):
    made = opened[task].fingerprint
    assert (made.task, made.version) == (task.__struct_config__.tag, task.version)
    if task().sources:
        assert made.settings == {}
        return
    assert made.files == ()
    for path, knob in knobs(suited(task())):
        if not path.startswith("task."):
            continue
        for value in knob.choices or positions(knob):
            try:
                other = msgspec.structs.replace(task(), **{knob.name: value})
            except KnobError:
                continue
            if other != task():
                assert other.open(0).fingerprint != made
                break


def test_another_way_of_making_examples_is_another_fingerprint(monkeypatch, opened):
    monkeypatch.setattr(Adding, "version", 2)
    assert Adding().open(0).fingerprint != opened[Adding].fingerprint


def test_one_letter_of_a_file_that_ships_makes_another_fingerprint(tmp_path, monkeypatch, opened):
    task = TASKS["series"]
    shutil.copytree(resource("data"), tmp_path / "data")
    monkeypatch.setattr("rnnviz.resources._CHECKOUT", tmp_path)
    monkeypatch.setattr("rnnviz.resources._INSTALLED", tmp_path / "none")
    assert task().open(0).fingerprint == opened[task].fingerprint
    file = tmp_path / "data" / "sunspots.csv"
    file.write_text(file.read_text().replace("58.0", "58.1", 1))
    assert task().open(0).fingerprint != opened[task].fingerprint


# --- a text of one's own ------------------------------------------------------------------


def test_a_text_that_changed_between_two_runs_is_another_dataset(tmp_path):
    text = tmp_path / "own.txt"
    task = Characters(file=str(text), window=8)
    text.write_text("abcd\n" * 400)
    one = task.open(0)
    text.write_text("abcdefgh\n" * 400)
    other = task.open(0)
    # Padding, the unknown, the line's end, and four letters or eight.
    assert (one.output_size, other.output_size) == (7, 11)
    assert (one.vocabularies, other.vocabularies) == ((7,), (11,))
    assert one.fingerprint != other.fingerprint
    for dataset in (one, other):
        for split in dataset.examples:
            assert split.inputs.max() == split.targets.max() == dataset.output_size - 1
            output = np.zeros((8, dataset.output_size), np.float32)
            assert set(dataset.read(split, 0, output).steps) <= {*"abcdefgh", "↵"}


def test_a_text_may_be_named_from_where_the_program_was_started(tmp_path, monkeypatch):
    (tmp_path / "own.txt").write_text("ab" * 500)
    monkeypatch.chdir(tmp_path)
    here, whole = (
        Characters(file=file, window=8).open(0) for file in ("own.txt", str(tmp_path / "own.txt"))
    )
    assert here.fingerprint == whole.fingerprint
    assert here.alphabet == whole.alphabet


# --- a task is one file -------------------------------------------------------------------


def test_every_module_beside_the_tasks_is_one_or_what_they_are_made_of():
    modules = {file.stem for file in Path(tasks.__file__).parent.glob("*.py")}
    assert modules - {"__init__", "task", "dataset", "examples"} == set(TASKS)


PARITY = """
from rnnviz.tasks.task import Task

class Parity(Task, tag="parity"):
    title, summary, order, shape = "Parity", "Is it even?", 15, "many-to-one"
"""


def test_a_file_that_is_put_beside_the_tasks_is_one_in_its_place(tmp_path, monkeypatch):
    (tmp_path / "parity.py").write_text(PARITY)
    monkeypatch.setattr(tasks, "__path__", [*tasks.__path__, str(tmp_path)])
    monkeypatch.setitem(sys.modules, "rnnviz.tasks.parity", None)  # put back to nothing later
    del sys.modules["rnnviz.tasks.parity"]
    assert list(tasks._tasks()) == ["sine", "parity", *list(TASKS)[1:]]


def test_tasks_stand_in_the_order_that_they_declare():
    assert list(TASKS.values()) == sorted(TASKS.values(), key=lambda kind: kind.order)
    assert len({kind.order for kind in TASKS.values()}) == len(TASKS)
    assert list(TASKS)[:3] == ["sine", "series", "waves"]
