"""Where the player stands, and what it says when that changes: without a window."""

from __future__ import annotations

import pytest

from rnnviz.gui.model.clock import FrameClock
from rnnviz.gui.model.player import SPEEDS, Player


class Told:
    """How often each signal of a player was emitted since it was last asked."""

    def __init__(self, player: Player) -> None:
        self._counts = {"timestep": 0, "example": 0, "epoch": 0, "changed": 0}
        player.timestep_changed.connect(lambda: self._count("timestep"))
        player.example_changed.connect(lambda: self._count("example"))
        player.epoch_changed.connect(lambda: self._count("epoch"))
        player.changed.connect(lambda: self._count("changed"))

    def _count(self, name: str) -> None:
        self._counts[name] += 1

    def since(self) -> dict[str, int]:
        told = {name: count for name, count in self._counts.items() if count}
        self._counts = dict.fromkeys(self._counts, 0)
        return told


@pytest.fixture
def player(qapp: object) -> Player:
    """On the third of ten timesteps, the first of five examples, now, after twelve epochs of
    which every third is kept."""
    player = Player(FrameClock())
    player.set_timesteps(10)
    player.go_to(2)
    player.set_examples(5)
    player.set_epochs(12, 3)
    return player


@pytest.fixture
def told(player: Player) -> Told:
    return Told(player)


def test_a_new_player_stands_at_the_beginning_of_nothing(qapp: object):
    new = Player(FrameClock())
    assert (new.timestep, new.timesteps, new.example, new.examples) == (0, 0, 0, 0)
    assert (new.epoch, new.epochs, new.stride) == (None, 0, 1)
    assert (new.held, new.playing, new.speed, new.loop) == (False, False, 1.0, False)


@pytest.mark.parametrize(("asked", "there"), [(-3, 0), (0, 0), (9, 9), (10, 9), (99, 9)])
def test_it_goes_to_the_nearest_timestep_that_there_is(player: Player, asked: int, there: int):
    player.go_to(asked)
    assert player.timestep == there


def test_a_move_is_told_once_and_no_move_is_not(player: Player, told: Told):
    player.go_to(4)
    assert told.since() == {"timestep": 1}
    player.go_to(4)
    assert told.since() == {}


@pytest.mark.parametrize(("asked", "there"), [(-3, 0), (4, 4), (5, 4)])
def test_it_shows_the_nearest_example_that_there_is(player: Player, asked: int, there: int):
    player.show_example(2)
    player.show_example(asked)
    assert player.example == there


def test_another_example_is_told_once(player: Player, told: Told):
    player.show_example(3)
    player.show_example(3)
    assert told.since() == {"example": 1}


@pytest.mark.parametrize(
    ("asked", "there"), [(-1, 0), (0, 0), (2, 0), (3, 3), (11, 9), (12, 12), (13, None)]
)
def test_it_shows_the_nearest_epoch_before_that_is_kept(
    player: Player, asked: int, there: int | None
):
    player.show_epoch(6)
    player.show_epoch(asked)
    assert player.epoch == there


def test_where_every_epoch_is_kept_the_untrained_network_can_be_shown(player: Player):
    player.set_epochs(4)
    player.show_epoch(0)
    assert player.epoch == 0


def test_another_epoch_is_told_once(player: Player, told: Told):
    player.show_epoch(3)
    player.show_epoch(3)
    assert told.since() == {"epoch": 1}


def test_epochs_are_stepped_through_as_they_are_kept_and_now_is_behind_the_last(player: Player):
    player.set_epochs(13, 6)
    seen = []
    for _ in range(6):
        seen.append(player.epoch)
        player.step_epoch(-1)
    assert seen == [None, 13, 12, 6, 0, 0]
    player.step_epoch(2)
    assert player.epoch == 12
    player.step_epoch(5)
    assert player.epoch is None


def test_fewer_kept_epochs_move_who_looked_at_one_that_is_gone(player: Player, told: Told):
    player.show_epoch(9)
    told.since()
    player.set_epochs(12, 6)
    assert player.epoch == 6
    assert told.since() == {"epoch": 1, "changed": 1}
    player.set_epochs(12, 6)
    assert told.since() == {}


