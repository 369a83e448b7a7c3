"""Experiments: made, changed and read, and refused in one sentence."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnviz.cli.options import experiment_of, knob_options
from rnnviz.experiment import Experiment, idle, knobs, read_experiment, suited, turned
from rnnviz.knobs import KnobError, positions
from rnnviz.tasks import TASKS
from rnnviz.tasks.recall import Recall
from rnnviz.tasks.series import Series

ALL = dict(knobs(Experiment()))


def some_value(path):
    if path == "network.direction":
        return st.just("forward")  # the sine cannot be read from its end
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


each_task = pytest.mark.parametrize("task", TASKS.values(), ids=TASKS)


@each_task
def test_every_task_says_what_the_screen_shows(task):
    for words in (task.title, task.summary, task.shape, task.loss, task.position):
        assert words
    assert task.summary.endswith((".", "…"))


@each_task
def test_what_suits_a_task_are_knobs_that_there_are(task):
    experiment = suited(task())
    for part in ("network", "training"):
        for name, value in getattr(task(), part).items():
            assert experiment.value(f"{part}.{name}") == value
    assert experiment.task == task()


@each_task
def test_only_what_is_known_as_a_whole_may_be_read_from_both_ends(task):
    experiment = suited(task()).with_value("network.direction", "forward")
    assert idle(experiment, "network.direction") is not task.whole_sequence
    if task.whole_sequence:
        assert experiment.with_value("network.direction", "both").network.direction == "both"
        return
    with pytest.raises(KnobError, match="Direction must be forward for") as caught:
        experiment.with_value("network.direction", "both")
    assert caught.value.knob == "direction"
    assert str(caught.value) == (
        f"Direction must be forward for {task.title}: reading from the end would look ahead."
    )


def test_what_would_look_ahead_is_refused_in_plain_data_too():
    with pytest.raises(KnobError, match="would look ahead"):
        read_experiment({"network": {"direction": "both"}})


@each_task
def test_a_decoder_goes_on_from_one_notepad_so_its_encoder_has_one(task):
    assert not (task.shape == "encoder-decoder" and task.whole_sequence)


@pytest.mark.parametrize(
    ("path", "without_effect", "with_effect"),
    [
        ("network.gate_bias", {"network.cell": "none"}, {"network.cell": "GRU"}),
        ("network.gate_bias", {"network.cell": "RNN"}, {"network.cell": "GRU"}),
        ("network.gate_bias", {"network.cell": "RNN relu"}, {"network.cell": "LSTM"}),
        ("network.dropout_layers", {"network.layers": 1}, {"network.layers": 2}),
        ("training.momentum", {"training.optimizer": "Adam"}, {"training.optimizer": "SGD"}),
    ],
)
def test_a_knob_is_idle_where_it_has_no_effect(path, without_effect, with_effect):
    def turned(changes):
        experiment = Experiment()
        for other, value in changes.items():
            experiment = experiment.with_value(other, value)
        return experiment

    assert idle(turned(without_effect), path)
    assert not idle(turned(with_effect), path)


@each_task
def test_embeddings_are_idle_without_tokens(task):
    assert idle(suited(task()), "network.embedding") is not task.embeds


def test_other_knobs_are_never_idle():
    for path in ("task.window", "network.hidden", "training.learning_rate"):
        assert not idle(Experiment(), path)


def test_what_suits_a_task_follows_a_knob_of_its_own():
    found = turned(suited(Recall()), "task.length", 30)
    assert (found.value("task.length"), found.network.gate_bias) == (30, 30.0)


def test_what_a_person_has_set_does_not_follow():
    before = suited(Recall()).with_value("network.gate_bias", 7.0)
    assert turned(before, "task.length", 30).network.gate_bias == 7.0


def test_another_series_brings_the_settings_that_suit_it():
    found = turned(suited(Series()), "task.series", "temperature")
    assert found == suited(Series(series="temperature"))


def test_a_knob_that_nothing_hangs_on_turns_alone():
    found = turned(Experiment(), "task.window", 20)
    assert found == Experiment().with_value("task.window", 20)


def test_what_suits_a_series_follows_it_and_what_was_set_otherwise_stays():
    plain = suited(Series())
    airline = turned(plain, "task.series", "passengers")
    task: Any = airline.task
    assert (task.scaling, task.predict, task.window) == ("log", "change", 13)
    assert turned(airline, "task.series", "sunspots") == plain
    kept = turned(plain.with_value("task.window", 36), "task.series", "passengers")
    assert (kept.value("task.window"), kept.value("task.scaling")) == (36, "log")
    # A value that is turned is never followed away from.
    assert turned(airline, "task.predict", "value").value("task.predict") == "value"


def test_what_is_typed_of_a_series_wins_over_what_suits_it_whatever_the_order():
    for typed in (
        {"--task": "series", "--window": "24", "--series": "passengers"},
        {"--task": "series", "--series": "passengers", "--window": "24"},
    ):
        task: Any = experiment_of(typed, knob_options()).task
        assert (task.window, task.scaling, task.predict) == (24, "log", "change")
