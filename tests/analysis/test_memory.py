"""How much the notepad changes from one timestep to the next."""

import numpy as np
import pytest

from rnnviz.analysis.memory import change


def test_the_first_change_is_the_length_of_the_first_notepad():
    assert change(np.array([[3.0, 4.0]], np.float32)) == pytest.approx([5.0])


def test_a_notepad_that_was_carried_over_is_not_measured_from_nothing():
    hidden = np.array([[3.0, 4.0], [3.0, 5.0]], np.float32)
    assert change(hidden, np.array([3.0, 1.0], np.float32)) == pytest.approx([3.0, 1.0])


def test_backwards_the_notepad_before_is_that_of_the_next_timestep():
    hidden = np.array([[0.0], [7.0], [5.0]], np.float32)  # written as 5, 7, 0
    assert change(hidden, backwards=True) == pytest.approx([7.0, 2.0, 5.0])
    start = np.array([1.0], np.float32)
    assert change(hidden, start, backwards=True) == pytest.approx([7.0, 2.0, 4.0])


def test_what_is_no_number_stays_none():
    hidden = np.array([[1.0], [np.nan], [np.inf], [np.inf]], np.float32)
    assert not np.isfinite(change(hidden)[1:]).any()


def test_a_notepad_that_stays_does_not_change():
    np.testing.assert_array_equal(change(np.full((6, 3), 0.5, np.float32))[1:], np.zeros(5))


def test_states_on_a_circle_change_by_the_chord():
    angle = 0.1 * np.arange(20)
    hidden = np.column_stack([np.cos(angle), np.sin(angle)]).astype(np.float32)
    np.testing.assert_allclose(change(hidden)[1:], 2 * np.sin(0.05), rtol=1e-5)


def test_there_is_one_change_a_timestep():
    assert change(np.zeros((7, 4), np.float32)).shape == (7,)


def test_the_changes_are_float32_as_all_traces_are():
    assert change(np.zeros((7, 4), np.float32)).dtype == np.float32
