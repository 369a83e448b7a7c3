"""The numbers of an axis: none over another, however low the plot."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtGui import QFontMetricsF, QGuiApplication
from PySide6.QtWidgets import QApplication

from rnnviz.gui.widgets.axis import Axis, _next_round


@pytest.mark.parametrize(
    ("step", "following"), [(0.1, 0.2), (0.2, 0.5), (0.5, 1), (1, 2), (20, 50), (5e-4, 1e-3)]
)
def test_steps_go_up_by_ones_twos_and_fives(step: float, following: float):
    assert _next_round(step) == pytest.approx(following)


@given(span=st.floats(1e-6, 1e6), height=st.floats(30, 900))
def test_numbers_above_each_other_have_a_line_each(qapp: QApplication, span: float, height: float):
    step, _ = Axis("left").tickSpacing(0.0, span, height)[0]
    line = QFontMetricsF(QGuiApplication.font()).height()
    assert step * height / span >= line * (1 - 1e-9) or step >= span
