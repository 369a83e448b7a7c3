"""Train, pause, resume, one batch, one epoch, stop, reset: the real window, the real engine."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from tests.gui.driver import LONG, SMALL, Driver


def title(driver: Driver) -> str:
    return driver.window.actions_by_name["train"].text()


def enabled(driver: Driver, action: str) -> bool:
    return driver.window.actions_by_name[action].isEnabled()


def test_train_trains_all_epochs(driver: Driver):
    driver.train_to_the_end()
    assert [record.epoch for record in driver.workspace.run.history] == [1, 2, 3]


def test_every_batch_is_counted_once(driver: Driver):
    driver.train_to_the_end()
    assert len(driver.workspace.run.losses) == 15  # 3 epochs of 100 windows in batches of 20


def test_train_is_called_train_before_anything_was_learned(driver: Driver):
    assert title(driver) == "Train"


def test_train_is_called_retrain_when_the_run_is_over(driver: Driver):
    driver.train_to_the_end()
    assert title(driver) == "Retrain"


def test_one_batch_is_one_step(driver: Driver):
    driver.do("batch")
    driver.until(lambda: driver.workspace.run.step == 1)
    driver.until_state("paused")
    assert len(driver.workspace.run.losses) == 1


def test_one_epoch_is_one_record(driver: Driver):
    driver.do("epoch")
    driver.until(lambda: bool(driver.workspace.run.history))
    driver.until_state("paused")
    assert driver.workspace.run.step == 5


def test_a_batch_and_then_an_epoch_end_with_the_epoch(driver: Driver):
    driver.do("batch")
    driver.until(lambda: driver.workspace.run.step == 1)
    driver.do("epoch")
    driver.until(lambda: bool(driver.workspace.run.history))
    assert driver.workspace.run.step == 5


def test_after_one_batch_train_is_called_resume(driver: Driver):
    driver.do("batch")
    driver.until(lambda: driver.workspace.run.step == 1 and driver.workspace.run.state == "paused")
    assert title(driver) == "Resume"


def test_pause_holds_a_run_where_it_is(driver: Driver):
    driver.set_up(LONG)
    driver.do("train")
    driver.until(lambda: driver.workspace.run.step > 0)
    driver.do("pause")
    driver.until_state("paused")
    driver.until_rested()
    step = driver.workspace.run.step
    heard = len(driver.heard)
    driver.workspace.run.pause()  # the engine answers that it rests, after anything it still had
    driver.until(lambda: len(driver.heard) > heard)
    assert driver.workspace.run.step == step


def test_resume_goes_on_from_there(driver: Driver):
    driver.set_up(LONG)
    driver.do("train")
    driver.until(lambda: driver.workspace.run.step > 0)
    driver.do("pause")
    driver.until_state("paused")
    run, step = driver.workspace.run.number, driver.workspace.run.step
    driver.do("train")
    driver.until(lambda: driver.workspace.run.step > step)
    assert driver.workspace.run.number == run


def test_stop_ends_a_run_and_keeps_its_history(driver: Driver):
    driver.set_up(LONG)
    driver.do("train")
    driver.until(lambda: len(driver.workspace.run.history) >= 2)
    driver.do("stop")
    driver.until_state("stopped")
    assert len(driver.workspace.run.history) >= 2


def test_a_stopped_run_begins_anew_when_it_is_trained_again(driver: Driver):
    driver.do("epoch")
    driver.until(
        lambda: bool(driver.workspace.run.history) and driver.workspace.run.state == "paused"
    )
    driver.do("stop")
    driver.until_state("stopped")
    driver.train_to_the_end()
    assert [record.epoch for record in driver.workspace.run.history] == [1, 2, 3]


def test_reset_forgets_the_history(driver: Driver):
    driver.train_to_the_end()
    driver.do("reset")
    driver.until_ready()
    assert driver.workspace.run.history == []


def test_reset_gives_the_same_start_again(driver: Driver):
    before = driver.workspace.view_state.trace.hidden
    driver.train_to_the_end()
    driver.do("reset")
    driver.until_ready()
    np.testing.assert_array_equal(driver.workspace.view_state.trace.hidden, before)


def test_after_a_reset_the_same_losses_come_again(driver: Driver):
    driver.train_to_the_end()
    before = driver.workspace.run.losses.curve()[1].copy()
    driver.do("reset")
    driver.until_ready()
    driver.train_to_the_end()
    np.testing.assert_array_equal(driver.workspace.run.losses.curve()[1], before)


def test_while_it_trains_only_what_makes_sense_can_be_pressed(driver: Driver):
    driver.set_up(LONG)
    driver.do("train")
    driver.until(lambda: driver.workspace.run.step > 0)
    now = {name: enabled(driver, name) for name in ("train", "pause", "batch", "epoch", "stop")}
    assert now == {"train": False, "pause": True, "batch": False, "epoch": False, "stop": True}


def test_the_history_can_be_saved_while_it_trains(driver: Driver):
    driver.set_up(LONG)
    driver.do("train")
    driver.until(lambda: bool(driver.workspace.run.history))
    assert enabled(driver, "save_history")


def test_reset_ends_a_run_that_trains(driver: Driver):
    driver.set_up(LONG)
    driver.do("train")
    driver.until(lambda: driver.workspace.run.step > 0)
    driver.do("reset")
    driver.until_ready()
    assert driver.workspace.run.step == 0


def test_the_live_trace_follows_the_weights_while_it_trains(driver: Driver):
    driver.set_up(LONG)
    before = driver.workspace.view_state.trace.hidden
    driver.do("train")
    driver.until(lambda: not np.array_equal(driver.workspace.view_state.trace.hidden, before))
    assert driver.workspace.run.state == "training"


def test_train_with_its_key_trains(driver: Driver):

    driver.key(Qt.Key.Key_T, Qt.KeyboardModifier.ControlModifier)
    driver.until_state("finished")
    assert len(driver.workspace.run.history) == SMALL.training.epochs


def test_a_click_on_train_trains(driver: Driver):

    QTest.mouseClick(driver.button("train"), Qt.MouseButton.LeftButton)
    driver.until_state("finished")
    assert len(driver.workspace.run.history) == SMALL.training.epochs
