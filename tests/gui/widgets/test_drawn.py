"""What a plot says that it draws is what its items draw."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyqtgraph as pg
import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QRectF
from PySide6.QtWidgets import QApplication, QGraphicsRectItem

from rnnviz.gui.widgets.plot import Plot, set_bars, set_curve


@pytest.fixture
def plot(qapp: QApplication) -> Iterator[Plot]:
    plot = Plot("x", "y")
    yield plot
    plot.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


def test_of_a_curve_it_says_x_and_y(plot: Plot):
    set_curve(plot.add_curve("loss"), np.array([1.0, 2.0]), np.array([3.0, np.nan]), "#000000")
    np.testing.assert_array_equal(plot.drawn()["loss"], [[1, 2], [3, np.nan]])


def test_on_a_logarithmic_axis_it_says_the_numbers_that_are_read_there(plot: Plot):
    plot.y_axis.setLogMode(y=True)
    set_curve(plot.add_curve("loss"), np.array([1.0, 2.0]), np.array([-3.0, 2.0]), "#000000")
    plot.add(pg.InfiniteLine(pos=-1, angle=0), "level")
    plot.add(pg.InfiniteLine(pos=-1, angle=90), "epoch")
    drawn = plot.drawn()
    np.testing.assert_allclose(drawn["loss"], [[1, 2], [0.001, 100]])
    assert drawn["level"] == pytest.approx(0.1)
    assert drawn["epoch"] == -1


def test_a_bar_stands_at_its_middle(plot: Plot):
    set_bars(
        plot.add_curve("bars"), np.array([1.0, 2.0, 3.0]), np.array([5.0, 0.0, 7.0]), "#000000"
    )
    np.testing.assert_array_equal(plot.drawn()["bars"], [[1, 2, 3], [5, 0, 7]])


def test_of_an_image_it_says_its_numbers_and_where_they_lie(plot: Plot):
    image = plot.add(pg.ImageItem(np.arange(6).reshape(2, 3), axisOrder="row-major"), "states")
    image.setRect(QRectF(0.5, -0.5, 3, 2))
    drawn = plot.drawn()
    np.testing.assert_array_equal(drawn["states"], [[0, 1, 2], [3, 4, 5]])
    assert drawn["place of states"].tolist() == [0.5, -0.5, 3.5, 1.5]


def test_of_a_rectangle_it_says_its_edges_and_of_a_text_the_text(plot: Plot):
    plot.add(QGraphicsRectItem(1, 2, 10, 20), "frame")
    plot.add_text("name").setText("below 1e-30")
    drawn = plot.drawn()
    assert drawn["frame"].tolist() == [1, 2, 11, 22]
    assert drawn["name"] == "below 1e-30"


def test_what_is_hidden_or_empty_or_taken_away_is_not_drawn(plot: Plot):
    x = np.arange(3.0)
    for name in ("seen", "hidden", "away"):
        curve = plot.add_curve(name)
        set_curve(curve, x, x, "#000000")
        curve.setVisible(name != "hidden")
    plot.remove(curve)
    plot.add_curve("empty")
    plot.add(QGraphicsRectItem(), "no frame")
    assert list(plot.drawn()) == ["seen"]


def test_an_item_that_is_renamed_is_drawn_by_its_other_name(plot: Plot):
    curve = plot.add_curve("one")
    set_curve(curve, np.arange(3.0), np.arange(3.0), "#000000")
    plot.name(curve, "other")
    assert list(plot.drawn()) == ["other"]
