"""Baselines against what can be said with a pencil."""

import math

import numpy as np
import pytest

from rnnviz.tasks import Examples, Sine, Split
from rnnviz.tasks.rules import baselines


def test_the_mean_of_a_sine_leaves_its_variance():
    task = Sine(windows=20_000)
    assert baselines.mean(task.open(0).examples) == pytest.approx(0.5, rel=0.03)


@pytest.mark.parametrize(("period", "ahead"), [(20 * math.pi, 1), (40.0, 3), (8.0, 4)])
def test_the_last_value_of_a_sine_misses_by_the_chord(period, ahead):
    # sin(b + d) - sin(b) = 2 sin(d/2) cos(b + d/2): in the mean its square is 2 sin(d/2)^2.
    task = Sine(windows=20_000, period=period, ahead=ahead)
    expected = 2 * math.sin(math.pi * ahead / period) ** 2
    assert baselines.persistence(task.open(0).examples) == pytest.approx(expected, rel=0.03)


@pytest.mark.parametrize("ahead", [1, 7])
@pytest.mark.parametrize("window", [2, 50, 500])
def test_a_linear_rule_solves_a_clean_sine(window, ahead):
    task = Sine(window=window, ahead=ahead, windows=300)
    # What is left is the rounding of float32, 6e-8, times what two points enlarge it by.
    assert baselines.linear_autoregression(task.open(0).examples) < 1e-9


def test_a_linear_rule_cannot_get_below_the_noise():
    task = Sine(noise=0.2, windows=6000)
    assert baselines.linear_autoregression(task.open(0).examples) > 0.2**2


def test_a_constant_is_found_by_all():
    split = Split(np.full((12, 5, 1), 2, np.float32), np.full((12, 1), 2, np.float32))
    examples = Examples(split, split)
    assert baselines.mean(examples) == 0
    assert baselines.persistence(examples) == 0
    assert baselines.linear_autoregression(examples) == pytest.approx(0, abs=1e-20)


def test_rules_are_fitted_on_training_examples_alone():
    train = Split(np.zeros((12, 2, 1), np.float32), np.zeros((12, 1), np.float32))
    valid = Split(np.zeros((4, 2, 1), np.float32), np.full((4, 1), 3, np.float32))
    assert baselines.mean(Examples(train, valid)) == 9
    assert baselines.linear_autoregression(Examples(train, valid)) == pytest.approx(9)


def test_the_noise_is_named_as_a_limit_where_there_is_any():
    clean, noisy = (Sine(windows=60, noise=noise).open(0).baselines() for noise in (0.0, 0.5))
    assert list(clean) == ["mean", "persistence", "linear autoregression"]
    assert noisy["noise"] == 0.25
