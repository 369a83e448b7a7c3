"""The order of units, and the page on which they are laid out."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnviz.analysis.units import notepad_shape, on_notepad, unit_order

TIME = np.arange(50)


def curves(seed: int = 0, units: int = 24) -> np.ndarray:
    """Hidden states ``(T, H)`` without any order in them."""
    return np.random.default_rng(seed).uniform(-1, 1, (50, units)).astype(np.float32)


def bump(center: int) -> np.ndarray:
    return np.exp(-(((TIME - center) / 3.0) ** 2))


def test_as_they_are_leaves_every_unit_in_its_row():
    np.testing.assert_array_equal(unit_order(curves(), "index"), np.arange(24))


def test_by_peak_sorts_by_the_timestep_of_the_peak():
    centers = [40, 10, 30, 20]
    hidden = np.column_stack([bump(center) for center in centers])
    np.testing.assert_array_equal(unit_order(hidden, "peak"), [1, 3, 2, 0])


def test_a_peak_below_zero_counts_as_one_above():
    hidden = np.column_stack([bump(40), -bump(10), 0.5 * bump(25)])
    np.testing.assert_array_equal(unit_order(hidden, "peak"), [1, 2, 0])


def test_units_with_the_same_peak_stay_in_their_order():
    hidden = np.column_stack([bump(20), bump(5), bump(20), bump(5)])
    np.testing.assert_array_equal(unit_order(hidden, "peak"), [1, 3, 0, 2])


def test_by_similarity_puts_equal_curves_next_to_each_other():
    kinds = [np.sin(0.1 * TIME), np.cos(0.1 * TIME), -np.sin(0.1 * TIME)]
    which = np.array([0, 1, 2, 0, 1, 2, 0, 1, 2, 0])
    order = unit_order(np.column_stack([kinds[k] for k in which]), "similarity")
    changes = np.count_nonzero(np.diff(which[order]))
    assert changes == 2  # three kinds, each in one block


def test_by_similarity_lays_a_travelling_wave_out_in_its_order():
    phases = np.linspace(0, np.pi, 12)
    shuffled = np.random.default_rng(3).permutation(12)
    hidden = np.sin(0.1 * TIME[:, None] + phases[shuffled])
    places = shuffled[unit_order(hidden, "similarity")]
    steps = np.diff(places)
    assert (steps == 1).all() or (steps == -1).all()


@pytest.mark.parametrize("units", [12, 64])
def test_by_similarity_lays_a_wave_that_goes_round_out_in_its_order(units):
    shuffled = np.random.default_rng(3).permutation(units)
    hidden = np.sin(2 * np.pi * (TIME[:, None] / 50 + shuffled / units))
    places = shuffled[unit_order(hidden, "similarity")]
    steps = np.abs(np.diff(places))
    assert (np.minimum(steps, units - steps) == 1).all()


@pytest.mark.parametrize("seed", range(5))
def test_by_similarity_correlates_neighbours_as_well_as_any_order_of_a_few(seed):
    angles = np.random.default_rng(seed).uniform(0, 2 * np.pi, 7)
    hidden = np.sin(2 * np.pi * TIME[:, None] / 50 + angles)
    orders = np.array(list(permutations(range(7))))
    alike = np.corrcoef(hidden.T)
    neighbours = alike[orders[:, :-1], orders[:, 1:]].mean(axis=1)
    row = unit_order(hidden, "similarity")
    assert alike[row[:-1], row[1:]].mean() == pytest.approx(neighbours.max())


def test_by_similarity_puts_units_that_never_move_behind_all_others():
    hidden = curves(units=8)
    hidden[:, [1, 5]] = 0, -1
    hidden[:, 3] = np.float32(0.7) + np.spacing(np.float32(0.7)) * (TIME % 2)  # rounding alone
    assert unit_order(hidden, "similarity")[-3:].tolist() == [1, 3, 5]


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_by_similarity_puts_units_that_are_no_numbers_behind_all_others(value):
    hidden = curves(units=8)
    hidden[20, 2] = value
    assert unit_order(hidden, "similarity")[-1] == 2


def test_by_similarity_takes_a_small_movement_for_as_much_as_a_large_one():
    hidden = curves(units=8)
    hidden[:, 6] = 0.5 + 1e-3 * hidden[:, 1]
    row = unit_order(hidden, "similarity").tolist()
    assert abs(row.index(6) - row.index(1)) == 1


def test_the_same_states_give_the_same_order_again():
    first = unit_order(curves(), "similarity")
    np.testing.assert_array_equal(unit_order(curves().copy(), "similarity"), first)


@pytest.mark.parametrize("order", ["index", "similarity", "peak"])
@pytest.mark.parametrize("units", [1, 2, 3, 64])
def test_every_unit_stands_in_one_row(order, units):
    rows = unit_order(curves(units=units), order)
    np.testing.assert_array_equal(np.sort(rows), np.arange(units))


@pytest.mark.parametrize("order", ["similarity", "peak"])
def test_units_that_never_move_are_sorted_too(order):
    rows = unit_order(np.zeros((50, 6), np.float32), order)
    np.testing.assert_array_equal(np.sort(rows), np.arange(6))


@pytest.mark.parametrize("order", ["similarity", "peak"])
def test_sorting_leaves_the_states_as_they_were(order):
    hidden = curves()
    unit_order(hidden, order)
    np.testing.assert_array_equal(hidden, curves())


def test_64_units_are_a_page_of_8_by_8():
    assert notepad_shape(64) == (8, 8)


@pytest.mark.parametrize(
    ("units", "shape"), [(1, (1, 1)), (2, (1, 2)), (128, (8, 16)), (12, (3, 4))]
)
def test_a_rectangle_without_empty_cells_is_taken_where_there_is_one(units, shape):
    assert notepad_shape(units) == shape


@given(st.integers(1, 512))
def test_the_page_has_room_for_every_unit(units):
    rows, columns = notepad_shape(units)
    assert rows * columns >= units


@given(st.integers(1, 512))
def test_no_row_of_the_page_is_wholly_empty(units):
    rows, columns = notepad_shape(units)
    assert (rows - 1) * columns < units


@given(st.integers(1, 512))
def test_the_page_is_at_most_twice_as_wide_as_high_and_never_higher_than_wide(units):
    rows, columns = notepad_shape(units)
    assert rows <= columns <= 2 * rows


def test_values_are_laid_out_row_by_row():
    np.testing.assert_array_equal(on_notepad(np.arange(4.0)), [[0, 1], [2, 3]])


def test_cells_beyond_the_last_unit_are_nan():
    page = on_notepad(np.arange(7.0))
    assert np.isnan(page.reshape(-1)[7:]).all()
