"""Repainting the real panels loses no reference to None, as PySide6 6.12 does."""

from __future__ import annotations

import sys

from PySide6.QtWidgets import QApplication

from rnnviz.gui.aspect import EVERYTHING
from tests.gui.driver import Driver


def repaint(driver: Driver, times: int) -> None:
    for k in range(times):
        for dock in driver.window.docks.values():
            dock.panel.mark(EVERYTHING)
            dock.panel.draw_if_dirty()
        driver.lab.player.go_to(k % driver.lab.player.timesteps)
        driver.window.repaint()
        QApplication.processEvents()


def test_500_repaints_leave_the_count_of_none_as_it_was(driver: Driver):
    driver.lab.stage.select_unit(2)
    driver.until_drawn()
    repaint(driver, 20)  # what is made once and kept
    before = sys.getrefcount(None)
    repaint(driver, 500)
    assert abs(sys.getrefcount(None) - before) < 50
