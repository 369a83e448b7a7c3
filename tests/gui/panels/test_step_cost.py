"""The price of a step: measured by the engine, drawn line by line."""

from __future__ import annotations

import numpy as np
from pyqtgraph.graphicsItems.ScatterPlotItem import Symbols

from rnnviz.cells import COMPARED
from rnnviz.engine.messages import Answer, Part, StepCost
from tests.gui.driver import Driver


def test_cells_are_told_apart_by_points_that_can_be_drawn():
    signs = [cell.sign for cell in COMPARED]
    assert len(set(signs)) == len(signs)
    assert set(signs) <= set(Symbols)


def drawn(plot) -> dict[str, list[tuple[float, float]]]:
    """The points of each line, by the text at its end."""
    found = plot.drawn()
    ends = {
        name.removeprefix("name of "): str(text) for name, text in found.items() if not text.ndim
    }
    return {text.split()[0]: list(zip(*found[name], strict=True)) for name, text in ends.items()}


def is_a_cost(report: object) -> bool:
    return isinstance(report, Part | Answer) and isinstance(report.what, StepCost)


def test_what_is_measured_is_drawn_in_one_line_a_cell(opened):
    driver: Driver = opened()
    driver.until_ready()
    dock = driver.window.frames["step_cost"]
    dock.show()
    dock.raise_()
    driver.until_drawn()
    panel, step_costs = driver.panel("step_cost"), driver.workspace.step_costs
    panel.button.click()
    driver.until(lambda: len(step_costs.measured) >= 2)
    driver.until_drawn()
    few = len(panel.by_length.box.addedItems)
    driver.until(lambda: len(step_costs.measured) >= 5)
    told = [report.what for report in driver.heard if is_a_cost(report)]
    panel.button.click()  # what was on its way is heard and not shown
    driver.until_drawn()
    cells = {price.cell for price in told}
    assert few <= len(panel.by_length.box.addedItems) <= 2 * len(cells)
    for cell, points in drawn(panel.by_length).items():
        # The others are of other sizes, and stand in the other plot.
        own = sorted(
            (p.timesteps, p.milliseconds) for p in told if (p.cell, p.hidden) == (cell, 64)
        )
        np.testing.assert_allclose(points, own, rtol=1e-6)
