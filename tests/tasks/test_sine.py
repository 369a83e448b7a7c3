"""The sine task against its closed form."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnviz.tasks import TASKS, Sine


def test_the_task_is_listed_by_its_name():
    assert TASKS["sine"] is Sine


def test_the_tutorials_job_has_the_tutorials_sizes():
    train, valid = Sine().open(0).examples[:2]
    assert train.inputs.shape == (2500, 50, 1)
    assert train.targets.shape == (2500, 1)
    assert valid.inputs.shape == (500, 50, 1)
    assert {a.dtype for a in (*train[:2], *valid[:2])} == {np.dtype(np.float32)}


def test_points_are_a_tenth_of_a_radian_apart_by_default():
    train, *_ = Sine().open(0).examples
    assert 2 * math.pi / Sine().period == pytest.approx(0.1)
    # sin(a + 0.1 k) and its neighbours: x[t+1] + x[t-1] = 2 cos(0.1) x[t].
    x = train.inputs[:, :, 0].astype(float)
    np.testing.assert_allclose(x[:, 2:] + x[:, :-2], 2 * math.cos(0.1) * x[:, 1:-1], atol=1e-6)


@given(
    window=st.integers(2, 60),
    period=st.floats(4, 400),
    ahead=st.integers(1, 100),
    seed=st.integers(0, 2**31 - 1),
)
@settings(max_examples=30, deadline=None)
def test_every_point_lies_on_the_sine_that_starts_where_the_example_starts(
    window, period, ahead, seed
):
    data = Sine(window=window, period=period, ahead=ahead, windows=60).open(seed)
    for inputs, targets, *_ in data.examples[:2]:
        w = 2 * math.pi / period
        x0, x1 = inputs[:, 0, 0].astype(float), inputs[:, 1, 0].astype(float)
        # x[k] = sin(a) cos(wk) + cos(a) sin(wk), with cos(a) from the first two points.
        cosine = (x1 - x0 * math.cos(w)) / math.sin(w)
        for k, points in [*enumerate(inputs[:, :, 0].T), (window - 1 + ahead, targets[:, 0])]:
            expected = x0 * math.cos(w * k) + cosine * math.sin(w * k)
            np.testing.assert_allclose(points, expected, atol=1e-7 / math.sin(w) * 4 + 1e-6)


def test_starts_are_spread_evenly_over_the_circle():
    # sin of a uniform angle has mean 0 and variance 1/2; 20,000 of them are close to it.
    train, *_ = Sine(windows=20_000).open(0).examples
    assert train.inputs[:, 0].mean() == pytest.approx(0, abs=0.02)
    assert train.inputs[:, 0].var() == pytest.approx(0.5, abs=0.02)


def test_noise_has_the_size_that_was_asked_for_and_is_on_targets_too():
    clean, noisy = Sine().open(3).examples.train, Sine(noise=0.3).open(3).examples.train
    assert (noisy.inputs - clean.inputs).std() == pytest.approx(0.3, rel=0.01)
    assert (noisy.targets - clean.targets).std() == pytest.approx(0.3, rel=0.05)


def test_the_same_seed_gives_the_same_examples_and_another_gives_others():
    one, same, other = (Sine(noise=0.1).open(seed).examples for seed in (4, 4, 5))
    np.testing.assert_array_equal(one.train.inputs, same.train.inputs)
    np.testing.assert_array_equal(one.valid.targets, same.valid.targets)
    assert not np.array_equal(one.train.inputs, other.train.inputs)


@given(windows=st.integers(60, 400))
@settings(max_examples=20, deadline=None)
def test_every_sixth_example_is_kept_apart(windows):
    train, valid = Sine(windows=windows, window=3).open(0).examples[:2]
    assert len(valid.inputs) == windows // 6
    assert len(train.inputs) + len(valid.inputs) == windows


def test_the_horizon_and_the_length_are_those_of_the_knobs():
    data = Sine(window=17, ahead=5, windows=60).open(0)
    presentation = data.read(data.examples.valid, 0, np.zeros((17, 1), np.float32))
    assert (data.timesteps, presentation.horizon) == (17, 5)


def test_the_tutorials_examples_are_the_same_to_the_last_bit_as_they_always_were():
    train = Sine().open(0).examples.train
    start = np.random.default_rng(0).uniform(0.0, 2 * math.pi, size=(3000, 1))
    points = np.sin(start + 2 * math.pi / (20 * math.pi) * np.arange(51)).astype(np.float32)
    np.testing.assert_array_equal(train.inputs[:, :, 0], points[:2500, :50])
    np.testing.assert_array_equal(train.targets, points[:2500, 50:])


def series(wave, **knobs):
    """Windows and what follows them, ``(N, T + 1)``, in doubles."""
    train = Sine(wave=wave, windows=60, **knobs).open(0).examples.train
    return np.hstack([train.inputs[:, :, 0], train.targets]).astype(float)


def test_two_waves_obey_the_linear_rule_of_two_sines():
    # Each factor z^2 - 2 cos(w) z + 1 takes one of the sines away; their product both.
    x = series("two", period=30.0)
    w = 2 * math.pi / 30
    factors = [[1, -2 * math.cos(v), 1] for v in (w, w * (1 + math.sqrt(5)) / 2)]
    rule = np.convolve(*factors)
    rest = sum(c * x[:, k : x.shape[1] - 4 + k] for k, c in enumerate(rule))
    np.testing.assert_allclose(rest, 0, atol=2e-6)
    one = sum(c * x[:, k : x.shape[1] - 2 + k] for k, c in enumerate(factors[0]))
    assert np.abs(one).max() > 0.01
    data = Sine(wave="two", period=30.0).open(0)
    assert data.baselines()["linear autoregression"] < 1e-9


def test_a_chirp_is_twice_as_fast_in_the_end():
    x = series("chirp", window=400, period=80.0, ahead=1)
    # Twice the frequency: in slow waves, y[t+1] + y[t-1] = 2 cos(w) y[t] holds nearly.
    for place, speed in ((2, 1.0), (398, 2.0)):
        near, far = x[:, place], x[:, place - 2] + x[:, place + 2]
        cosine = (far @ near) / (2 * near @ near)
        assert math.acos(cosine) / 2 == pytest.approx(speed * 2 * math.pi / 80, rel=0.05)


def test_a_square_wave_is_half_up_half_down_and_a_saw_rises_evenly():
    square, saw = series("square", period=20.0), series("saw", period=20.0)
    assert set(square.ravel().tolist()) == {-1.0, 1.0}
    np.testing.assert_array_equal(square[:, 10:], -square[:, :-10])
    steps = np.diff(saw, axis=1)
    assert np.isclose(steps, 0.1, atol=1e-5).mean() == pytest.approx(0.95, abs=0.01)
    assert steps.min() == pytest.approx(0.1 - 2, abs=1e-5)


@pytest.mark.parametrize("wave", ["two", "chirp", "square", "saw"])
def test_other_waves_stay_within_1_and_are_the_same_again(wave):
    one, same = series(wave), series(wave)
    assert np.abs(one).max() <= 1
    np.testing.assert_array_equal(one, same)
