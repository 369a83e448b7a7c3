"""Garbage is collected in the window's thread, whoever made it."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication

from rnnviz.gui.model.garbage import Garbage
from tests.gui.driver import LONG, Driver


@pytest.fixture
def collectors() -> Iterator[list[threading.Thread]]:
    """The threads that garbage was collected in."""
    seen: list[threading.Thread] = []

    def note(phase: str, _: object) -> None:
        if phase == "start":
            seen.append(threading.current_thread())

    gc.callbacks.append(note)
    yield seen
    gc.callbacks.remove(note)


def litter() -> None:
    """Make more of it than Python would leave lying."""
    for _ in range(50_000):
        circle: list[object] = []
        circle.append(circle)


def test_what_another_thread_leaves_is_collected_in_the_windows(driver: Driver, collectors):
    thread = threading.Thread(target=litter)
    thread.start()
    thread.join()
    driver.until(lambda: bool(collectors))
    assert set(collectors) == {threading.main_thread()}
    assert gc.get_count()[0] < 50_000


def test_reports_of_a_long_run_are_collected_in_the_windows_thread(driver: Driver, collectors):
    driver.set_up(LONG)
    driver.do("train")
    driver.until(lambda: len(driver.workspace.run.history) >= 20 and len(collectors) >= 3)
    assert set(collectors) == {threading.main_thread()}


def test_when_the_last_window_closes_python_collects_by_itself_again(qapp: QApplication):
    before = Garbage._started
    one, other = Garbage(), Garbage()
    for garbage in (one, other):
        garbage.start()
        garbage.start()
    assert not gc.isenabled()
    one.stop()
    one.stop()
    assert not gc.isenabled()
    other.stop()
    assert (Garbage._started, gc.isenabled()) == (before, before == 0)
