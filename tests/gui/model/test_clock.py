"""The frame clock: it draws while something is dirty or moves, and rests otherwise."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject

from rnnviz.gui.model.clock import FrameClock
from tests.gui.driver import wait_until


class Picture:
    """What is drawn while it is dirty: once for each mark, whatever else happens."""

    def __init__(self) -> None:
        self.dirty = 0
        self.frames = 0

    def draw_if_dirty(self) -> bool:
        drawn = self.dirty > 0
        self.dirty = max(0, self.dirty - 1)
        self.frames += drawn
        return drawn


@pytest.fixture
def clock(qapp: object) -> Iterator[FrameClock]:
    parent = QObject()
    yield FrameClock(parent)
    parent.deleteLater()


def test_it_rests_until_it_is_woken_and_rests_again_when_all_is_drawn(clock: FrameClock):
    picture = Picture()
    clock.add(picture)
    assert not clock.running
    picture.dirty = 3
    clock.wake()
    assert clock.running
    wait_until(lambda: not clock.running)
    assert picture.frames == 3


def test_every_picture_is_drawn_in_each_frame(clock: FrameClock):
    one, other = Picture(), Picture()
    clock.add(one)
    clock.add(other)
    one.dirty, other.dirty = 2, 2
    drawn: list[float] = []
    clock.drawn.connect(drawn.append)
    clock.wake()
    wait_until(lambda: not clock.running)
    assert (one.frames, other.frames) == (2, 2)
    assert len(drawn) == 2
    assert all(seconds >= 0 for seconds in drawn)


def test_a_frame_in_which_nothing_was_drawn_is_not_told(clock: FrameClock):
    drawn: list[float] = []
    clock.drawn.connect(drawn.append)
    clock.wake()
    wait_until(lambda: not clock.running)
    assert drawn == []


def test_it_ticks_for_as_long_as_anyone_moves(clock: FrameClock):
    ticks: list[float] = []
    clock.ticked.connect(ticks.append)
    clock.keep_running("one", True)
    clock.keep_running("other", True)
    clock.keep_running("one", False)
    wait_until(lambda: len(ticks) >= 5)
    assert clock.running
    clock.keep_running("other", False)
    wait_until(lambda: not clock.running)
    assert all(0 < seconds < 30 for seconds in ticks)


def test_who_does_not_want_to_move_wakes_nobody(clock: FrameClock):
    clock.keep_running("one", False)
    assert not clock.running


def test_the_time_of_a_rest_does_not_count(clock: FrameClock):
    ticks: list[float] = []
    clock.ticked.connect(ticks.append)
    for _ in range(2):
        clock.wake()
        wait_until(lambda: not clock.running)
    # Since it was woken, not since the machine was started.
    assert len(ticks) == 2
    assert max(ticks) < 30


def test_what_is_dirty_can_be_drawn_without_waiting_for_a_frame(clock: FrameClock):
    picture = Picture()
    clock.add(picture)
    picture.dirty = 1
    clock.draw_now()
    assert picture.frames == 1
    assert not clock.running
