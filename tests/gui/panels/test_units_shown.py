"""Units: pointed at, clicked, highlighted everywhere, and put in order."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtTest import QTest

from rnnviz.gui.model.aspect import Aspect
from tests.gui.driver import SINE, SMALL, Driver, click_at, point_at, send_mouse

H, T = SMALL.network.hidden, SINE.window
LEFT = Qt.MouseButton.LeftButton


def hidden(driver: Driver) -> np.ndarray:
    return driver.workspace.view_state.trace.hidden[:, 0]


def click_unit(driver: Driver, row: int) -> None:
    click_at(driver.panel("hidden").plot, 4, row)
    driver.until_drawn()


def order(driver: Driver, name: str) -> None:
    """Choose an order in the panel's list with keys, and wait until it is shown."""
    box = driver.panel("hidden").order_choice
    box.setFocus(Qt.FocusReason.TabFocusReason)
    while box.currentData() != name:
        QTest.keyClick(box, Qt.Key.Key_Down)
    view_state = driver.workspace.view_state
    taken: list[bool] = []
    view_state.changed.connect(lambda what: taken.append(Aspect.ORDER in what))
    driver.until(lambda: any(taken))
    driver.until_drawn()


def test_pointing_at_a_cell_says_unit_timestep_and_value(driver: Driver):
    panel = driver.panel("hidden")
    point_at(panel.plot, 5, 3)
    assert panel.readout.text() == f"unit 3, timestep 5: {hidden(driver)[4, 3]:+.3f}"


def test_pointing_at_a_cell_of_the_notepad_says_unit_timestep_and_value(driver: Driver):
    driver.workspace.player.go_to(6)
    driver.until_drawn()
    panel = driver.panel("notepad")
    send_mouse(panel.cells, QEvent.Type.MouseMove, panel.cells.cell_center(7))
    assert panel.readout.text() == f"unit 7, timestep 7: {hidden(driver)[6, 7]:+.3f}"


def test_a_click_in_the_heatmap_selects_the_unit(driver: Driver):
    click_unit(driver, 3)
    assert driver.workspace.view_state.unit == 3


def test_a_second_click_lets_it_go(driver: Driver):
    click_unit(driver, 3)
    click_unit(driver, 3)
    assert driver.workspace.view_state.unit is None


def test_a_click_in_the_notepad_selects_the_unit(driver: Driver):
    cells = driver.panel("notepad").cells
    QTest.mouseClick(cells, LEFT, pos=cells.cell_center(7))
    assert driver.workspace.view_state.unit == 7


def test_the_panel_of_a_unit_opens_with_the_first_that_is_selected(driver: Driver):
    click_unit(driver, 3)
    assert driver.window.frames["unit"].isVisible()


def test_the_curve_of_a_unit_is_its_row_of_the_trace(driver: Driver):
    click_unit(driver, 3)
    _, y = driver.panel("unit").drawn()["unit"]
    np.testing.assert_array_equal(y, hidden(driver)[:, 3])


def test_the_curve_of_a_unit_has_its_point_at_the_timestep(driver: Driver):
    click_unit(driver, 3)
    driver.workspace.player.go_to(6)
    driver.until_drawn()
    x, y = driver.panel("unit").drawn()["unit now"]
    assert (x[0], y[0]) == (7, hidden(driver)[6, 3])


def test_a_selected_unit_is_framed_in_the_heatmap(driver: Driver):
    click_unit(driver, 3)
    assert driver.panel("hidden").drawn()["framed row"].tolist() == [0.5, 2.5, T + 0.5, 3.5]


def test_a_selected_unit_is_framed_in_the_notepad(driver: Driver):
    click_unit(driver, 3)
    assert driver.panel("notepad").drawn()["framed"] == 3


def test_a_unit_that_is_let_go_is_framed_nowhere(driver: Driver):
    click_unit(driver, 3)
    driver.key(Qt.Key.Key_Escape)
    driver.until_drawn()
    assert "framed row" not in driver.panel("hidden").drawn()
    assert "framed" not in driver.panel("notepad").drawn()


def test_a_selected_unit_stays_selected_while_the_network_trains(driver: Driver):
    click_unit(driver, 3)
    driver.train_to_the_end()
    assert driver.workspace.view_state.unit == 3


def test_a_unit_that_a_smaller_network_does_not_have_is_let_go(driver: Driver):
    click_unit(driver, 8)
    driver.set_up(SMALL.with_value("network.hidden", 4))
    assert driver.workspace.view_state.unit is None


@pytest.mark.parametrize("name", ["peak", "similarity"])
def test_an_order_permutes_the_rows_of_the_heatmap(driver: Driver, name: str):
    before = driver.panel("hidden").drawn()["states"]
    order(driver, name)
    rows = driver.workspace.view_state.scene.order
    np.testing.assert_array_equal(driver.panel("hidden").drawn()["states"], before[rows])


def test_by_peak_sorts_by_the_timestep_of_the_largest_value(driver: Driver):
    order(driver, "peak")
    peaks = np.abs(hidden(driver)).argmax(axis=0)
    shown = peaks[driver.workspace.view_state.scene.order]
    assert (np.diff(shown) >= 0).all()


def test_pointing_names_the_unit_and_not_the_row(driver: Driver):
    order(driver, "similarity")
    panel = driver.panel("hidden")
    unit = int(driver.workspace.view_state.scene.order[2])
    point_at(panel.plot, 5, 2)
    assert panel.readout.text() == f"unit {unit}, timestep 5: {hidden(driver)[4, unit]:+.3f}"


def test_a_click_selects_the_unit_that_stands_in_the_row(driver: Driver):
    order(driver, "similarity")
    unit = int(driver.workspace.view_state.scene.order[2])
    click_unit(driver, 2)
    assert driver.workspace.view_state.unit == unit


def test_the_notepad_has_the_order_of_the_heatmap(driver: Driver):
    order(driver, "similarity")
    click_unit(driver, 2)
    assert driver.panel("notepad").drawn()["framed"] == 2


def test_the_frame_follows_its_unit_into_another_order(driver: Driver):
    click_unit(driver, 3)
    order(driver, "similarity")
    row = int(np.flatnonzero(driver.workspace.view_state.scene.order == 3)[0])
    assert driver.panel("hidden").drawn()["framed row"][1] == row - 0.5


def test_the_second_layer_can_be_looked_at(driver: Driver):
    driver.set_up(SMALL.with_value("network.layers", 2))
    panel = driver.panel("hidden")
    assert panel.layer_choice.isVisible()
    first = panel.drawn()["states"]
    panel.layer_choice.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(panel.layer_choice, Qt.Key.Key_Down)
    driver.until_drawn()
    assert not np.array_equal(panel.drawn()["states"], first)


def test_with_one_layer_there_is_no_choice_of_layers(driver: Driver):
    assert not driver.panel("hidden").layer_choice.isVisible()
