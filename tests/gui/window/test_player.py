"""Playing by itself, looping, scrubbing with the mouse, and what the player bar shows."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from rnnviz.gui.model.clock import FrameClock
from rnnviz.gui.model.player import SPEEDS, TIMESTEPS_PER_SECOND, Player
from tests.gui.driver import SINE, Driver, click_at, drag, pixel

STEPS = SINE.window
LAST = STEPS - 1


def bar_text(driver: Driver, which: str) -> str:
    return getattr(driver.window.player_bar, f"{which}_text").text()


def slider_place(driver: Driver, which: str, value: int) -> QPoint:
    """Where the slider's handle stands for a value."""
    slider = getattr(driver.window.player_bar, which)
    handle = slider.handle().width()
    room = slider.width() - handle
    x = handle / 2 + room * value / slider.maximum()
    return QPoint(round(x), slider.height() // 2)


# --- a player with a clock that the test turns ----------------------------------------


@pytest.fixture
def player(qapp) -> Iterator[Player]:
    clock = FrameClock()
    player = Player(clock)
    player.set_timesteps(100)
    player.set_examples(5)
    player.go_to(0)
    yield player
    clock.deleteLater()  # here: its timer belongs to this thread


def frames(player: Player, seconds: float, count: int = 1) -> None:
    for _ in range(count):
        player.clock.ticked.emit(seconds)


@pytest.mark.parametrize("speed", SPEEDS)
def test_at_each_speed_it_goes_that_many_times_as_fast(player: Player, speed: float):
    player.set_speed(speed)
    player.play()
    frames(player, 0.0625, 8)  # half a second, in parts that are exact in binary
    assert player.timestep == min(99, int(0.5 * speed * TIMESTEPS_PER_SECOND))


def test_parts_of_a_timestep_add_up(player: Player):
    player.play()
    frames(player, 1 / 64, 64)  # a sixth of a timestep in each frame
    assert player.timestep == TIMESTEPS_PER_SECOND


def test_it_stops_on_the_last_timestep(player: Player):
    player.play()
    frames(player, 1.0, 20)
    assert (player.timestep, player.playing) == (99, False)


def test_with_loop_it_begins_again(player: Player):
    player.set_loop(True)
    player.go_to(95)
    player.play()
    frames(player, 1.0)
    assert (player.timestep, player.playing) == (5, True)


def test_playing_from_the_last_timestep_begins_at_the_first(player: Player):
    player.go_to(99)
    player.play()
    assert player.timestep == 0


def test_who_stood_on_the_last_timestep_stays_on_the_last_of_a_longer_sequence(player: Player):
    player.go_to(99)
    player.set_timesteps(200)
    assert player.timestep == 199


def test_a_place_in_the_middle_stays_when_the_sequence_grows(player: Player):
    player.go_to(40)
    player.set_timesteps(200)
    assert player.timestep == 40


def test_a_place_beyond_a_shorter_sequence_moves_to_its_end(player: Player):
    player.go_to(40)
    player.set_timesteps(10)
    assert player.timestep == 9


def test_an_example_that_is_gone_becomes_the_last_there_is(player: Player):
    player.show_example(4)
    player.set_examples(2)
    assert player.example == 1


def test_a_training_frame_that_is_gone_becomes_now(player: Player):
    player.set_epochs(9)
    player.show_epoch(7)
    player.set_epochs(2)
    assert player.epoch is None


# --- the real window ------------------------------------------------------------------


def test_playing_goes_to_the_end_by_itself_and_stops(driver: Driver):
    driver.workspace.player.set_speed(16)
    driver.key(Qt.Key.Key_Space)
    driver.until(lambda: not driver.workspace.player.playing)
    assert driver.workspace.player.timestep == LAST


def test_playing_passes_every_timestep_in_order(driver: Driver):
    seen: list[int] = []
    player = driver.workspace.player
    player.timestep_changed.connect(lambda: seen.append(player.timestep))
    player.set_speed(2)
    player.toggle()
    driver.until(lambda: not player.playing)
    assert seen == sorted(seen)


def test_when_it_stops_the_clock_rests(driver: Driver):
    driver.workspace.player.set_speed(16)
    driver.key(Qt.Key.Key_Space)
    driver.until(lambda: not driver.workspace.player.playing)
    driver.until_drawn()
    assert not driver.workspace.clock.running


def test_with_loop_it_comes_by_the_first_timestep_again(driver: Driver):
    player = driver.workspace.player
    player.set_speed(16)
    player.set_loop(True)
    player.toggle()
    driver.until(lambda: player.timestep > 6)
    driver.until(lambda: player.timestep < 6)
    assert player.playing


def test_the_button_shows_that_it_can_pause(driver: Driver):
    driver.workspace.player.toggle()
    assert driver.window.actions_by_name["play"].text() == "Pause"


def test_the_timeline_goes_where_it_is_clicked(driver: Driver):
    slider = driver.window.player_bar.timestep
    QTest.mouseClick(slider, Qt.MouseButton.LeftButton, pos=slider_place(driver, "timestep", 4))
    assert driver.workspace.player.timestep == 4


def test_the_timeline_can_be_dragged(driver: Driver):
    slider = driver.window.player_bar.timestep
    drag(slider, *[slider_place(driver, "timestep", t) for t in (11, 8, 5, 2)])
    assert driver.workspace.player.timestep == 2


def test_the_epochs_can_be_dragged(driver: Driver):
    driver.train_to_the_end()
    slider = driver.window.player_bar.epoch
    drag(slider, *[slider_place(driver, "epoch", e) for e in (4, 3, 2, 1)])
    assert driver.workspace.player.epoch == 1


def test_scrubbing_ends_playing(driver: Driver):
    driver.workspace.player.toggle()
    slider = driver.window.player_bar.timestep
    QTest.mouseClick(slider, Qt.MouseButton.LeftButton, pos=slider_place(driver, "timestep", 4))
    assert not driver.workspace.player.playing


@pytest.mark.parametrize("name", ["sequence", "hidden", "change", "saliency"])
def test_a_click_in_a_panel_along_time_goes_there(driver: Driver, name: str):
    plot = driver.panel(name).plot
    (_, _), (low, high) = plot.box.viewRange()
    click_at(plot, 5, (low + high) / 2)  # timesteps are counted from 1 on the screen
    assert driver.workspace.player.timestep == 4


def test_a_drag_in_a_panel_along_time_scrubs(driver: Driver):
    plot = driver.panel("sequence").plot
    drag(plot.viewport(), *[pixel(plot, x, 0) for x in (9, 7, 5, 3)])
    assert driver.workspace.player.timestep == 2


def test_a_drag_beyond_the_edge_stays_on_the_first_timestep(driver: Driver):
    plot = driver.panel("sequence").plot
    drag(plot.viewport(), pixel(plot, 9, 0), QPoint(1, 20))
    assert driver.workspace.player.timestep == 0


def test_the_bar_counts_timesteps_from_1(driver: Driver):
    driver.workspace.player.go_to(4)
    assert bar_text(driver, "timestep") == f"5/{STEPS}"


def test_the_bar_counts_examples_from_1(driver: Driver):
    driver.do("next_example")
    assert bar_text(driver, "example") == "2/20"


def test_the_bar_says_now_while_no_training_frame_is_looked_at(driver: Driver):
    assert bar_text(driver, "epoch") == "now"


def test_the_bar_names_the_training_frame(driver: Driver):
    driver.train_to_the_end()
    driver.workspace.player.show_epoch(2)
    assert bar_text(driver, "epoch") == "2/3"


def test_a_speed_can_be_chosen_from_the_list(driver: Driver):
    box = driver.window.player_bar.speed
    box.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(box, Qt.Key.Key_Down)
    assert driver.workspace.player.speed == 2


def test_retraining_while_the_untrained_network_is_looked_at_comes_back_to_now(driver: Driver):
    driver.train_to_the_end()
    driver.workspace.player.show_epoch(0)
    driver.do("train")
    driver.until_state("finished")
    assert driver.workspace.player.epoch is None
