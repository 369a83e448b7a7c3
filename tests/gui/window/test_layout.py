"""The layout: kept from one time to the next, and put back."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QByteArray, QRect, Qt

from rnnviz.gui.window import layout
from rnnviz.gui.window.main_window import FIRST_SIZE, TITLE_BAR
from tests.gui.driver import Driver, click_at


def close(driver: Driver) -> None:
    driver.window.close()


def shown(driver: Driver) -> set[str]:
    return {name for name, dock in driver.window.frames.items() if dock.isVisible()}


def test_at_first_all_panels_are_open_but_that_of_blame(unplugged):
    driver = unplugged()
    assert set(driver.window.frames) - shown(driver) == {"blame"}


def test_a_panel_that_was_closed_stays_closed_the_next_time(unplugged):
    first = unplugged()
    first.window.frames["change"].close_button.click()
    close(first)
    second = unplugged()
    assert set(second.window.frames) - shown(second) == {"blame", "change"}


def test_a_panel_that_was_closed_can_be_opened_from_the_menu(unplugged):
    driver = unplugged()
    driver.window.frames["change"].close_button.click()
    driver.window.frames["change"].toggleViewAction().trigger()
    assert "change" in shown(driver)


def test_a_first_window_leaves_room_for_its_title_bar(unplugged):
    window = unplugged().window
    room = window.screen().availableGeometry().height()
    assert room < FIRST_SIZE.height()
    assert window.height() == room - TITLE_BAR


def test_the_size_of_the_window_is_kept(unplugged):
    first = unplugged()
    first.window.resize(785, 700)
    close(first)
    assert unplugged().window.size().toTuple() == (785, 700)


def test_a_panel_that_was_moved_stays_there(unplugged):
    first = unplugged()
    area = Qt.DockWidgetArea.RightDockWidgetArea
    first.window.addDockWidget(area, first.window.frames["loss"])
    close(first)
    second = unplugged()
    assert second.window.dockWidgetArea(second.window.frames["loss"]) == area


def test_reset_layout_opens_what_was_closed(unplugged):
    driver = unplugged()
    for name in ("change", "loss", "experiment"):
        driver.window.frames[name].close_button.click()
    driver.do("reset_layout")
    assert set(driver.window.frames) - shown(driver) == {"blame"}


def test_reset_layout_puts_back_what_was_moved(unplugged):
    driver = unplugged()
    dock = driver.window.frames["loss"]
    driver.window.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, dock)
    driver.do("reset_layout")
    assert driver.window.dockWidgetArea(dock) == Qt.DockWidgetArea.LeftDockWidgetArea


def test_reset_layout_puts_back_what_floats(unplugged):
    driver = unplugged()
    driver.window.frames["loss"].setFloating(True)
    driver.do("reset_layout")
    assert not driver.window.frames["loss"].isFloating()


def test_reset_layout_is_the_layout_of_the_first_time(unplugged):
    driver = unplugged()
    driver.until(lambda: "training.seed" in driver.panel("experiment").rows)  # the last to be made
    driver.until_drawn()
    before = places(driver)
    driver.window.frames["change"].close_button.click()
    driver.do("reset_layout")
    driver.until(lambda: near(places(driver), before))


def near(some: dict[str, QRect], others: dict[str, QRect]) -> bool:
    """Whether the same panels stand in the same places, but for what rounding shares out and for
    what the last rows of knobs, made after the window, want in so small a one."""
    pairs = [(some.get(name, QRect()), place) for name, place in others.items()]
    edges = [(a.getCoords(), b.getCoords()) for a, b in pairs]
    apart = [abs(x - y) for a, b in edges for x, y in zip(a, b, strict=True)]
    return some.keys() == others.keys() and max(apart) < 20


def places(driver: Driver) -> dict[str, QRect]:
    """Where each panel is that can be seen; those behind a tab are nowhere."""
    docks = driver.window.frames.items()
    return {name: dock.geometry() for name, dock in docks if not dock.visibleRegion().isEmpty()}


def test_time_panels_stand_above_each_other_on_one_axis(driver: Driver):
    driver.workspace.view_state.select_unit(1)
    driver.until_drawn()
    names = ("sequence", "hidden", "unit", "change", "saliency")
    plots = [driver.panel(name).plot for name in names]
    ends = {
        tuple(
            plot.mapTo(driver.window, plot.mapFromScene(plot.box.mapViewToScene(point))).x()
            for point in (plot.box.viewRect().topLeft(), plot.box.viewRect().topRight())
        )
        for plot in plots
    }
    assert len(ends) == 1


def test_selecting_a_unit_moves_nothing_under_the_mouse(driver: Driver):
    before = places(driver)
    click_at(driver.panel("hidden").plot, 3, 3)
    driver.until_drawn()
    assert driver.workspace.view_state.unit == 3
    assert places(driver) == before


@pytest.mark.parametrize("kept", [b"", b"rubbish", b"\x00\x00\x00\xff" * 8])
def test_a_damaged_layout_is_the_first_one(unplugged, kept: bytes):
    first = unplugged()
    first.window.preferences.keep_bytes("layout", QByteArray(kept), layout.VERSION)
    first.window.preferences.keep_bytes("geometry", QByteArray(kept))
    first.window.preferences.sync()
    second = unplugged()
    assert set(second.window.frames) - shown(second) == {"blame"}