def test_who_looks_at_now_stays_there_when_an_epoch_ends(player: Player, told: Told):
    player.set_epochs(15, 3)
    assert player.epoch is None
    assert told.since() == {"changed": 1}


def test_while_it_is_held_no_other_example_or_epoch_is_shown(player: Player, told: Told):
    player.hold(1, 3)
    assert (player.example, player.epoch) == (1, 3)
    assert told.since() == {"example": 1, "epoch": 1, "changed": 1}
    player.show_example(2)
    player.show_epoch(6)
    player.step_epoch(1)
    assert (player.example, player.epoch) == (1, 3)
    assert told.since() == {}
    player.release()
    player.show_example(2)
    player.show_epoch(6)
    assert (player.example, player.epoch) == (2, 6)
    assert told.since() == {"changed": 1, "example": 1, "epoch": 1}


def test_a_longer_sequence_is_told_once(player: Player, told: Told):
    player.set_timesteps(12)
    player.set_timesteps(12)
    assert told.since() == {"changed": 1}


def test_another_number_of_examples_is_told_once(player: Player, told: Told):
    player.set_examples(4)
    player.set_examples(4)
    assert told.since() == {"changed": 1}


def test_there_is_nothing_to_play_in_one_timestep(player: Player):
    player.set_timesteps(1)
    player.play()
    assert not player.playing


def test_two_timesteps_can_be_played(player: Player):
    player.set_timesteps(2)
    player.play()
    assert player.playing


def test_play_and_pause_take_turns_and_are_told(player: Player, told: Told):
    player.toggle()
    assert player.playing
    player.toggle()
    assert not player.playing
    assert told.since() == {"changed": 2}
    player.pause()
    assert told.since() == {}


def test_who_plays_on_the_last_timestep_begins_at_the_first(player: Player):
    player.go_to(9)
    player.play()
    assert (player.timestep, player.playing) == (0, True)


def test_a_step_by_hand_ends_playing(player: Player):
    player.play()
    player.step(3)
    assert player.timestep == 5
    assert not player.playing


@pytest.mark.parametrize(("asked", "taken"), [(0.1, 0.25), (1.1, 1.0), (3.5, 4.0), (99, 16.0)])
def test_it_takes_the_nearest_speed(player: Player, told: Told, asked: float, taken: float):
    player.set_speed(asked)
    assert player.speed == taken
    assert told.since() == {"changed": 1}


def test_each_speed_is_twice_the_one_before():
    assert tuple(2.0**power for power in range(-2, 5)) == SPEEDS


def test_speeds_go_up_and_down_one_by_one_to_their_ends(player: Player):
    player.set_speed(SPEEDS[0])
    up = []
    for _ in range(len(SPEEDS) + 1):
        up.append(player.speed)
        player.faster()
    assert up == [*SPEEDS, SPEEDS[-1]]
    player.faster(-1)
    assert player.speed == SPEEDS[-2]
    player.faster(-99)
    assert player.speed == SPEEDS[0]


def test_with_loop_it_goes_past_the_end_by_as_much_as_is_left(player: Player, told: Told):
    player.set_loop(True)
    assert told.since() == {"changed": 1}
    player.go_to(8)
    player.play()
    player.clock.ticked.emit(0.5)  # five timesteps at speed 1
    assert player.timestep == 3
    assert player.playing


def test_what_is_left_of_a_timestep_is_forgotten_when_it_plays_again(player: Player):
    player.play()
    player.clock.ticked.emit(0.09)
    player.pause()
    player.play()
    player.clock.ticked.emit(0.09)
    assert player.timestep == 2
    player.clock.ticked.emit(0.02)
    assert player.timestep == 3


def test_a_clock_that_ticks_for_others_does_not_move_who_stands(player: Player):
    player.clock.ticked.emit(5.0)
    assert player.timestep == 2
