"""Experiments: made, changed and read, and refused in one sentence."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnviz.experiment import Experiment, knobs, read_experiment
from rnnviz.knobs import KnobError, positions
from rnnviz.tasks import TASKS

ALL = dict(knobs(Experiment()))


def some_value(path):
    knob = ALL[path]
    return st.sampled_from(knob.choices or positions(knob))


CHANGES = st.sampled_from(sorted(ALL)).flatmap(
    lambda path: st.tuples(st.just(path), some_value(path))
)


def test_the_first_experiment_is_the_tutorials_job():
    experiment = Experiment()
    expected = {
        "task.window": 50,
        "task.windows": 3000,
        "task.noise": 0,
        "task.ahead": 1,
        "network.hidden": 64,
        "network.layers": 1,
        "training.learning_rate": 1e-3,
        "training.batch": 64,
        "training.epochs": 30,
        "training.clip_norm": 0,
    }
    assert {path: experiment.value(path) for path in expected} == expected


def test_knobs_come_with_their_paths_task_first():
    parts = [path.split(".")[0] for path in ALL]
    assert parts == sorted(parts, key=["task", "network", "training"].index)
    assert [path.split(".")[1] for path in ALL] == [knob.name for knob in ALL.values()]


@given(CHANGES)
def test_one_knob_is_turned_and_no_other(change):
    path, value = change
    before = Experiment()
    after = before.with_value(path, value)
    assert after.value(path) == value
    assert all(after.value(other) == before.value(other) for other in ALL if other != path)
    assert before == Experiment()


@given(st.lists(CHANGES, max_size=6))
def test_an_experiment_is_the_same_after_json(changes):
    experiment = Experiment()
    for change in changes:
        experiment = experiment.with_value(*change)
    assert read_experiment(msgspec.json.decode(msgspec.json.encode(experiment))) == experiment


@pytest.mark.parametrize("path", ALL)
@pytest.mark.parametrize("value", [-1, 1e9, float("nan"), "many", None])
def test_a_value_out_of_range_is_refused_in_a_sentence_that_names_the_knob(path, value):
    with pytest.raises(KnobError) as caught:
        Experiment().with_value(path, value)
    assert caught.value.knob == path.split(".")[1]
    assert str(caught.value).endswith(".")
    assert str(caught.value).lower().startswith(ALL[path].title)


@pytest.mark.parametrize(
    "plain",
    [
        {"network": {"hidden": 0}},
        {"network": {"hiden": 4}},
        {"training": {"learning_rate": "fast"}},
        {"task": {"name": "cosine"}},
        {"seed": 1},
        [],
        None,
        7,
    ],
)
def test_plain_data_that_is_no_experiment_is_refused_in_a_sentence(plain):
    with pytest.raises(KnobError) as caught:
        read_experiment(plain)
    assert str(caught.value).endswith(".")


def test_a_wrong_value_in_plain_data_names_its_knob():
    with pytest.raises(KnobError, match="Hidden units must be 1 to 512, not 0"):
        read_experiment({"network": {"hidden": 0}})


def test_plain_data_may_leave_out_what_is_as_usual():
    assert read_experiment({}) == Experiment()
    changed = read_experiment({"task": {"name": "sine", "noise": 0.5}})
    assert changed == Experiment().with_value("task.noise", 0.5)


@pytest.mark.parametrize("task", TASKS.values(), ids=TASKS)
def test_every_task_says_what_the_screen_shows(task):
    for words in (task.title, task.summary, task.shape, task.value_label, task.loss):
        assert words
    assert task.summary.endswith(".")
    assert task().examples(0).train.inputs.shape[1:] == (task().timesteps, task.input_size)
    assert task().examples(0).valid.targets.shape[1:] == (task.output_size,)
