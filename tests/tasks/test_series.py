"""The recorded series against their files, and its rules against other computations."""

import math

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rnnviz.experiment import suited
from rnnviz.knobs import KnobError
from rnnviz.learning.training.trainer import Trainer
from rnnviz.resources import resource
from rnnviz.tasks import TASKS, DataError, Split, series
from rnnviz.tasks.data import shipped
from rnnviz.tasks.data.recorded import SOURCES, recorded
from rnnviz.tasks.rules import autoregression
from rnnviz.tasks.series import Series

AIRLINE = {"series": "passengers", "scaling": "log", "predict": "change", "window": 12}

knobs = st.fixed_dictionaries(
    {
        "series": st.sampled_from(sorted(SOURCES)),
        "every": st.integers(1, 30),
        "sampling": st.sampled_from(["last", "mean"]),
        "window": st.integers(2, 240),
        "horizon": st.integers(1, 24),
        "scaling": st.sampled_from(["none", "standard", "min-max", "log"]),
        "predict": st.sampled_from(["value", "change"]),
        "test": st.floats(0.1, 0.5),
    }
)


def column(name):
    """The numbers of a file, read without the code under test."""
    lines = resource(f"data/{SOURCES[name].file}").read_text(encoding="utf-8").split("\n")
    return np.array([float(line.split(",")[1]) for line in lines[1:] if line])


def made(values):
    """A series task that takes what `knobs` draws, or None where it refuses."""
    try:
        return Series(**values)
    except KnobError:
        return None


@pytest.fixture
def other_file(monkeypatch):
    """Put another text in the place of a data file."""

    def put(text):
        monkeypatch.setattr(shipped, "text", lambda name: text)
        recorded.cache_clear()

    yield put
    recorded.cache_clear()


def test_the_task_is_listed_by_its_name():
    assert TASKS["series"] is Series


def test_sunspots_are_cut_in_time_order_a_tenth_to_judge_and_a_fifth_to_test():
    train, valid, test = Series().open(0).examples
    raw = column("sunspots")
    # 2820 months: 564 to test, 282 before them to judge, and the first 24 are only read.
    assert [len(part.inputs) for part in (train, valid, test)] == [2820 - 846 - 24, 282, 564]
    assert train.inputs.shape[1:] == (24, 1)
    assert {a.dtype for part in (train, valid, test) for a in part[:2]} == {np.dtype(np.float32)}
    asked = np.concatenate([part.targets[:, 0] for part in (train, valid, test)])
    expected = (raw[24:] - raw[:1974].mean()) / raw[:1974].std()
    np.testing.assert_allclose(asked, expected, atol=1e-5)


@given(values=knobs)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_whatever_the_sliders_allow_every_window_lies_before_what_is_asked_for(values):
    task = made(values)
    if task is None:
        return
    data = task.open(0)
    examples = data.examples
    shown = [
        [data.preprocessing(part, n) for n in range(len(getattr(examples, part).inputs))]
        for part in ("train", "valid", "test")
    ]
    asked = [n.target for part in shown for n in part]
    assert asked == list(range(asked[0], len(shown[0][0].values)))  # in order, none twice
    assert len(shown[0]) >= series.FEWEST
    for part, preparations in zip(examples, shown, strict=True):
        for k in {0, len(preparations) - 1}:
            one = preparations[k]
            assert one.start >= 0
            assert (one.stop - one.start, one.target - one.stop + 1) == (task.window, task.horizon)
            np.testing.assert_array_equal(part.inputs[k, :, 0], one.scaled[one.start : one.stop])
            assert part.targets[k, 0] == pytest.approx(one.asked, abs=1e-6)


