"""Scaling and the lag of a forecast against their definitions."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from rnnviz.tasks.data.scaling import Scaling, fit
from rnnviz.tasks.rules.lag import best_shift

KINDS = ["none", "standard", "min-max", "log"]


@pytest.mark.parametrize("kind", KINDS)
@given(values=arrays(float, st.integers(1, 30), elements=st.floats(0, 1e4)))
def test_what_was_scaled_can_be_had_back(kind, values):
    scaling = fit(kind, values)
    np.testing.assert_allclose(scaling.undo(scaling.apply(values)), values, rtol=1e-6, atol=1e-6)


def test_each_scaling_is_what_its_name_says():
    values = np.array([1.0, 3.0, 8.0])
    assert fit("none", values).apply(values).tolist() == [1, 3, 8]
    assert fit("min-max", values).apply(values) == pytest.approx([0, 2 / 7, 1])
    standard = fit("standard", values).apply(values)
    assert (standard.mean(), standard.std()) == pytest.approx((0, 1))
    logs = np.log([2.0, 4.0, 9.0])
    assert fit("log", values).apply(values) == pytest.approx((logs - logs.mean()) / logs.std())


def test_values_that_are_all_the_same_are_only_shifted():
    for kind in KINDS[1:]:
        assert fit(kind, np.full(4, 7.0)).apply(np.array([7.0])) == pytest.approx([0])


def test_an_answer_beyond_all_measure_does_not_overflow():
    assert np.isfinite(Scaling(logs=True).undo(np.array([1e9]))).all()


def test_the_formula_has_its_numbers():
    assert fit("none", np.ones(2)).formula == "x"
    assert Scaling(2.5, 4.0).formula == "(x − 2.5) / 4"
    assert Scaling(-2.5, 4.0, True).formula == "(ln(1 + x) + 2.5) / 4"


@pytest.mark.parametrize("late", [-3, 0, 1, 4, 12])
def test_the_shift_of_what_was_shifted_is_found(late):
    # Chance that was drawn for each point alone looks like itself at one shift only.
    chance = np.random.default_rng(0).normal(size=260)
    answers, truth = chance[30 - late : 230 - late], chance[30:230]
    assert best_shift(answers, truth, horizon=max(late, 1)) == late


def test_there_is_no_lag_of_an_answer_that_never_changes_or_of_too_few():
    truth = np.sin(np.arange(40.0))
    assert best_shift(np.ones(40), truth, 1) is None
    assert best_shift(truth[:10], truth[:10], 6) is None
