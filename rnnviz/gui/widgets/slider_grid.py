"""Sliders with their names and values, two in a row."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from rnnviz.gui.widgets.slider import Slider

COLUMNS = 2


class SliderGrid(QWidget):
    """Takes sliders one after another, from left to right."""

    def __init__(self) -> None:
        super().__init__()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(8, 4, 8, 2)
        self._grid.setHorizontalSpacing(6)
        self._grid.setVerticalSpacing(2)
        self._count = 0
        self._labels: dict[Slider, QLabel] = {}

    def add(
        self, name: str, span: tuple[int, int], value: int, text: Callable[[int], str], tip: str
    ) -> Slider:
        """Add a slider over a span of whole numbers; `text` is what a person reads of one."""
        slider = Slider()
        slider.setRange(*span)
        slider.setValue(value)
        slider.setAccessibleName(name)
        slider.setMinimumWidth(24)
        slider.setToolTip(tip)
        number = QLabel(text(value))
        number.setMinimumWidth(number.fontMetrics().horizontalAdvance("000"))
        slider.valueChanged.connect(lambda at: number.setText(text(at)))
        row, column = divmod(self._count, COLUMNS)
        self._count += 1
        label = self._labels[slider] = QLabel(name, objectName="muted")
        for offset, widget in enumerate((label, slider, number)):
            self._grid.addWidget(widget, row, 3 * column + offset)
        self._grid.setColumnStretch(3 * column + 1, 1)
        return slider

    def mark(self, slider: Slider, sign: str) -> None:
        """Put a sign before the name of a slider, as rich text."""
        self._labels[slider].setText(f"{sign}&nbsp;{slider.accessibleName()}")
