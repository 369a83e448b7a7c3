"""The stage: lanes over one axis of time, and the strip of the whole below them."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest

from rnnviz.gui.panels.base.panel import Lane
from tests.gui.driver import SINE, Driver, drag

STEPS = SINE.window


def order(driver: Driver) -> list[object]:
    return [name for name, _, _ in driver.window.stage.lane_states()]


def along(driver: Driver, x: float) -> QPoint:
    """Where a timestep is in the strip of the whole."""
    stage = driver.window.stage
    plot = stage.axis
    at = plot.mapFromScene(plot.box.mapViewToScene(QPointF(x, 0)))
    return QPoint(at.x(), stage.overview.height() // 2)


def test_lanes_stand_in_the_order_of_their_homes(driver: Driver):
    assert order(driver) == ["sequence", "hidden", "unit", "change", "saliency", "blame"]


def test_a_lane_moves_past_open_ones_and_stays_at_an_end(driver: Driver):
    stage = driver.window.stage
    stage.move_lane(stage.lanes["hidden"], -1)
    assert order(driver)[:2] == ["hidden", "sequence"]
    stage.move_lane(stage.lanes["hidden"], -1)
    assert order(driver)[:2] == ["hidden", "sequence"]
    stage.move_lane(stage.lanes["blame"], -1)  # closed
    assert order(driver)[-1] == "blame"


def test_a_lane_is_dragged_by_its_header(driver: Driver):
    lane = driver.window.stage.lanes["hidden"]
    above = driver.window.stage.lanes["sequence"]
    header = lane.header
    goal = header.mapFromGlobal(above.mapToGlobal(QPoint(40, 8)))
    drag(header, QPoint(40, 8), goal)
    assert order(driver)[:2] == ["hidden", "sequence"]


def test_lanes_stand_the_next_time_as_they_were_left(unplugged):
    first = unplugged()
    stage = first.window.stage
    stage.move_lane(stage.lanes["saliency"], -1)
    stage.lanes["unit"].hide()
    first.window.close()
    second = unplugged()
    assert order(second) == ["sequence", "hidden", "unit", "saliency", "change", "blame"]
    assert second.window.stage.lanes["unit"].isHidden()


def test_what_is_no_state_of_a_lane_is_left_out(unplugged):
    first = unplugged()
    first.window.preferences.lanes = [["hidden", "tall", True], ["gone", 40, True], [1]]
    first.window.stage.restore_lanes(first.window.preferences.lanes)
    assert order(first)[0] == "hidden"
    assert sorted(order(first)) == sorted(first.window.stage.lanes)


def test_the_strip_is_the_input_from_the_first_timestep_to_the_last(driver: Driver):
    drawn = driver.panel("stage").drawn()
    trace = driver.workspace.view_state.trace
    np.testing.assert_array_equal(drawn["whole"][0], np.arange(1, STEPS + 1))
    np.testing.assert_allclose(drawn["whole"][1], trace.inputs[:, 0], atol=1e-6)
    assert drawn["now"] == driver.workspace.player.timestep + 1


def test_a_click_in_the_strip_beside_the_frame_goes_there(driver: Driver):
    overview = driver.window.stage.overview
    QTest.mouseClick(overview, Qt.MouseButton.LeftButton, pos=along(driver, 4))
    assert driver.workspace.player.timestep == 3


def test_the_frame_in_the_strip_is_dragged_to_another_stretch(driver: Driver):
    view_state = driver.workspace.view_state
    places = {x: along(driver, x) for x in (4.0, 7.0)}  # while all of it is in view
    view_state.zoom(2.5, 5.5)
    driver.until_drawn()
    drag(driver.window.stage.overview, places[4.0], places[7.0])
    driver.until_drawn()
    np.testing.assert_allclose(view_state.scene.view, (5.5, 8.5), atol=0.1)
    np.testing.assert_allclose(driver.panel("hidden").plot.x_range(), view_state.scene.view)


def test_only_open_lanes_ask_the_engine_for_what_is_costly(driver: Driver):
    lanes = driver.window.stage.lanes
    asked = {name for name, lane in lanes.items() if lane.panel.needs}
    assert all(isinstance(lane.panel.home, Lane) for lane in lanes.values())
    lanes["saliency"].hide()
    driver.until(lambda: not driver.workspace.view_state.needs)
    lanes["saliency"].show()
    driver.until(lambda: driver.workspace.view_state.needs == {"saliency"})
    assert asked == {"saliency", "blame"}
