"""Labels side by side: none over another, each where it wants to be if it can."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from rnnviz.gui.widgets.label_spacing import apart

places = st.lists(st.floats(0, 100), max_size=9)


def test_labels_with_room_between_them_stay_where_they_are():
    assert apart([50.0, 10.0, 90.0], 12, 0, 100) == [50.0, 10.0, 90.0]


def test_two_that_want_the_same_place_stand_above_and_below_it():
    assert apart([40.0, 40.0], 10, 0, 100) == [35.0, 45.0]


@given(places)
def test_no_two_overlap_and_their_order_stays(wanted: list[float]):
    found = apart(wanted, 10, 0, 100)
    order = sorted(range(len(wanted)), key=lambda k: wanted[k])
    for one, other in itertools.pairwise(order):
        assert found[other] - found[one] >= 10 - 1e-9
    assert all(5 - 1e-9 <= middle <= 95 + 1e-9 for middle in found)
