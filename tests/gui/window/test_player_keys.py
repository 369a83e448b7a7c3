"""Every key of the player, pressed on the real window."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from tests.gui.driver import SINE, Driver

K = Qt.Key
NONE, CTRL, SHIFT = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
)
LAST = SINE.window - 1


def at(driver: Driver, timestep: int, *keys: Qt.Key, modifier: Qt.KeyboardModifier = NONE) -> int:
    """The timestep after pressing keys at one."""
    driver.workspace.player.go_to(timestep)
    for key in keys:
        driver.key(key, modifier)
    return driver.workspace.player.timestep


def test_right_goes_one_timestep_on(driver: Driver):
    assert at(driver, 3, K.Key_Right) == 4


def test_left_goes_one_timestep_back(driver: Driver):
    assert at(driver, 3, K.Key_Left) == 2


def test_shift_and_right_go_ten_timesteps_on(driver: Driver):
    assert at(driver, 1, K.Key_Right, modifier=SHIFT) == 11


def test_shift_and_left_go_ten_timesteps_back(driver: Driver):
    assert at(driver, 11, K.Key_Left, modifier=SHIFT) == 1


def test_home_goes_to_the_first_timestep(driver: Driver):
    assert at(driver, 5, K.Key_Home) == 0


def test_end_goes_to_the_last_timestep(driver: Driver):
    assert at(driver, 5, K.Key_End) == LAST


def test_stepping_past_the_last_timestep_stays_on_it(driver: Driver):
    assert at(driver, LAST, K.Key_Right) == LAST


def test_stepping_before_the_first_timestep_stays_on_it(driver: Driver):
    assert at(driver, 0, K.Key_Left) == 0


def test_ten_steps_beyond_the_end_stay_on_the_last(driver: Driver):
    assert at(driver, LAST - 2, K.Key_Right, modifier=SHIFT) == LAST


def test_space_plays(driver: Driver):
    driver.key(K.Key_Space)
    assert driver.workspace.player.playing


def test_space_pauses_what_plays(driver: Driver):
    driver.key(K.Key_Space)
    driver.key(K.Key_Space)
    assert not driver.workspace.player.playing


def test_a_step_by_hand_ends_playing(driver: Driver):
    driver.key(K.Key_Space)
    driver.key(K.Key_Right)
    assert not driver.workspace.player.playing


def test_brackets_change_the_speed(driver: Driver):
    speeds = []
    for text in "]" * 5 + "[" * 8:
        QTest.keyClicks(driver.window, text)
        speeds.append(driver.workspace.player.speed)
    assert speeds == [2, 4, 8, 16, 16, 8, 4, 2, 1, 0.5, 0.25, 0.25, 0.25]


def test_the_speed_is_shown(driver: Driver):
    QTest.keyClicks(driver.window, "]")
    assert driver.window.player_bar.speed.currentText() == "2×"


def test_l_loops_and_stops_looping(driver: Driver):
    driver.key(K.Key_L)
    looping = driver.workspace.player.loop
    driver.key(K.Key_L)
    assert (looping, driver.workspace.player.loop) == (True, False)


def test_ctrl_and_right_watch_the_next_example(driver: Driver):
    driver.key(K.Key_Right, CTRL)
    assert driver.workspace.player.example == 1


def test_ctrl_and_left_watch_the_example_before(driver: Driver):
    driver.workspace.player.show_example(5)
    driver.key(K.Key_Left, CTRL)
    assert driver.workspace.player.example == 4


def test_before_the_first_example_there_is_none(driver: Driver):
    driver.key(K.Key_Left, CTRL)
    assert driver.workspace.player.example == 0


def test_after_the_last_example_there_is_none(driver: Driver):
    driver.workspace.player.show_example(19)  # 120 windows, every sixth kept apart
    driver.key(K.Key_Right, CTRL)
    assert driver.workspace.player.example == 19


def test_page_up_goes_back_through_the_training_frames(driver: Driver):
    driver.train_to_the_end()
    seen = []
    for _ in range(5):
        driver.key(K.Key_PageUp)
        seen.append(driver.workspace.player.epoch)
    assert seen == [3, 2, 1, 0, 0]


def test_page_down_goes_on_through_the_training_frames_to_now(driver: Driver):
    driver.train_to_the_end()
    driver.workspace.player.show_epoch(1)
    seen = []
    for _ in range(4):
        driver.key(K.Key_PageDown)
        seen.append(driver.workspace.player.epoch)
    assert seen == [2, 3, None, None]


def test_without_a_trained_epoch_there_are_no_training_frames(driver: Driver):
    driver.key(K.Key_PageUp)
    assert driver.workspace.player.epoch is None


def test_escape_lets_the_selected_unit_go(driver: Driver):
    driver.workspace.view_state.select_unit(4)
    driver.key(K.Key_Escape)
    assert driver.workspace.view_state.unit is None


def test_escape_without_a_selected_unit_does_nothing(driver: Driver):
    driver.key(K.Key_Escape)
    assert driver.workspace.view_state.unit is None


@pytest.mark.parametrize("action", ["train", "pause", "next", "play", "loop"])
def test_a_click_on_a_button_leaves_the_keys_to_the_player(driver: Driver, action: str):
    driver.workspace.player.go_to(3)
    QTest.mouseClick(driver.button(action), Qt.MouseButton.LeftButton)
    driver.workspace.player.scrub(3)
    driver.key(K.Key_Right)
    assert driver.workspace.player.timestep == 4


def test_a_click_on_a_knobs_slider_leaves_the_arrows_to_the_player(driver: Driver):
    slider = driver.row("task.window").slider
    QTest.mouseClick(slider, Qt.MouseButton.LeftButton, pos=QPoint(slider.width() - 4, 8))
    assert at(driver, 3, K.Key_Right) == 4


def test_a_slider_reached_with_tab_has_the_arrows(driver: Driver):
    slider = driver.row("task.window").slider
    slider.setFocus(Qt.FocusReason.TabFocusReason)
    assert at(driver, 3, K.Key_Right) == 3


def test_choosing_an_order_of_units_leaves_the_arrows_to_the_player(driver: Driver):
    QTest.mouseClick(driver.button("next"), Qt.MouseButton.LeftButton)
    box = driver.panel("hidden").order_choice
    box.showPopup()
    driver.until(box.view().isVisible)
    QTest.keyClick(box.view(), K.Key_Down)
    QTest.keyClick(box.view(), K.Key_Return)
    driver.until(lambda: not box.view().isVisible())
    assert at(driver, 3, K.Key_Right) == 4
