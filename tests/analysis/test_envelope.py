"""The envelope: every extreme of a curve of any length, in constant memory."""

import math
import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from rnnviz.analysis.envelope import Envelope

curves = arrays(
    np.float32,
    st.integers(1, 300),
    elements=st.floats(width=32, allow_nan=True, allow_infinity=True),
)


def filled(values, buckets: int = 8) -> Envelope:
    envelope = Envelope(buckets)
    envelope.extend(np.asarray(values, np.float32))
    return envelope


def extremes(values, stride: int) -> list[tuple[float, float]]:
    """Least and greatest finite value of each stretch, by their definition."""
    found = []
    for start in range(0, len(values), stride):
        finite = [float(v) for v in values[start : start + stride] if math.isfinite(v)]
        found.append((min(finite), max(finite)) if finite else (math.nan, math.nan))
    return found


def test_nothing_added_is_an_empty_curve():
    assert [len(part) for part in Envelope().curve()] == [0, 0]


def test_as_many_values_as_there_are_buckets_are_kept_as_they_came():
    values = np.sin(np.arange(8)).astype(np.float32)
    np.testing.assert_array_equal(filled(values).curve()[1], values)


def test_a_short_curve_counts_its_values_from_0():
    np.testing.assert_array_equal(filled([5, 6, 7]).curve()[0], [0, 1, 2])


def test_one_value_more_than_there_are_buckets_merges_pairs():
    assert filled(np.zeros(9)).stride == 2


def test_a_rising_line_has_the_ends_of_each_stretch_as_its_extremes():
    low, high = filled(np.arange(64)).bounds()  # 8 stretches of 8
    np.testing.assert_array_equal(low, np.arange(0, 64, 8))
    np.testing.assert_array_equal(high, np.arange(7, 64, 8))


def test_a_sine_of_whole_periods_reaches_minus_one_and_one_in_every_stretch():
    values = np.sin(2 * np.pi * np.arange(8 * 64) / 64)  # one period in each of 8 stretches
    low, high = filled(values).bounds()
    np.testing.assert_allclose(low, -1, atol=1e-7)
    np.testing.assert_allclose(high, 1, atol=1e-7)


def test_a_spike_of_one_value_in_a_million_is_seen():
    values = np.zeros(1_200_000, np.float32)
    values[777_777] = 5
    assert filled(values, 1024).bounds()[1].max() == 5


def test_the_curve_of_merged_stretches_gives_each_extreme_at_the_middle_of_its_stretch():
    x, y = filled(np.arange(16)).curve()  # stretches of 2
    np.testing.assert_array_equal(x[:4], [0.5, 0.5, 2.5, 2.5])
    np.testing.assert_array_equal(y[:4], [0, 1, 2, 3])


def test_more_than_a_million_values_take_no_more_memory_than_a_thousand():
    envelope = filled(np.zeros(1024), 1024)
    chunk = np.ones(1000, np.float32)
    envelope.extend(chunk)
    tracemalloc.start()
    for _ in range(1500):
        envelope.extend(chunk)
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert kept < 10_000


def test_a_million_and_a_half_values_are_all_counted():
    envelope = Envelope(1024)
    for _ in range(1500):
        envelope.extend(np.ones(1000, np.float32))
    assert len(envelope) == 1_500_000


def test_values_that_are_not_finite_are_left_out_of_their_stretch():
    low, high = filled([1, np.nan, np.inf, 3] + [0] * 12, 4).bounds()
    assert (low[0], high[0]) == (1, 3)


def test_a_stretch_of_nothing_finite_is_nan():
    low, high = filled([np.nan, np.inf, -np.inf, np.nan] + [0] * 12, 4).bounds()
    assert np.isnan([low[0], high[0]]).all()


def test_what_was_given_is_not_changed():
    values = np.array([1, np.inf, 2], np.float32)
    filled(values)
    np.testing.assert_array_equal(values, [1, np.inf, 2])


@pytest.mark.parametrize("buckets", [0, 1, 7, -2])
def test_an_odd_or_too_small_number_of_buckets_is_refused(buckets):
    with pytest.raises(ValueError, match="even and at least 2"):
        Envelope(buckets)


@given(curves)
def test_every_stretch_has_the_extremes_of_its_values(values):
    envelope = filled(values)
    found = np.array(envelope.bounds()).T
    np.testing.assert_array_equal(found, np.array(extremes(values, envelope.stride), np.float32))


@given(curves, st.lists(st.integers(0, 300), max_size=5))
def test_the_parts_in_which_values_come_make_no_difference(values, cuts):
    whole, parts = filled(values), Envelope(8)
    for part in np.split(values, sorted(min(cut, len(values)) for cut in cuts)):
        parts.extend(part)
    np.testing.assert_array_equal(np.array(parts.bounds()), np.array(whole.bounds()))


@given(st.integers(0, 5000))
def test_the_stretch_is_the_least_power_of_two_that_fits(count):
    needed = max(1, math.ceil(count / 8))
    assert filled(np.zeros(count)).stride == 2 ** math.ceil(math.log2(needed))
