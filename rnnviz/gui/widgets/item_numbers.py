"""The numbers of an item in a plot, read back from the item itself."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyqtgraph as pg
from PySide6.QtWidgets import QGraphicsRectItem, QGraphicsSimpleTextItem

from rnnviz.gui.widgets.axis import Axis


def numbers_of(item: Any, x_axis: Axis, y_axis: Axis) -> npt.NDArray[Any] | None:
    """What an item draws, in the units of the axes; None for nothing.

    A curve, bars or dots: x and y, ``(2, n)``, of a bar the middle. An image: its array. A line
    across the plot: where it stands, ``()``. A region: from where to where along x, ``(2,)``. A
    rectangle: left, top, right, bottom, ``(4,)``, the top being the lesser y. A text: the text,
    ``()``.
    """
    if isinstance(item, pg.PlotCurveItem | pg.ScatterPlotItem | pg.PlotDataItem):
        x, y = item.getData()
        if x is None or y is None:
            return None
        if len(x) == len(y) + 1:  # bars, between their edges
            x = (x[1:] + x[:-1]) / 2
        return np.stack([_on(x_axis, x), _on(y_axis, y)])
    if isinstance(item, pg.ImageItem):
        return None if item.image is None else np.array(item.image)
    if isinstance(item, pg.InfiniteLine):
        return _on(x_axis if item.angle == 90 else y_axis, item.value())
    if isinstance(item, pg.LinearRegionItem):
        return _on(x_axis, item.getRegion())
    if isinstance(item, QGraphicsRectItem):
        rect = item.rect()
        if rect.isEmpty():
            return None
        left, right = _on(x_axis, [rect.left(), rect.right()])
        top, bottom = _on(y_axis, [rect.top(), rect.bottom()])
        return np.array([left, top, right, bottom])
    if isinstance(item, pg.TextItem):
        return np.array(item.toPlainText())
    if isinstance(item, QGraphicsSimpleTextItem):
        return np.array(item.text())
    raise TypeError(f"{type(item).__name__}: say here what it draws")


def place_of(image: pg.ImageItem) -> npt.NDArray[np.float64]:
    """Where an image lies: left, top, right, bottom, ``(4,)``, its first row from the top on."""
    rect = image.mapRectToParent(image.boundingRect())
    return np.array([rect.left(), rect.top(), rect.right(), rect.bottom()])


def _on(axis: Axis, place: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """The numbers that are read on an axis at some places: of a logarithmic one not the heights."""
    array = np.asarray(place, float)
    return np.asarray(10**array if axis.logMode else array)