@given(values=knobs)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_answers_that_are_right_have_no_error_in_the_unit_of_the_series(values):
    task = made(values)
    if task is None:
        return
    data = task.open(0)
    test = data.examples.test
    raw = column(task.series)
    groups = raw[: len(raw) // task.every * task.every].reshape(-1, task.every)
    truth = groups.mean(axis=1) if task.sampling == "mean" else groups[:, -1]
    found = data.metrics(test.targets, test)
    assert found["RMSE"] == pytest.approx(0, abs=1e-12)
    read = data.read(test, 0, np.zeros((task.window, 1), np.float32))
    first = len(truth) - len(test.targets)
    assert read.target[0] == pytest.approx(truth[first], rel=1e-5, abs=1e-3)
    last = first - task.horizon
    window = truth[last - task.window + 1 : last + 1]
    np.testing.assert_allclose(read.inputs[:, 0], window, rtol=1e-5, atol=1e-3)
    if task.predict == "change":  # an answer of 0 is that nothing will change
        np.testing.assert_allclose(read.output, read.inputs)


@pytest.mark.parametrize("kind", ["standard", "min-max", "log"])
@pytest.mark.parametrize("name", SOURCES)
def test_what_comes_after_the_training_part_does_not_reach_it(kind, name, other_file):
    data = Series(series=name, scaling=kind, window=12).open(0)
    train = data.examples.train
    rules = data.baselines()
    lines = resource(f"data/{SOURCES[name].file}").read_text(encoding="utf-8").splitlines()
    end = SOURCES[name].points - sum(len(part.inputs) for part in data.examples[1:])
    shifted = [
        line if n <= end else f"{line.split(',')[0]},{1000 + n}" for n, line in enumerate(lines)
    ]
    other_file("\n".join(shifted))
    data = data.task.open(0)
    np.testing.assert_array_equal(data.examples.train.inputs, train.inputs)
    np.testing.assert_array_equal(data.examples.train.targets, train.targets)
    assert data.baselines() != rules


@pytest.mark.parametrize(
    ("settings_", "season", "known"),
    [
        ({}, 132, (20.1, 45.4)),
        ({"series": "temperature"}, 365, (2.48, 3.73)),
        (AIRLINE, 12, (52.5, 46.1)),
    ],
)
def test_the_simple_rules_reach_on_the_last_fifth_what_is_known(settings_, season, known):
    task = Series(**settings_)
    data = task.open(0)
    rules = data.rules()
    raw = column(task.series)
    begin = len(raw) - round(len(raw) / 5)
    for rule, back, figure in (("persistence", 1, known[0]), ("seasonal", season, known[1])):
        expected = math.sqrt(np.mean((raw[begin:] - raw[begin - back : len(raw) - back]) ** 2))
        assert rules[rule]["RMSE"] == pytest.approx(expected, rel=1e-9)
        assert rules[rule]["RMSE"] == pytest.approx(figure, abs=0.05)


@pytest.mark.parametrize(
    ("settings_", "linear", "seasonal", "lags", "waves"),
    [
        ({}, 18.23, 18.16, 24, 3),
        ({"series": "temperature"}, 2.209, 2.165, 18, 1),
        ({"series": "passengers", "window": 12}, 16.53, 16.63, 13, 1),
        ({"horizon": 3, "predict": "change"}, None, None, 18, 3),
    ],
)
def test_linear_rules_are_least_squares_on_the_training_part(
    settings_, linear, seasonal, lags, waves
):
    task = Series(**settings_)
    data = task.open(0)
    found, raw = data.rules(), column(task.series)
    season, h = SOURCES[task.series].season, task.horizon
    test = round(len(raw) / 5)
    train_end = len(raw) - test - round(len(raw) / 10)
    forms = autoregression.linear(
        (raw - raw[:train_end].mean()) / raw[:train_end].std(),
        train_end,
        len(raw) - test,
        h,
        season,
    )
    for form, (rule, known, count, harmonics) in zip(
        forms.values(),
        (
            ("linear autoregression", linear, lags, 0),
            ("autoregression with the season", seasonal, None, waves),
        ),
        strict=True,
    ):
        if known is not None:
            assert found[rule]["RMSE"] == pytest.approx(known, abs=0.006)
            assert count is None or form.lags == count
            assert form.harmonics == harmonics
        # In the unit of the series, by QR: scaling changes no linear rule.
        times = np.arange(form.lags + h - 1, len(raw))
        rows = [
            [raw[t - h - k] for k in range(form.lags)]
            + [
                wave(2 * np.pi * j * t / season)
                for j in range(1, form.harmonics + 1)
                for wave in (np.sin, np.cos)
            ]
            + [1.0]
            for t in times
        ]
        design, learned = np.array(rows), times < train_end
        q, r = np.linalg.qr(design[learned])
        answers = design @ np.linalg.solve(r, q.T @ raw[times[learned]])
        errors = (answers - raw[times])[-test:]
        assert found[rule]["RMSE"] == pytest.approx(math.sqrt(np.mean(errors**2)), rel=1e-5)
        assert found[rule]["MAE"] == pytest.approx(np.mean(np.abs(errors)), rel=1e-5)


def test_the_number_of_lags_is_found_and_not_by_the_test_part():
    # x[t] = 0.9 x[t-6] + chance: six lags, and more cost little with so many timesteps.
    rng = np.random.default_rng(0)
    values = rng.normal(size=2000)
    for t in range(6, 2000):
        values[t] += 0.9 * values[t - 6]
    found = autoregression.linear(values, 1400, 1600, 1, 10.0)["linear autoregression"]
    assert 6 <= found.lags <= 12
    assert found.answers(values, 1400, np.arange(1600, 2000)).std() > 1  # of 2.3, by x[t-6]
    values[1600:] = 0.0
    assert autoregression.linear(values, 1400, 1600, 1, 10.0)["linear autoregression"] == found


def test_a_wave_of_the_season_is_found_in_noise():
    times = np.arange(1000)
    values = np.sin(2 * np.pi * times / 50) + np.random.default_rng(0).normal(0, 0.5, 1000)
    form = autoregression.linear(values, 700, 800, 1, 50.0)["autoregression with the season"]
    asked = np.arange(800, 1000)
    clean = np.sin(2 * np.pi * asked / 50)
    assert form.harmonics == 1
    assert math.sqrt(np.mean((form.answers(values, 700, asked) - clean) ** 2)) < 0.1


def test_baselines_are_in_the_unit_of_the_loss():
    data = Series(predict="change").open(0)
    examples = data.examples
    found = data.baselines()
    # Persistence answers that nothing changes.
    expected = np.mean(examples.valid.targets.astype(float) ** 2)
    assert found["persistence"] == pytest.approx(expected, rel=1e-5)
    assert found == pytest.approx(Series().open(0).baselines(), rel=1e-4)


def test_a_season_is_only_used_where_it_is_a_whole_number_of_timesteps():
    def rules(**settings_):
        data = Series(series="passengers", window=3, **settings_).open(0)
        return data.rules()

    assert "seasonal" in rules(every=3)
    assert "seasonal" not in rules(every=5)
    raw = column("passengers")
    expected = math.sqrt(np.mean((raw[-29:] - raw[-29 - 24 : -24]) ** 2))
    # 13 months ahead, the same month of last year is not known yet: that of two years ago is.
    assert rules(horizon=13)["seasonal"]["RMSE"] == pytest.approx(expected, rel=1e-9)


def test_persistence_comes_as_late_as_the_horizon_is_far_and_the_truth_does_not():
    for horizon in (1, 3, 12):
        data = Series(series="temperature", horizon=horizon).open(0)
        test = data.examples.test
        assert data.lag(test.targets, test) == {"network": 0, "persistence": horizon}
        assert data.lag(test.inputs[:, -1], test)["network"] == horizon


def test_the_same_examples_come_whatever_the_seed():
    one, other = Series().open(0).examples, Series().open(7).examples
    for a, b in zip(one, other, strict=True):
        np.testing.assert_array_equal(a.inputs, b.inputs)


def test_a_window_that_leaves_nothing_to_learn_from_is_refused_with_what_fits():
    with pytest.raises(KnobError, match="Window length must be 92 at most here, not 93"):
        Series(series="passengers", window=93, horizon=2)
    assert len(Series(series="passengers", window=92, horizon=2).open(0).examples.train.inputs) == 8
    with pytest.raises(KnobError, match="only 144 points of airline passengers"):
        Series(series="passengers", every=24)


def test_a_damaged_file_is_named_with_its_line(other_file):
    other_file('"Month","Sunspots"\n"1749-01",58.0\n"1749-02",many\n')
    with pytest.raises(DataError, match=r"Line 3 of the data file sunspots\.csv is damaged"):
        Series().open(0)


def test_a_file_that_is_cut_short_is_refused(other_file):
    other_file('"Month","Sunspots"\n"1749-01",58.0\n')
    with pytest.raises(DataError, match="has 1 points instead of 2820"):
        Series().open(0)


def test_there_is_no_preparation_of_an_example_that_is_not_there():
    with pytest.raises(IndexError, match="282"):
        Series().open(0).preprocessing("valid", 282)


def test_a_run_says_its_rules_its_lag_and_its_test_error():
    experiment = suited(Series(**AIRLINE)).with_value("training.device", "cpu")
    trainer = Trainer(experiment.with_value("training.epochs", 1))
    while not trainer.done:
        trainer.train_batch()
    result = trainer.result()
    assert result.test.keys() == {"loss", "RMSE", "MAE"}
    assert result.lag["persistence"] == 1
    assert result.rules["persistence"]["RMSE"] == pytest.approx(52.5, abs=0.05)
    trace = trainer.trace(3)
    np.testing.assert_allclose(trace.presentation.target, column("passengers")[101 + 3], rtol=1e-5)


def test_metrics_are_those_of_the_definition():
    data = Series(series="passengers", scaling="none", window=2).open(0)
    test = data.examples.test
    few = Split(test.inputs[:2], test.targets[:2])
    found = data.metrics(few.targets + np.array([[3.0], [-4.0]], np.float32), few)
    assert found == pytest.approx({"RMSE": math.sqrt(12.5), "MAE": 3.5})
