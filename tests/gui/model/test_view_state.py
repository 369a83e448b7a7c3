"""What the panels of a trace are shown, and which stretch of time: without a window."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from rnnviz.gui.model.aspect import Aspect
from rnnviz.gui.model.clock import FrameClock
from rnnviz.gui.model.player import Player
from rnnviz.gui.model.view_state import READABLE, Subject, ViewState
from rnnviz.records.trace import Presentation, Trace
from tests.gui.driver import wait_until


def traced(steps: int = 20, layers: int = 2, units: int = 6, **more: Any) -> Trace:
    """A trace in which unit u of layer l has the number 100 l + u, rising by 0.01 a timestep."""
    names = 100 * np.arange(layers)[:, None] + np.arange(units)
    rising = 0.01 * np.arange(steps)[:, None, None]
    hidden = (names + rising).astype(np.float32)
    return Trace(kind="GRU", inputs=np.zeros((steps, 1), np.float32), hidden=hidden, **more)


def tokens(steps: int, horizon: int = 0) -> Trace:
    return traced(steps, presentation=Presentation(kind="tokens", horizon=horizon))


@pytest.fixture
def state(qapp: object) -> ViewState:
    """With a trace of twenty timesteps, the player on the last."""
    state = ViewState(Player(FrameClock()))
    state.show(traced())
    return state


@pytest.fixture
def told(state: ViewState) -> Callable[[], Aspect]:
    """All that changed since one last asked, but for the order of the units, which another
    thread finds out."""
    heard: list[Aspect] = []
    state.changed.connect(heard.append)

    def since() -> Aspect:
        everything = Aspect(0)
        while heard:
            everything |= heard.pop()
        return everything & ~Aspect.ORDER

    return since


# --- the stretch of time -----------------------------------------------------------------


def test_at_first_all_timesteps_and_the_answer_are_in_view(state: ViewState):
    assert state.scene.view == (0.5, 20.5)
    state.show(traced(presentation=Presentation(horizon=3)))
    assert state.scene.view == (0.5, 23.5)


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ((4.0, 9.0), (4.0, 9.0)),
        ((5.0, 5.5), (5.0, 7.0)),  # two timesteps at least
        ((-3.0, 2.0), (0.5, 5.5)),
        ((18.0, 25.0), (13.5, 20.5)),
        ((-3.0, 40.0), (0.5, 20.5)),
    ],
)
def test_a_zoom_keeps_its_width_within_what_there_is(
    state: ViewState, told: Callable[[], Aspect], asked: tuple, shown: tuple
):
    state.zoom(*asked)
    assert state.scene.view == pytest.approx(shown)
    assert told() == Aspect.VIEW


def test_who_has_zoomed_out_sees_a_longer_trace_whole(state: ViewState):
    state.zoom(0.0, 99.0)
    state.show(traced(30))
    assert state.scene.view == (0.5, 30.5)


def test_the_view_stays_where_another_trace_is_as_long(
    state: ViewState, told: Callable[[], Aspect]
):
    state.zoom(4.0, 9.0)
    told()
    state.show(traced())
    assert state.scene.view == (4.0, 9.0)
    assert Aspect.VIEW not in told()


def test_the_view_follows_the_player_out_of_it(state: ViewState, told: Callable[[], Aspect]):
    state.zoom(4.0, 10.0)
    state.player.go_to(9)  # the tenth timestep, at the edge
    assert state.scene.view == (4.0, 10.0)
    told()
    state.player.go_to(10)
    assert state.scene.view == (8.0, 14.0)
    assert told() == Aspect.TIMESTEP | Aspect.VIEW
    state.player.go_to(0)
    assert state.scene.view == (0.5, 6.5)
    state.player.go_to(19)
    assert state.scene.view == (14.5, 20.5)


def test_within_the_view_only_the_timestep_changes(state: ViewState, told: Callable[[], Aspect]):
    state.zoom(4.0, 10.0)
    state.player.go_to(6)
    told()
    state.player.go_to(5)
    assert told() == Aspect.TIMESTEP


def test_the_whole_comes_back_when_it_is_asked_for(state: ViewState, told: Callable[[], Aspect]):
    state.zoom(4.0, 10.0)
    told()
    state.reset_view()
    assert state.scene.view == (0.5, 20.5)
    assert told() == Aspect.VIEW


def test_of_many_tokens_as_many_are_in_view_as_can_be_read(state: ViewState):
    state.show(tokens(READABLE + 1))
    low, high = state.scene.view
    assert high - low == READABLE
    assert high == READABLE + 1.5  # around the player, on the last
    state.show(tokens(READABLE))
    assert state.scene.view == (0.5, READABLE + 0.5)


def test_many_values_are_in_view_as_a_whole(state: ViewState):
    state.show(traced(READABLE + 1))
    assert state.scene.view == (0.5, READABLE + 1.5)


# --- layers, parts, units ----------------------------------------------------------------


def test_the_scene_has_the_states_of_the_layer(state: ViewState, told: Callable[[], Aspect]):
    np.testing.assert_allclose(state.scene.hidden[0], np.arange(6))
    state.show_layer(1)
    np.testing.assert_allclose(state.scene.hidden[0], 100 + np.arange(6))
    assert Aspect.TRACE | Aspect.UNIT in told()


@pytest.mark.parametrize("layer", [-1, 0, 2])
def test_a_layer_that_is_not_there_or_is_shown_changes_nothing(
    state: ViewState, told: Callable[[], Aspect], layer: int
):
    state.show_layer(layer)
    assert state.layer == 0
    assert told() == Aspect(0)


@pytest.mark.parametrize(
    ("directions", "layer", "backwards"),
    [(1, 0, False), (1, 1, False), (2, 0, False), (2, 1, True)],
)
def test_of_two_directions_every_other_layer_reads_from_the_end(
    state: ViewState, directions: int, layer: int, backwards: bool
):
    state.show(traced(directions=directions))
    state.show_layer(layer)
    assert state.scene.backwards is backwards


def test_the_notepad_that_a_layer_begins_with_is_its_own(state: ViewState):
    assert state.scene.start is None
    state.show(traced(start=np.array([[1.0] * 6, [2.0] * 6], np.float32)))
    state.show_layer(1)
    np.testing.assert_array_equal(state.scene.start, [2.0] * 6)


def test_a_part_that_the_trace_has_is_shown_and_another_is_not(
    state: ViewState, told: Callable[[], Aspect]
):
    gate = np.full((20, 2, 6), 0.25, np.float32)
    state.show(traced(gates={"z": gate}))
    told()
    state.show_part("c")
    assert (state.part, told()) == ("h", Aspect(0))
    state.show_part("z")
    assert Aspect.TRACE | Aspect.UNIT in told()
    np.testing.assert_array_equal(state.scene.states, gate[:, 0])
    state.show_part("z")
    assert told() == Aspect(0)


def test_the_cell_states_of_the_layer_can_be_looked_at(state: ViewState):
    cell = np.arange(20 * 2 * 6, dtype=np.float32).reshape(20, 2, 6)
    state.show(traced(cell=cell))
    state.show_part("c")
    state.show_layer(1)
    np.testing.assert_array_equal(state.scene.states, cell[:, 1])
    state.show_part("h")
    np.testing.assert_array_equal(state.scene.states, state.scene.hidden)


def test_a_part_that_the_next_trace_lacks_gives_way_to_h(state: ViewState):
    cell = np.ones((20, 2, 6), np.float32)
    state.show(traced(cell=cell, gates={"o": cell}))
    state.show_part("c")
    state.show(traced(cell=cell))
    assert state.part == "c"
    state.show(traced(gates={"z": cell}))
    assert state.part == "h"


def test_a_unit_is_selected_and_let_go(state: ViewState, told: Callable[[], Aspect]):
    picked: list[int | None] = []
    state.unit_selected.connect(lambda: picked.append(state.unit))
    state.select_unit(3)
    assert (state.unit, state.scene.row, told()) == (3, 3, Aspect.UNIT)
    state.select_unit(3)
    assert (state.unit, state.scene.row, told()) == (None, None, Aspect.UNIT)
    assert picked == [3]


def test_a_smaller_network_keeps_what_it_still_has(state: ViewState):
    state.show_layer(1)
    state.select_unit(3)
    state.show(traced(layers=1, units=4))
    assert (state.layer, state.unit) == (0, 3)
    state.show(traced(layers=1, units=3))
    assert state.unit is None


def test_units_are_put_in_order_and_stay_in_their_rows(state: ViewState):
    peaks = traced(steps=3, layers=1, units=3)
    peaks.hidden[:, 0] = [[0, 1, 0], [0, 0, 1], [1, 0, 0]]
    state.show(peaks)
    state.order_by("peak")
    wait_until(lambda: state.scene.order.tolist() == [1, 2, 0])
    state.select_unit(0)
    assert state.scene.row == 2


def test_another_layer_or_part_is_put_in_its_own_order(state: ViewState):
    peaks = traced(steps=3, layers=2, units=3)
    peaks.hidden[:, 0] = [[0, 1, 0], [0, 0, 1], [1, 0, 0]]
    peaks.hidden[:, 1] = [[0, 0, 1], [1, 0, 0], [0, 1, 0]]
    gate = np.zeros((3, 2, 3), np.float32)
    gate[:, 1] = [[1, 0, 0], [0, 0, 1], [0, 1, 0]]
    peaks.gates["z"] = gate
    state.show(peaks)
    state.order_by("peak")
    wait_until(lambda: state.scene.order.tolist() == [1, 2, 0])
    state.show_layer(1)
    wait_until(lambda: state.scene.order.tolist() == [2, 0, 1])
    state.show_part("z")
    wait_until(lambda: state.scene.order.tolist() == [0, 2, 1])


# --- what a trace is of ------------------------------------------------------------------


def test_a_trace_of_what_is_named_is_shown_at_once(state: ViewState):
    first, second = Subject(1, 0, None), Subject(1, 4, None)
    state.show(traced(), first)
    state.name(second)
    assert state.scene.trace is not None  # for a moment
    wait_until(lambda: state.scene.trace is None)
    assert state.scene.awaited == 4
    state.show(traced(), second)
    assert state.scene.trace is not None
    assert state.scene.awaited is None


def test_a_name_that_comes_back_in_time_is_not_waited_for(state: ViewState):
    first, second = Subject(1, 0, None), Subject(1, 4, None)
    state.show(traced(), first)
    state.name(second)
    state.name(first)
    assert not state.waiting
    assert state.scene.awaited is None
