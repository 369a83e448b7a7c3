"""Learning rate and clipping norm turn while it trains; all other knobs make a run stale."""

from __future__ import annotations

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from rnnviz.experiment import Experiment, knobs
from rnnviz.learning.training.trainer import Trainer
from tests.gui.driver import LONG, SMALL, Driver

LIVE = ["training.learning_rate", "training.clip_norm"]
REST = [path for path, knob in knobs(Experiment()) if path not in LIVE and not knob.choices]


def press(driver: Driver, path: str, *keys: Qt.Key) -> None:
    slider = driver.row(path).slider
    slider.setFocus(Qt.FocusReason.TabFocusReason)
    for key in keys:
        QTest.keyClick(slider, key)


def one_epoch(driver: Driver) -> None:
    so_far = len(driver.workspace.run.history)
    driver.do("epoch")
    driver.until(lambda: len(driver.workspace.run.history) > so_far)
    driver.until_state("paused")


def title(driver: Driver) -> str:
    return driver.window.actions_by_name["train"].text()


def valid_losses(driver: Driver) -> list[float]:
    return [record.valid_loss for record in driver.workspace.run.history]


@pytest.mark.parametrize("path", LIVE)
def test_a_live_knob_moved_between_two_epochs_acts_on_the_second(driver: Driver, path: str):
    one_epoch(driver)
    press(driver, path, Qt.Key.Key_Right, Qt.Key.Key_Right)
    one_epoch(driver)
    direct = Trainer(SMALL)
    while not direct.history:
        direct.train_batch()
    moved = driver.workspace.draft.experiment.training
    direct.adjust(moved)
    while len(direct.history) < 2:
        direct.train_batch()
    assert valid_losses(driver) == [record.valid_loss for record in direct.history]


@pytest.mark.parametrize("path", LIVE)
def test_a_live_knob_moved_before_training_acts_on_it(driver: Driver, path: str):
    press(driver, path, Qt.Key.Key_Right, Qt.Key.Key_Right)
    one_epoch(driver)
    direct = Trainer(driver.workspace.draft.experiment)
    while not direct.history:
        direct.train_batch()
    assert valid_losses(driver) == [record.valid_loss for record in direct.history]


def test_a_live_knob_moved_while_the_engine_prepares_acts_on_the_run(driver: Driver):
    driver.workspace.reset()
    assert driver.workspace.run.state == "preparing"
    press(driver, "training.learning_rate", Qt.Key.Key_End)  # 1.0
    driver.until_state("paused")
    one_epoch(driver)
    direct = Trainer(SMALL.with_value("training.learning_rate", 1.0))
    while not direct.history:
        direct.train_batch()
    assert valid_losses(driver) == [record.valid_loss for record in direct.history]


@pytest.mark.parametrize("path", LIVE)
def test_a_live_knob_does_not_make_a_run_stale(driver: Driver, path: str):
    one_epoch(driver)
    press(driver, path, Qt.Key.Key_Right)
    assert title(driver) == "Resume"


def test_a_live_knob_does_not_restart_a_run_that_trains(driver: Driver):
    driver.set_up(LONG)
    driver.panel("experiment").retrain.setChecked(True)
    driver.do("train")
    driver.until(lambda: driver.workspace.run.step > 0)
    run, step = driver.workspace.run.number, driver.workspace.run.step
    press(driver, "training.learning_rate", Qt.Key.Key_Left)
    driver.until(lambda: driver.workspace.run.step > step + 100)
    assert driver.workspace.run.number == run


@pytest.mark.parametrize("path", REST)
def test_any_other_knob_makes_train_retrain(driver: Driver, path: str):
    one_epoch(driver)
    press(driver, path, Qt.Key.Key_Right)
    assert title(driver) == "Retrain"


def test_a_knob_put_back_makes_the_run_fresh_again(driver: Driver):
    one_epoch(driver)
    press(driver, "training.seed", Qt.Key.Key_Right, Qt.Key.Key_Left)
    assert title(driver) == "Resume"


def test_a_stale_run_stays_on_the_screen(driver: Driver):
    driver.train_to_the_end()
    press(driver, "network.hidden", Qt.Key.Key_Right)
    assert len(driver.workspace.run.history) == 3


def test_a_stale_run_can_be_looked_into(driver: Driver):
    driver.train_to_the_end()
    press(driver, "network.hidden", Qt.Key.Key_Right)
    before = driver.workspace.view_state.trace
    driver.do("previous_epoch")
    driver.do("previous_epoch")
    driver.until(lambda: driver.workspace.view_state.trace is not before)
    assert driver.workspace.view_state.trace.units == SMALL.network.hidden


def test_the_status_line_says_that_other_settings_were_trained(driver: Driver):
    driver.train_to_the_end()
    press(driver, "network.hidden", Qt.Key.Key_Right)
    driver.until_drawn()
    assert "other settings" in driver.window.status_line.state.text()


def test_retrain_takes_the_new_settings(driver: Driver):
    driver.train_to_the_end()
    press(driver, "task.window", Qt.Key.Key_Right)
    driver.train_to_the_end()
    assert driver.workspace.view_state.trace.timesteps == driver.workspace.draft.experiment.value(
        "task.window"
    )


def test_retrain_as_i_move_trains_again_by_itself(driver: Driver):
    driver.train_to_the_end()
    driver.panel("experiment").retrain.click()
    press(driver, "task.window", Qt.Key.Key_Right)
    wanted = driver.workspace.draft.experiment
    driver.until(lambda: driver.workspace.run.experiment == wanted)
    driver.until_state("finished")
    assert len(driver.workspace.run.history) == 3


def test_without_retrain_as_i_move_a_run_waits_to_be_asked(driver: Driver):
    driver.train_to_the_end()
    press(driver, "task.window", Qt.Key.Key_Right)
    assert not driver.workspace.due


def test_many_moves_in_a_row_restart_once(driver: Driver):
    driver.train_to_the_end()
    driver.panel("experiment").retrain.click()
    run = driver.workspace.run.number
    press(driver, "task.window", *[Qt.Key.Key_Right] * 5)
    wanted = driver.workspace.draft.experiment
    driver.until(lambda: driver.workspace.run.experiment == wanted)
    assert driver.workspace.run.number == run + 1


def test_before_anything_was_trained_the_network_follows_without_training(driver: Driver):
    press(driver, "task.window", Qt.Key.Key_Right)
    driver.until_ready()
    assert driver.workspace.run.step == 0


def test_the_learning_rate_of_a_run_is_that_of_the_slider_while_it_trains(driver: Driver):
    driver.set_up(LONG)
    driver.do("train")
    driver.until(lambda: driver.workspace.run.step > 0)
    press(driver, "training.learning_rate", Qt.Key.Key_Left)
    assert driver.workspace.run.experiment == msgspec.structs.replace(
        LONG, training=driver.workspace.draft.experiment.training
    )
