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
    train, valid = Sine().examples(0)
    assert train.inputs.shape == (2500, 50, 1)
    assert train.targets.shape == (2500, 1)
    assert valid.inputs.shape == (500, 50, 1)
    assert {a.dtype for a in (*train, *valid)} == {np.dtype(np.float32)}


def test_points_are_a_tenth_of_a_radian_apart_by_default():
    train, _ = Sine().examples(0)
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
    task = Sine(window=window, period=period, ahead=ahead, windows=60)
    for inputs, targets in task.examples(seed):
        w = 2 * math.pi / period
        x0, x1 = inputs[:, 0, 0].astype(float), inputs[:, 1, 0].astype(float)
        # x[k] = sin(a) cos(wk) + cos(a) sin(wk), with cos(a) from the first two points.
        cosine = (x1 - x0 * math.cos(w)) / math.sin(w)
        for k, points in [*enumerate(inputs[:, :, 0].T), (window - 1 + ahead, targets[:, 0])]:
            expected = x0 * math.cos(w * k) + cosine * math.sin(w * k)
            np.testing.assert_allclose(points, expected, atol=1e-7 / math.sin(w) * 4 + 1e-6)


def test_starts_are_spread_evenly_over_the_circle():
    # sin of a uniform angle has mean 0 and variance 1/2; 20,000 of them are close to it.
    train, _ = Sine(windows=20_000).examples(0)
    assert train.inputs[:, 0].mean() == pytest.approx(0, abs=0.02)
    assert train.inputs[:, 0].var() == pytest.approx(0.5, abs=0.02)


def test_noise_has_the_size_that_was_asked_for_and_is_on_targets_too():
    clean, noisy = Sine().examples(3).train, Sine(noise=0.3).examples(3).train
    assert (noisy.inputs - clean.inputs).std() == pytest.approx(0.3, rel=0.01)
    assert (noisy.targets - clean.targets).std() == pytest.approx(0.3, rel=0.05)


def test_the_same_seed_gives_the_same_examples_and_another_gives_others():
    one, same, other = (Sine(noise=0.1).examples(seed) for seed in (4, 4, 5))
    np.testing.assert_array_equal(one.train.inputs, same.train.inputs)
    np.testing.assert_array_equal(one.valid.targets, same.valid.targets)
    assert not np.array_equal(one.train.inputs, other.train.inputs)


@given(windows=st.integers(60, 400))
@settings(max_examples=20, deadline=None)
def test_every_sixth_example_is_kept_apart(windows):
    train, valid = Sine(windows=windows, window=3).examples(0)
    assert len(valid.inputs) == windows // 6
    assert len(train.inputs) + len(valid.inputs) == windows


def test_the_horizon_and_the_length_are_those_of_the_knobs():
    task = Sine(window=17, ahead=5)
    assert (task.timesteps, task.horizon) == (17, 5)
