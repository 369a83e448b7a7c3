"""What is in panels and toolbars: buttons, choosers, sliders, fields, pictures, tables."""

from __future__ import annotations

from random import Random
from typing import Any

from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QInputMethodEvent, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QSlider,
    QWidget,
)

from tests.gui.chance.acts import Words, act
from tests.gui.chance.hands import (
    drag_to,
    pace,
    pick,
    places,
    some_pace,
    surface,
    turn_wheel,
    usable,
    widgets,
    within,
)
from tests.gui.driver import Driver, drag, send_mouse

ARROWS = ("Left", "Right", "Up", "Down", "Home", "End", "PgUp", "PgDown")


def _draw_widget(driver: Driver, chance: Random, kind: str) -> tuple[str, int, QWidget] | None:
    found = {
        name: [(n, w) for n, w in enumerate(widgets(place, kind)) if usable(w)]
        for name, place in sorted(places(driver).items())
    }
    there = [name for name, some in found.items() if some]
    if not there:
        return None
    name = chance.choice(there)
    return (name, *chance.choice(found[name]))


def _find(driver: Driver, place: str, kind: str, number: str) -> Any:
    found = widgets(places(driver)[place], kind)
    widget = found[int(number)] if int(number) < len(found) else None
    return widget if widget is not None and usable(widget) else None


def _draw_button(driver: Driver, chance: Random) -> Words | None:
    found = _draw_widget(driver, chance, "button")
    return None if found is None else [found[0], str(found[1])]


@act(9, _draw_button)
def click(driver: Driver, place: str, number: str) -> None:
    """Click a button or a box."""
    button = _find(driver, place, "button", number)
    if isinstance(button, QAbstractButton):
        at = QPoint(8, button.height() // 2)
        QTest.mouseClick(button, Qt.MouseButton.LeftButton, pos=at)


def _draw_chooser(driver: Driver, chance: Random) -> Words | None:
    found = _draw_widget(driver, chance, "chooser")
    if found is None or found[0] == "experiment":
        return None
    name, number, box = found
    assert isinstance(box, QComboBox)
    return [
        name,
        str(number),
        str(chance.randrange(max(1, box.count()))),
        some_pace(driver, chance),
    ]


@act(14, _draw_chooser)
def choose(driver: Driver, place: str, number: str, entry: str, meanwhile: str) -> None:
    """Choose in a box, in a header mostly; something may come while it is open."""
    box = _find(driver, place, "chooser", number)
    if isinstance(box, QComboBox):
        pick(box, int(entry), lambda: pace(driver, meanwhile))


def _draw_slider(driver: Driver, chance: Random) -> Words | None:
    found = _draw_widget(driver, chance, "slider")
    if found is None:
        return None
    how = chance.choice(["drag", "drag", "keys"])
    what = f"{chance.random():.3f}" if how == "drag" else chance.choice(ARROWS)
    return [found[0], str(found[1]), how, what]


@act(7, _draw_slider)
def slide(driver: Driver, place: str, number: str, how: str, what: str) -> None:
    """Move a slider that is no knob: the player's, a temperature."""
    slider = _find(driver, place, "slider", number)
    if not isinstance(slider, QSlider):
        return
    if how == "drag":
        drag_to(slider, float(what))
    else:
        slider.setFocus(Qt.FocusReason.TabFocusReason)
        QTest.keyClick(slider, QKeySequence(what)[0].key())
        slider.clearFocus()


def _draw_field(driver: Driver, chance: Random) -> Words | None:
    found = _draw_widget(driver, chance, "field")
    texts = ("The ", "", "안녕", "\N{GRINNING FACE}", "x" * 300, "KING:")
    return None if found is None else [found[0], str(found[1]), chance.choice(texts)]


@act(2, _draw_field)
def write(driver: Driver, place: str, number: str, text: str) -> None:
    """Type a text and press Return."""
    field = _find(driver, place, "field", number)
    if field is not None:
        field.window().activateWindow()
        field.setFocus()
        if not field.hasFocus():
            return
        field.selectAll()
        _type(field, text)
        QTest.keyClick(field, Qt.Key.Key_Return)
        field.clearFocus()


def _type(field: QWidget, text: str) -> None:
    """Key by key, or as an input method hands over what no key says: `QTest` aborts at that."""
    if text.isascii():
        QTest.keyClicks(field, text)
    else:
        commit = QInputMethodEvent()
        commit.setCommitString(text)
        QApplication.sendEvent(field, commit)


def _draw_picture(driver: Driver, chance: Random) -> Words | None:
    found = _draw_widget(driver, chance, "picture")
    if found is None:
        return None
    how = chance.choice(["click", "click", "point", "drag", "wheel", "double", "right"])
    x, y, x2, y2 = (f"{chance.uniform(-0.02, 1.02):.3f}" for _ in range(4))
    return [found[0], str(found[1]), how, x, y, x2, y2]


@act(11, _draw_picture)
def picture(
    driver: Driver, place: str, number: str, how: str, x: str, y: str, x2: str, y2: str
) -> None:
    """Use the mouse on a plot, a heatmap, a page of cells or a strip."""
    found = _find(driver, place, "picture", number)
    if found is None:
        return
    widget = surface(found)
    at, to = within(widget, float(x), float(y)), within(widget, float(x2), float(y2))
    left, right = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
    if how == "click":
        QTest.mouseClick(widget, left, pos=at)
    elif how == "point":
        send_mouse(widget, QEvent.Type.MouseMove, at)
    elif how == "drag":
        drag(widget, at, (at + to) / 2, to)
    elif how == "wheel":
        turn_wheel(widget, at, 120 if float(x2) > 0.5 else -120)
    elif how == "double":
        QTest.mouseDClick(widget, left, pos=at)
    else:
        QTest.mouseClick(widget, right, pos=at)


def _draw_table(driver: Driver, chance: Random) -> Words | None:
    found = _draw_widget(driver, chance, "table")
    how = chance.choice(["click", "double", "delete"])
    return None if found is None else [found[0], str(found[1]), how, str(chance.randrange(5))]


@act(1, _draw_table)
def table(driver: Driver, place: str, number: str, how: str, row: str) -> None:
    """Choose a row, take its settings back, or let it go."""
    found = _find(driver, place, "table", number)
    item = None if found is None else found.item(int(row), 0)
    if item is None:
        return
    at = found.visualItemRect(item).center()
    QTest.mouseClick(found.viewport(), Qt.MouseButton.LeftButton, pos=at)
    if how == "double":
        QTest.mouseDClick(found.viewport(), Qt.MouseButton.LeftButton, pos=at)
    elif how == "delete":
        QTest.keyClick(found, Qt.Key.Key_Delete)
    found.clearFocus()
