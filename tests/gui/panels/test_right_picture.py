"""What is shown is what is named: the picture's run, example and epoch are the player's."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from rnnviz.engine.messages import LiveTrace
from rnnviz.experiment import Experiment, Network, Training
from rnnviz.gui.model.player import Player
from rnnviz.gui.model.view_state import Subject
from rnnviz.learning.training.trainer import Trainer
from rnnviz.tasks import Sine
from rnnviz.tasks.characters import Characters
from tests.gui.driver import LONG, SMALL, Driver
from tests.gui.processes import ends

LARGE = Experiment(
    task=Sine(window=2, windows=60),
    network=Network(cell="LSTM", hidden=512, layers=4),
    training=Training(epochs=11, batch=512, device="cpu"),
)
"""Of its weights, 28 MiB, nine epochs are kept."""


def inputs(example: int) -> np.ndarray:
    return SMALL.task.open(0).examples.valid.inputs[example]


def after(experiment: Experiment, epoch: int, example: int = 0) -> np.ndarray:
    """The hidden states of an example after so many epochs, by a run of its own."""
    trainer = Trainer(experiment)
    while trainer.epoch < epoch:
        trainer.train_batch()
    return trainer.trace(example, parts=()).hidden


def empty(driver: Driver, panel: str) -> str:
    return driver.panel(panel).empty_text


def is_shown(driver: Driver, example: int, epoch: int | None = None) -> bool:
    return driver.workspace.view_state.subject == Subject(
        driver.workspace.run.number, example, epoch
    )


@pytest.fixture
def stopped(driver: Driver) -> Iterator[Callable[[], None]]:
    """An engine that stands still until it is called."""
    engine = driver.workspace.engine_thread.engine_pid
    os.kill(engine, signal.SIGSTOP)
    yield lambda: os.kill(engine, signal.SIGCONT)
    os.kill(engine, signal.SIGCONT)


@pytest.mark.parametrize("paused", [True, False])
def test_an_example_chosen_while_the_network_is_prepared_is_the_one_shown(
    driver: Driver, paused: bool
):
    (driver.workspace.reset if paused else driver.workspace.begin)()
    assert driver.workspace.run.state == "preparing"
    driver.workspace.player.show_example(1)
    driver.until(lambda: is_shown(driver, 1))
    driver.until_state("paused" if paused else "finished")
    driver.until_rested()
    assert is_shown(driver, 1)
    np.testing.assert_array_equal(driver.workspace.view_state.trace.inputs, inputs(1))


def test_an_example_that_the_next_task_does_not_have_becomes_the_last_it_has(driver: Driver):
    driver.workspace.player.show_example(19)
    driver.workspace.draft.replace(SMALL.with_value("task.windows", 60), "fewer")
    driver.workspace.reset()
    driver.workspace.player.show_example(18)
    driver.until_ready()
    assert driver.workspace.player.example == driver.workspace.player.examples - 1 == 9
    driver.until(lambda: is_shown(driver, 9))
    assert driver.notices == [""]


def test_live_traces_leave_an_epoch_that_is_looked_at_alone(driver: Driver):
    driver.set_up(LONG)
    driver.do("train")
    driver.until(lambda: len(driver.workspace.run.history) >= 2)
    driver.workspace.player.show_epoch(1)
    driver.until(lambda: is_shown(driver, 0, 1))
    before = len(driver.reports(LiveTrace))
    driver.until(lambda: len(driver.reports(LiveTrace)) > before + 3)
    assert is_shown(driver, 0, 1)
    np.testing.assert_allclose(driver.workspace.view_state.trace.hidden, after(LONG, 1), atol=1e-6)


def test_panels_say_that_they_wait_for_an_example_that_is_late(driver: Driver, stopped):
    driver.workspace.player.show_example(1)
    driver.until(lambda: "Example 2 is being computed" in empty(driver, "sequence"))
    driver.until_drawn()
    for panel in ("sequence", "hidden", "change", "notepad"):
        assert "Example 2 is being computed" in empty(driver, panel), panel
    assert not driver.panel("sequence").plot.isVisible()
    stopped()
    driver.until(lambda: is_shown(driver, 1))
    driver.until_drawn()
    assert driver.panel("sequence").plot.isVisible()
    assert driver.panel("notepad").cells.isVisible()
    assert empty(driver, "sequence") == empty(driver, "notepad") == ""


def test_units_can_be_put_in_order_while_panels_wait(driver: Driver, stopped):
    driver.workspace.player.show_example(1)
    driver.until(lambda: bool(empty(driver, "sequence")))
    driver.workspace.view_state.order_by("peak")
    stopped()
    driver.until(lambda: is_shown(driver, 1))
    driver.until(lambda: list(driver.workspace.view_state.scene.order) != list(range(9)))


def test_back_at_the_example_that_is_shown_nothing_is_waited_for(driver: Driver, stopped):
    driver.workspace.player.show_example(1)
    driver.until(lambda: bool(empty(driver, "sequence")))
    driver.workspace.player.show_example(0)
    driver.until_drawn()
    assert empty(driver, "sequence") == ""
    np.testing.assert_array_equal(driver.workspace.view_state.scene.trace.inputs, inputs(0))


@pytest.mark.parametrize("train", [True, False])
def test_the_first_picture_of_a_window_is_the_one_that_it_names(opened, train: bool):
    driver: Driver = opened(SMALL, train=train)
    driver.until_state("finished" if train else "paused")
    driver.until_rested()
    driver.until(lambda: not driver.workspace.view_state.waiting)
    driver.until_drawn()
    assert is_shown(driver, 0)
    assert empty(driver, "sequence") == empty(driver, "notepad") == ""


# --- without an engine -------------------------------------------------------------------


def test_without_an_engine_the_player_stays_with_the_picture(opened):
    driver: Driver = opened(LONG)
    driver.until_ready()
    driver.do("train")
    driver.until(lambda: len(driver.workspace.run.history) >= 2)
    driver.workspace.player.show_epoch(1)
    driver.until(lambda: is_shown(driver, 0, 1))
    engine = driver.workspace.engine_thread.engine_pid
    os.kill(engine, signal.SIGSTOP)
    driver.workspace.player.show_example(1)  # on its way when the engine dies
    os.kill(engine, signal.SIGKILL)
    driver.until_state("lost")
    driver.until_drawn()
    assert ends(engine)
    player, bar = driver.workspace.player, driver.window.player_bar
    assert (player.example, player.epoch) == (0, 1)
    assert bar.example_text.text() == "1/100"
    assert bar.epoch_text.text() == f"1/{len(driver.workspace.run.history)}"
    for action in ("previous_example", "next_example", "previous_epoch", "next_epoch"):
        assert not driver.window.actions_by_name[action].isEnabled(), action
    assert not bar.epoch.isEnabled()
    player.show_example(1)
    player.show_epoch(0)
    player.step_epoch(-1)
    assert is_shown(driver, player.example, player.epoch)
    assert empty(driver, "sequence") == ""
    driver.do("train")
    driver.until(lambda: bool(driver.workspace.run.history) and is_shown(driver, 0))
    player.show_example(1)
    driver.until(lambda: is_shown(driver, 1))


def test_a_run_that_cannot_begin_leaves_no_picture_of_another(driver: Driver, tmp_path):
    missing = Experiment(task=Characters(file=str(tmp_path / "none.txt")))
    driver.workspace.draft.replace(missing.with_value("training.device", "cpu"), "missing")
    driver.workspace.reset()
    driver.until_state("failed")
    driver.until_drawn()
    assert driver.workspace.view_state.trace is None
    assert "none.txt" in driver.notices[-1]
    assert empty(driver, "hidden") == "Every hidden unit at every timestep will be here."


# --- epochs that are not kept ------------------------------------------------------------


def test_only_epochs_that_are_kept_are_offered(opened):
    driver: Driver = opened(LARGE)
    driver.until_ready()
    driver.do("train")
    driver.until_state("finished")
    player, bar = driver.workspace.player, driver.window.player_bar
    assert (player.epochs, player.stride) == (11, 2)
    bar.epoch.setValue(3)
    assert (player.epoch, bar.epoch.value(), bar.epoch_text.text()) == (2, 2, "2/11")
    driver.until(lambda: is_shown(driver, 0, 2))
    np.testing.assert_allclose(driver.workspace.view_state.trace.hidden, after(LARGE, 2), atol=1e-5)
    bar.epoch.setValue(3)  # the handle is let go beside the place where it was
    assert bar.epoch.value() == 2


@pytest.fixture
def player(unplugged) -> Player:
    return unplugged().workspace.player


def test_steps_go_from_one_kept_epoch_to_the_next(player: Player):
    player.set_epochs(11, 4)
    seen = []
    for by in (-1, -1, -1, -1, -1, 1, 1, 1, 1, 1):
        player.step_epoch(by)
        seen.append(player.epoch)
    assert seen == [11, 8, 4, 0, 0, 4, 8, 11, None, None]


def test_an_epoch_that_is_kept_no_longer_becomes_the_one_before_it(player: Player):
    player.set_epochs(7, 1)
    player.show_epoch(7)
    player.set_epochs(8, 4)
    assert player.epoch == 4
