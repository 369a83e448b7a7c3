"""Every panel, as it declares itself: found by being there, and asked for by this file."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QWidget

from rnnviz.gui.panels import kinds
from rnnviz.gui.panels.base.panel import Behind, Column, Lane
from rnnviz.gui.window.layout import WIDTHS
from tests.gui.driver import Driver

each = pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.name)
NAMES = [kind.name for kind in kinds()]


@each
def test_a_panel_says_what_it_is_and_where_it_lives(kind):
    assert kind.title
    assert kind.title[0].isupper()
    assert kind.help.endswith(".")
    assert NAMES.count(kind.name) == 1
    home = kind.home
    assert home.after in ("", *NAMES)
    if isinstance(home, Lane):
        assert home.height > 0
    elif isinstance(home, Column):
        assert home.name in WIDTHS
        assert home.height > 0
    else:
        assert isinstance(home, Behind)
        assert home.front in ("", *NAMES)


@each
def test_a_panel_stands_in_the_window_and_can_be_seen(driver: Driver, kind):
    dock = driver.window.frames[kind.name]
    lane = isinstance(kind.home, Lane)
    assert driver.window.stage.isAncestorOf(dock) if lane else dock.parent() is driver.window
    dock.show()
    dock.raise_()
    driver.until_drawn()
    assert not dock.visibleRegion().isEmpty()
    assert not dock.isWindow()
    inside = [child for child in dock.panel.children() if isinstance(child, QWidget)]
    assert any(child.isVisible() and child.height() > 10 for child in inside)


@each
def test_a_panel_that_needs_no_more_than_a_trace_does_without_a_workspace(kind):
    assert kind.of_trace or not kind.needs
