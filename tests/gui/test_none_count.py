"""Repainting the real panels loses no reference to None, as PySide6 6.12 does."""

from __future__ import annotations

import gc
import sys

from rnnviz.gui.model.aspect import EVERYTHING, Aspect
from rnnviz.gui.widgets.plot import Plot
from tests.gui.driver import Driver

DATA = EVERYTHING & ~Aspect.THEME


def repaint(driver: Driver, times: int) -> None:
    panels = [dock.panel for dock in driver.window.frames.values() if dock.isVisible()]
    for k in range(times):
        driver.workspace.player.go_to(k % driver.workspace.player.timesteps)
        panel = panels[k % len(panels)]
        panel.mark(DATA)
        panel.draw_if_dirty()
        panel.repaint()
        for plot in panel.findChildren(Plot):
            plot.viewport().repaint()


def nones() -> int:
    """References to None, but for those of garbage that was not collected yet."""
    gc.collect()
    return sys.getrefcount(None)


def test_500_repaints_leave_the_count_of_none_as_it_was(driver: Driver):
    driver.workspace.view_state.select_unit(2)
    driver.until_drawn()
    repaint(driver, 20)  # what is made once and kept
    before = nones()
    repaint(driver, 500)
    assert abs(nones() - before) < 50
