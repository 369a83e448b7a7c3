"""Both themes as pictures at 1280 × 800: nothing empty, nothing cut, nothing in the way."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QDeadlineTimer, QPoint, QRect
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit, QToolButton, QWidget

from rnnviz.experiment import Experiment
from rnnviz.gui.window.layout import Frame
from tests.gui.driver import LONG, SIZE, Driver, put_back

THEMES = ("light", "dark")


def ready(driver: Driver) -> None:
    """An untrained network, as at the start."""


def stepping(driver: Driver) -> None:
    """A trained network, a unit selected, in the middle of the sequence."""
    driver.train_to_the_end()
    driver.workspace.view_state.select_unit(2)
    driver.workspace.player.go_to(5)
    driver.until_drawn()


def training(driver: Driver) -> None:
    driver.set_up(LONG)
    driver.do("train")
    driver.until(lambda: len(driver.workspace.run.history) >= 3)


def refused(driver: Driver) -> None:
    """A number that was refused, and a notice: the most text that there can be."""
    driver.row("network.hidden").type("0")
    driver.window.notice.say("The engine ended; the history and the last picture stay.")
    driver.workspace.draft.replace(Experiment(), "")
    driver.row("network.layers").type("9")


STATES = {"ready": ready, "stepping": stepping, "training": training, "refused": refused}


@pytest.fixture(
    scope="module", params=[f"{state}, {theme}" for theme in THEMES for state in STATES]
)
def shown(request, shared: Driver) -> Iterator[Driver]:
    """The window in one of its states and one of the themes, to be looked at."""
    state, theme = request.param.split(", ")
    put_back(shared)
    shared.window.choose_theme(theme)
    STATES[state](shared)
    if state != "training":
        shared.until_drawn()
    yield shared
    if shared.workspace.running:
        shared.workspace.stop()


def shot(driver: Driver) -> QImage:
    return driver.window.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)


def colours_in(picture: QImage, place: QRect) -> int:
    """How many colours there are in a part of a picture."""
    part = picture.copy(place)
    pixels = np.frombuffer(part.constBits(), np.uint32).reshape(part.height(), -1)
    return len(np.unique(pixels))


def place_of(widget: QWidget, window: QWidget) -> QRect:
    return QRect(widget.mapTo(window, QPoint(0, 0)), widget.size())


def visible_docks(driver: Driver) -> Iterator[Frame]:
    """Every frame around a panel; the stage is seen by its lanes."""
    for name, frame in driver.window.frames.items():
        if name != "stage" and not frame.visibleRegion().isEmpty():
            yield frame


def test_the_window_is_as_large_as_it_was_asked_to_be(shown: Driver):
    assert shown.window.size().toTuple() == SIZE


def plain_panels(driver: Driver) -> list[str]:
    """The panels with nothing in them."""
    picture = shot(driver)
    return [
        dock.panel.name
        for dock in visible_docks(driver)
        if colours_in(picture, place_of(dock.panel, driver.window)) < 10
    ]


def test_no_panel_is_empty(shown: Driver):
    assert plain_panels(shown) == []


def test_no_panel_lies_over_another(shown: Driver):
    places = [place_of(dock, shown.window) for dock in visible_docks(shown)]
    over = [(a, b) for i, a in enumerate(places) for b in places[:i] if a.intersects(b)]
    assert over == []


def test_no_panel_reaches_out_of_the_window(shown: Driver):
    room = QRect(QPoint(0, 0), shown.window.size())
    out = [
        dock.panel.name
        for dock in visible_docks(shown)
        if not room.contains(place_of(dock, shown.window))
    ]
    assert out == []


def cut(widget: QWidget) -> bool:
    """Whether a widget has less room than its text needs."""
    if isinstance(widget, QLabel):
        if widget.wordWrap():
            return widget.heightForWidth(widget.width()) > widget.height()
        return widget.sizeHint().width() > widget.width()
    if isinstance(widget, QLineEdit):
        text = widget.fontMetrics().horizontalAdvance(widget.text())
        return text > widget.width() - 8 or widget.fontMetrics().height() > widget.height()
    return widget.sizeHint().width() > widget.width()


def cut_texts(driver: Driver) -> list[str]:
    """The texts that stay cut: one that has just become longer has its room a moment later."""
    deadline = QDeadlineTimer(1000)
    while (found := _cut_now(driver)) and not deadline.hasExpired():
        QTest.qWait(5)
    return found


def _cut_now(driver: Driver) -> list[str]:
    kinds: tuple[Any, ...] = (QLabel, QLineEdit, QToolButton)
    return [
        f"{type(widget).__name__} {widget.text()!r} in {widget.parent().objectName()!r}: "
        f"{widget.width()} of {widget.sizeHint().width()}"
        for kind in kinds
        for widget in driver.window.findChildren(kind)
        if widget.isVisible() and widget.text() and cut(widget)
    ]


def test_no_text_is_cut(shown: Driver):
    assert cut_texts(shown) == []


def test_no_button_of_a_toolbar_is_hidden_for_want_of_room(shown: Driver):
    for action in ("train", "reset", "undo", "play", "last", "loop", "next_example"):
        assert shown.button(action).isVisible(), action


def test_words_in_place_of_a_number_are_not_cut_where_text_is_larger(shared: Driver):
    put_back(shared)
    shared.set_up(LONG.with_value("network.cell", "GRU"))
    shared.window.theme.enlarge(4)
    shared.until_drawn()
    number = shared.row("network.gate_bias").number
    assert (number.text(), number.isVisible(), cut(number)) == ("as PyTorch", True, False)


@pytest.mark.parametrize("larger", [2, 4])
def test_no_text_is_cut_where_it_is_larger(shared: Driver, larger: int):
    put_back(shared)
    shared.window.theme.enlarge(larger)
    shared.until_drawn()
    assert cut_texts(shared) == []


@pytest.fixture(params=THEMES)
def bare(request, unplugged) -> Driver:
    """The window before its engine is up: there is no network yet."""
    driver: Driver = unplugged()
    driver.window.resize(*SIZE)
    driver.window.choose_theme(request.param)
    driver.until_drawn()
    return driver


def test_before_there_is_a_network_each_panel_says_what_will_be_there(bare: Driver):
    assert plain_panels(bare) == []


def test_before_there_is_a_network_no_text_is_cut(bare: Driver):
    assert cut_texts(bare) == []
