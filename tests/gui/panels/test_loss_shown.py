"""Where the curves of the loss panel stand along the axis of epochs."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
import pytest

from tests.gui.driver import Driver


def curve_at(driver: Driver, heights: list[float]) -> np.ndarray:
    """The x of the curve that stands at these heights."""
    wanted = pytest.approx(np.log10(heights))
    (found,) = (
        item.xData
        for item in driver.panel("loss").plot.scene().items()
        if isinstance(item, pg.PlotCurveItem)
        and item.yData is not None
        and len(item.yData) == len(heights)
        and item.yData == wanted
    )
    return found


def test_a_training_loss_stands_in_the_middle_of_its_epoch_a_validation_loss_at_its_end(
    driver: Driver,
):
    driver.train_to_the_end()
    history = driver.workspace.run.history
    train = curve_at(driver, [record.train_loss for record in history])
    valid = curve_at(driver, [record.valid_loss for record in history])
    assert train.tolist() == [0.5, 1.5, 2.5]
    assert valid.tolist() == [1, 2, 3]
