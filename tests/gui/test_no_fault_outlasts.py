"""What goes wrong, or comes and goes, leaves nothing behind in the window."""

from __future__ import annotations

import gc
from collections import Counter

import msgspec
import numpy as np
import pytest
import torch
from PySide6.QtCore import QCoreApplication, QEvent, QObject
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QComboBox, QDialog, QWidget

import rnnviz
from rnnviz.experiment import suited
from rnnviz.gui.look.theme import LIGHT, Theme
from rnnviz.gui.model.preferences import Preferences
from rnnviz.gui.model.workspace import Workspace
from rnnviz.gui.panels.base.panel import Panel
from rnnviz.gui.widgets.masks import Mask, Masks
from rnnviz.gui.widgets.painting import painting
from rnnviz.gui.window.main_window import MainWindow
from rnnviz.tasks import TASKS
from tests.gui.driver import SMALL, Driver, end


def test_a_paint_that_fails_leaves_no_painter_active(qtbot):
    kept: list[QPainter] = []

    class Failing(QWidget):
        def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
            with painting(self) as painter:
                kept.append(painter)  # as the traceback of an exception does
                raise ValueError("on purpose")

    widget = Failing()
    qtbot.addWidget(widget)
    with pytest.raises(ValueError, match="on purpose"):
        widget.grab()
    assert [painter.isActive() for painter in kept] == [False]


def test_a_paint_that_fails_does_not_break_the_next(qtbot):
    masks = Masks()
    qtbot.addWidget(masks)
    masks.recolour(LIGHT)
    masks.resize(200, 100)
    masks.show_masks([Mask("a", "b", np.ones((2, 2), bool))])
    right = masks.grab().toImage()
    masks.show_masks([Mask("a", "b", np.ones(3, bool))])  # neither rows nor columns
    with pytest.raises(ValueError, match="unpack") as kept:
        masks.grab()
    masks.show_masks([Mask("a", "b", np.ones((2, 2), bool))])
    assert masks.grab().toImage() == right
    del kept  # its traceback has held the painter until now


def test_a_part_that_the_trace_no_longer_has_is_not_shown(driver: Driver):
    lstm = driver.workspace.draft.experiment.with_value("network.cell", "LSTM")
    driver.set_up(lstm)
    chooser: QComboBox = driver.panel("hidden").part_choice
    last = chooser.count() - 1
    driver.workspace.view_state.show(trace_of_an_rnn(driver))
    chooser.setCurrentIndex(last)
    chooser.activated.emit(last)  # before the frame in which the chooser is filled anew
    assert driver.workspace.view_state.part == "h"


def trace_of_an_rnn(driver: Driver):
    """The present trace without what only gated cells have."""
    return msgspec.structs.replace(
        driver.workspace.view_state.trace, cell=None, gates={}, kind="RNN_TANH"
    )


def test_dialogs_are_closed_with_the_window(unplugged):
    window = unplugged().window
    window.show_about()
    window.show_shortcuts()
    dialogs = window.findChildren(QDialog)
    assert len([dialog for dialog in dialogs if dialog.isVisible()]) == 2
    window.close()
    assert not [dialog for dialog in dialogs if dialog.isVisible()]


def objects(parent: QObject) -> Counter[str]:
    found = Counter(child.metaObject().className() for child in parent.children())
    for child in parent.children():
        found += objects(child)
    return found


def test_going_through_all_tasks_again_makes_nothing_new(unplugged, qtbot):
    driver = unplugged()

    def go_round(points: int) -> Counter[str]:
        for kind in TASKS.values():
            driver.workspace.draft.replace(suited(kind()), kind.title)
        driver.window.theme.enlarge(points)
        driver.window.choose_theme("dark" if points > 0 else "light")
        driver.until_drawn()
        return objects(driver.window)

    go_round(1)
    before = go_round(-1)
    rows = set(driver.window.findChildren(QComboBox))
    for points in (1, -1):
        after = go_round(points)
    assert after - before == Counter()
    assert set(driver.window.findChildren(QComboBox)) == rows


def panels() -> int:
    gc.collect()
    return sum(issubclass(type(thing), Panel) for thing in gc.get_objects())


def test_a_window_that_is_gone_leaves_no_panel_behind(qapp):
    before = panels()
    preferences = Preferences()
    window = MainWindow(Workspace(SMALL), Theme(preferences.theme), preferences)
    window.show()
    qapp.processEvents()
    assert panels() > before
    end(window)
    del window
    assert panels() == before


def test_a_window_on_a_trace_that_is_gone_leaves_no_panel_behind(qapp):
    before = panels()
    window = rnnviz.show(rnnviz.trace(torch.nn.GRU(1, 4), np.zeros((5, 1))), block=False)
    qapp.processEvents()
    assert panels() > before
    window.close()  # it is deleted when it is closed
    del window
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    assert panels() == before
