"""Bad input and bad luck: what the window says, and that nothing is lost."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import numpy as np
import pytest

from rnnviz.gui.app import open_window
from tests.gui.driver import LONG, SMALL, Driver, end, wait_until
from tests.gui.processes import ends

FAST = SMALL.with_value("training.learning_rate", 1e3)


def notice(driver: Driver) -> str:
    return driver.window.notice.label.text() if driver.window.notice.isVisible() else ""


@pytest.fixture
def failed(driver: Driver) -> Driver:
    """A window whose run failed because its learning rate was far too large."""
    driver.set_up(FAST)
    driver.do("train")
    driver.until_state("failed")
    driver.until_drawn()
    return driver


def test_a_run_that_fails_says_what_to_try(failed: Driver):
    assert "try a smaller learning rate" in notice(failed)


def test_the_notice_of_a_failure_is_one_sentence(failed: Driver):
    assert notice(failed).count(".") == 1


def test_the_notice_can_be_closed(failed: Driver):
    failed.window.notice.close_button.click()
    assert notice(failed) == ""


def test_a_failed_run_leaves_weights_that_give_numbers(failed: Driver):
    before = failed.workspace.view_state.trace
    failed.workspace.player.show_example(1)
    failed.until(lambda: failed.workspace.view_state.trace is not before)
    assert np.isfinite(failed.workspace.view_state.trace.output).all()


def test_a_failed_run_leaves_its_last_trace_on_the_screen(failed: Driver):
    assert np.isfinite(failed.workspace.view_state.trace.hidden).all()


def test_a_failed_run_keeps_its_losses(failed: Driver):
    assert len(failed.workspace.run.losses) > 0


def test_after_a_failure_a_smaller_rate_trains(failed: Driver):
    failed.workspace.draft.replace(SMALL, "")
    failed.train_to_the_end()
    assert notice(failed) == ""


def kill_engine(driver: Driver) -> None:
    """Train until an epoch is over, then kill the engine; the window notices in time."""
    driver.until_ready()
    driver.do("train")
    driver.until(lambda: len(driver.workspace.run.history) >= 1)
    driver.workspace.player.go_to(7)
    os.kill(driver.workspace.engine_thread.engine_pid, signal.SIGKILL)
    wait_until(lambda: driver.workspace.run.state == "lost", timeout=2000)
    driver.until_drawn()


@pytest.fixture(scope="module")
def lost(qapp) -> Iterator[Driver]:
    """A window whose engine was killed in the middle of training; only to be looked at."""
    driver = Driver(open_window(LONG))
    kill_engine(driver)
    yield driver
    end(driver.window)


def test_a_killed_engine_is_said_in_one_sentence(lost: Driver):
    assert "Train starts a new engine" in notice(lost)


def test_a_killed_engine_leaves_the_history(lost: Driver):
    assert len(lost.workspace.run.history) >= 1


def test_a_killed_engine_leaves_the_last_trace(lost: Driver):
    panel = lost.panel("sequence")
    assert panel.plot.isVisible()
    assert len(panel.drawn()["to come 1"][1]) == LONG.value("task.window")


def test_without_an_engine_the_last_trace_can_be_stepped_through(lost: Driver):
    lost.workspace.player.scrub(3)
    lost.until_drawn()
    assert lost.panel("notepad").readout.text() == "timestep 4"


def test_without_an_engine_the_status_line_says_so(lost: Driver):
    assert lost.window.status_line.state.text() == "Engine lost"


def test_without_an_engine_only_what_starts_one_can_be_pressed(lost: Driver):
    actions = lost.window.actions_by_name
    now = {name: actions[name].isEnabled() for name in ("train", "pause", "stop")}
    assert now == {"train": True, "pause": False, "stop": False}


def test_train_after_a_killed_engine_trains_with_a_new_one(opened):
    driver: Driver = opened(LONG)
    kill_engine(driver)
    driver.do("train")
    driver.until(lambda: driver.workspace.run.state == "training" and driver.workspace.run.step > 0)
    assert notice(driver) == ""


def test_closing_the_window_while_it_trains_leaves_no_engine(opened):
    driver: Driver = opened(LONG)
    driver.until_ready()
    driver.do("train")
    driver.until(lambda: driver.workspace.run.step > 0)
    engine = driver.workspace.engine_thread.engine_pid
    driver.window.close()
    assert ends(engine)


def test_closing_the_window_before_the_engine_is_up_leaves_no_engine(opened):
    driver: Driver = opened(LONG)
    driver.until(lambda: driver.workspace.engine_thread.engine_pid is not None)
    engine = driver.workspace.engine_thread.engine_pid
    driver.window.close()
    assert ends(engine)


def test_an_engine_that_cannot_be_started_is_one_sentence(opened, monkeypatch):
    monkeypatch.setattr("rnnviz.engine.client.sys.executable", "/nowhere/python")
    driver: Driver = opened(LONG)
    driver.until_state("lost")
    assert "Train starts a new engine" in notice(driver)


def test_an_engine_that_ends_at_once_is_one_sentence(opened, monkeypatch):
    monkeypatch.setattr("rnnviz.engine.client.sys.executable", "/bin/false")
    driver: Driver = opened(LONG)
    driver.until_state("lost")
    assert "Train starts a new engine" in notice(driver)


def test_train_after_an_engine_that_could_not_be_started_starts_one(opened, monkeypatch):
    with monkeypatch.context() as broken:
        broken.setattr("rnnviz.engine.client.sys.executable", "/nowhere/python")
        driver: Driver = opened(SMALL)
        driver.until_state("lost")
    driver.do("train")
    driver.until_state("finished")
    assert [record.epoch for record in driver.workspace.run.history] == [1, 2, 3]
