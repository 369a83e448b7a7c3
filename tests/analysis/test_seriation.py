"""A short path through things: what it must be is known for circles, lines and few things."""

from itertools import combinations, permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnviz.analysis.seriation import short_path


def apart(points: np.ndarray) -> np.ndarray:
    """Distances ``(n, n)`` between points ``(n, d)``."""
    return np.linalg.norm(points[:, None] - points, axis=2).astype(np.float32)


def on_circle(angles: np.ndarray) -> np.ndarray:
    return np.column_stack([np.cos(angles), np.sin(angles)])


def cloud(seed: int, count: int, dimensions: int = 3) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(count, dimensions))


def length(distances: np.ndarray, path: np.ndarray) -> float:
    return float(distances[path[:-1], path[1:]].sum(dtype=np.float64))


def steps_round(places: np.ndarray, count: int) -> np.ndarray:
    """How many places of a circle of `count` lie between neighbours."""
    steps = np.abs(np.diff(places))
    return np.minimum(steps, count - steps)


@pytest.mark.parametrize("count", [5, 12, 64, 512])
def test_things_on_a_circle_stand_in_its_order_cut_at_one_place(count):
    places = np.random.default_rng(count).permutation(count)
    path = short_path(apart(on_circle(2 * np.pi * places / count)))
    assert (steps_round(places[path], count) == 1).all()


@pytest.mark.parametrize("count", [3, 7, 24, 100])
@pytest.mark.parametrize("seed", range(5))
def test_a_circle_is_cut_where_two_are_furthest_apart(count, seed):
    angles = np.random.default_rng(seed).uniform(0, 2 * np.pi, count)
    round_it = np.argsort(angles)
    gaps = np.diff(angles[round_it], append=angles[round_it[0]] + 2 * np.pi)
    row = np.roll(round_it, -1 - gaps.argmax())
    expected = row if row[0] < row[-1] else row[::-1]
    np.testing.assert_array_equal(short_path(apart(on_circle(angles))), expected)


def test_things_on_a_line_stand_in_its_order_however_unevenly():
    places = np.random.default_rng(1).permutation(200)
    path = short_path(apart(1.1 ** (places[:, None] / 10)))
    steps = np.diff(places[path])
    assert (steps == 1).all() or (steps == -1).all()


@pytest.mark.parametrize("count", [3, 4, 6, 8])
@pytest.mark.parametrize("seed", range(5))
def test_of_all_orders_of_a_few_things_hardly_any_is_shorter(count, seed):
    distances = apart(cloud(seed, count))
    orders = np.array(list(permutations(range(count))))
    shortest = distances[orders[:, :-1], orders[:, 1:]].sum(axis=1).min()
    assert length(distances, short_path(distances)) <= 1.1 * shortest


@pytest.mark.parametrize("seed", range(5))
def test_no_stretch_turned_round_makes_the_path_shorter(seed):
    distances = apart(cloud(seed, 40))
    path = short_path(distances)
    found = length(distances, path)
    for low, high in combinations(range(41), 2):
        turned = np.concatenate([path[:low], path[low:high][::-1], path[high:]])
        assert length(distances, turned) >= found - 1e-5


@given(st.integers(0, 30), st.integers(0, 1000))
def test_everything_stands_in_the_row_once(count, seed):
    np.testing.assert_array_equal(np.sort(short_path(apart(cloud(seed, count)))), np.arange(count))


def test_no_other_cut_of_the_ring_makes_the_path_shorter():
    for seed in range(20):
        distances = apart(cloud(seed, 12))
        path = short_path(distances)
        rings = [length(distances, np.roll(path, by)) for by in range(12)]
        assert rings[0] <= min(rings) + 1e-5


def test_things_in_one_place_stand_in_the_row_once_too():
    np.testing.assert_array_equal(
        np.sort(short_path(np.zeros((50, 50), np.float32))), np.arange(50)
    )


def test_the_end_with_the_smaller_number_comes_first():
    assert short_path(apart(np.array([[3.0], [1.0], [2.0]]))).tolist() == [0, 2, 1]


def test_distances_are_left_as_they_were():
    distances = apart(cloud(0, 20))
    before = distances.copy()
    short_path(distances)
    np.testing.assert_array_equal(distances, before)
