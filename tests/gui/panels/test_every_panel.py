"""Every panel, as it declares itself: found by being there, and asked for by this file."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication, QWidget

from rnnviz.experiment import Experiment, suited
from rnnviz.gui.app import open_window
from rnnviz.gui.panels import kinds
from rnnviz.gui.panels.base.panel import Behind, Column, Lane
from rnnviz.gui.window.layout import WIDTHS
from rnnviz.tasks.characters import Characters
from rnnviz.tasks.chorales import Chorales
from tests.gui.driver import SIZE, Driver, end

each = pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.name)
NAMES = [kind.name for kind in kinds()]

BACH = (
    suited(Chorales(longest=16))
    .with_value("network.hidden", 12)
    .with_value("network.dropout_readout", 0.5)
    .with_value("training.epochs", 1)
    .with_value("training.device", "cpu")
)
"""Answers at every position, is made of recorded data, has dropout, and composes."""


def letters(folder) -> Experiment:
    """It writes: the one thing that the other cannot."""
    file = folder / "own.txt"
    file.write_text("xyz\n" * 1500)
    task = Characters(file=str(file), window=10, share=1.0)
    short = suited(task).with_value("network.hidden", 8).with_value("training.epochs", 1)
    return short.with_value("training.device", "cpu")


@pytest.fixture(scope="module")
def trained(qapp: QApplication, request, tmp_path_factory) -> Iterator[Driver]:
    """A window whose network was trained on one of both, with a unit selected."""
    writes = request.param == "writing"
    experiment = letters(tmp_path_factory.mktemp("text")) if writes else BACH
    driver = Driver(open_window(experiment, train=True))
    driver.window.resize(*SIZE)
    driver.until(lambda: driver.workspace.run.result is not None)
    driver.until_rested()
    driver.workspace.view_state.select_unit(0)
    yield driver
    driver.window.reset_layout()  # it is kept for the next window
    end(driver.window)


ON_REQUEST = {"step_cost"}
"""Panels that draw nothing before a person has asked them to."""


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


@pytest.mark.parametrize(
    ("trained", "name"),
    [("writing" if name == "writing" else "all others", name) for name in NAMES],
    indirect=["trained"],
    scope="module",
)
def test_a_panel_of_a_trained_network_draws_numbers_or_says_why_not(trained: Driver, name: str):
    dock, panel = trained.window.frames[name], trained.panel(name)
    dock.show()
    dock.raise_()
    trained.until(lambda: panel.up_to_date and bool(panel.drawn() or name in ON_REQUEST))
    drawn = panel.drawn()
    assert bool(drawn) != bool(panel.empty_text)
    for what, array in drawn.items():
        columns = [array[field] for field in array.dtype.names] if array.dtype.names else [array]
        for numbers in columns:
            assert numbers.size, what
            assert numbers.dtype.kind == "U" or np.isfinite(numbers).all(), what
