"""The slider ends: where it is turned to is always another place that it has."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnviz.experiment import Experiment, knobs
from rnnviz.knobs import positions
from tests.benchmarks.latency import places


@given(st.integers(1, 40), st.integers(0, 40), st.integers(2, 100))
def test_every_turn_goes_to_another_place_between_the_sliders_ends(last, start, times):
    start = min(start, last)
    known, new = places(start, last, times)
    walked = [start, *known[:2], *known, *new]
    assert all(0 <= place <= last for place in walked)
    assert all(a != b for a, b in pairwise(walked))


@given(st.integers(1, 40), st.integers(0, 40), st.integers(2, 100))
def test_no_size_is_new_twice(last, start, times):
    known, new = places(min(start, last), last, times)
    assert len(known) == times
    assert len(new) == min(times, last - 1)
    assert len({*known, *new}) == 2 + len(new)


@pytest.mark.parametrize("times", [20, 100])
def test_hidden_units_have_as_many_sizes_as_are_turned_to(times):
    stops = next(positions(knob) for path, knob in knobs(Experiment()) if path == "network.hidden")
    _, new = places(stops.index(64), len(stops) - 1, times)
    assert [stops[place] for place in new[:4]] == [60, 50, 100, 40]
