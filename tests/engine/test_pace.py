"""Live traces stay within their share of the time; rates look back a little."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnviz.engine.pace import SPAN, Rate, Ration


@given(st.floats(1e-6, 10.0), st.floats(0.01, 0.5))
def test_what_is_rationed_takes_no_more_than_its_share(cost: float, share: float) -> None:
    ration, now, spent = Ration(share, shortest=0.0), 0.0, 0.0
    for _ in range(50):
        assert ration.due(now)
        ration.spent(now, now + cost)
        spent += cost
        now = ration.next_time
    assert spent <= share * now * (1 + 1e-9)


def test_what_costs_nothing_waits_for_the_shortest_time() -> None:
    ration = Ration(0.05, shortest=1.0)
    ration.spent(10.0, 10.0)
    assert not ration.due(10.9)
    assert ration.due(11.0)


def test_a_reset_ration_is_due_at_once() -> None:
    ration = Ration()
    ration.spent(0.0, 100.0)
    ration.reset()
    assert ration.due(0.0)


def test_a_steady_pace_is_the_rate() -> None:
    rate = Rate()
    rate.restart(0.0, 0)
    assert rate.mark(0.5, 50) == pytest.approx(100)
    assert rate.mark(1.0, 100) == pytest.approx(100)


def test_a_pause_does_not_count() -> None:
    rate = Rate()
    rate.restart(0.0, 0)
    rate.mark(1.0, 100)
    rate.restart(1000.0, 100)
    assert rate.mark(1000.5, 150) == pytest.approx(100)


def test_the_rate_follows_a_change_within_its_span() -> None:
    rate = Rate()
    rate.restart(0.0, 0)
    step = 0
    for tick in range(1, 11):
        step += 10
        rate.mark(tick * 0.1, step)
    for tick in range(11, 11 + int(SPAN / 0.1) + 2):
        step += 100
        last = rate.mark(tick * 0.1, step)
    assert last == pytest.approx(1000, rel=0.05)


def test_the_rate_is_that_of_the_whole_span_and_not_of_its_last_steps() -> None:
    rate = Rate()
    rate.restart(0.0, 0)
    rate.mark(0.5, 100)
    assert rate.mark(1.0, 100) == pytest.approx(100)


def test_what_lasts_longer_than_the_span_has_a_rate_all_the_same() -> None:
    rate = Rate()
    rate.restart(0.0, 0)
    rate.mark(5 * SPAN, 10)
    assert rate.mark(10 * SPAN, 20) == pytest.approx(10 / (5 * SPAN))


def test_where_nothing_was_before_there_is_no_rate_yet() -> None:
    rate = Rate()
    assert rate.mark(1.0, 5) == 0.0
    assert rate.mark(1.0, 6) == 0.0


def test_many_bytes_wait_for_the_pipe() -> None:
    ration = Ration(0.05, shortest=0.0)
    ration.spent(10.0, 10.0, 128 * 2**20)
    assert not ration.due(11.9)
    assert ration.due(12.0)
