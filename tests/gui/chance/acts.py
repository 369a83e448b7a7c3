"""What a person may do, drawn by chance and written as words that can be done again.

Each act has a line: its name and its words. To `draw` it may look at the window; done again, it
does what the words say, and nothing where that cannot be done.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QComboBox,
    QDialog,
    QSlider,
    QTabBar,
    QWidget,
)

from rnnviz.experiment import Experiment, knobs, suited
from rnnviz.knobs import Knob, positions
from rnnviz.tasks import TASKS
from tests.gui.chance.hands import (
    pace,
    places,
    some_pace,
    surface,
    turn_wheel,
    usable,
    widgets,
    within,
)
from tests.gui.driver import Driver, drag, send_mouse

Words = list[str]

SMALL = {
    "windows": 120,
    "lists": 60,
    "strings": 60,
    "sequences": 60,
    "signals": 60,
    "dates": 500,
    "share": 0.1,
    "length": 30,
    "hidden": 12,
    "embedding": 8,
    "epochs": 4,
}
"""What knobs stand at where an experiment is to be small."""
MOST = SMALL | {
    "windows": 300,
    "dates": 900,
    "length": 80,
    "hidden": 48,
    "embedding": 32,
    "layers": 3,
    "epochs": 8,
    "window": 60,
    "blanks": 20,
    "longest": 60,
    "every": 3,
    "signals": 100,
}
"""And how far they are turned up then."""
RUBBISH = (
    "abc",
    "-1",
    "1e9",
    "",
    "nan",
    "inf",
    "12,5",
    "0",
    "7.5",
    "\N{FULLWIDTH DIGIT ONE}\N{FULLWIDTH DIGIT TWO}",
    "1" * 30,
)
ARROWS = ("Left", "Right", "Up", "Down", "Home", "End", "PgUp", "PgDown")
TRAINING = ("train", "train", "train", "pause", "batch", "epoch", "stop", "reset", "pin")
PLAYER = ("next_example", "previous_example", "next_epoch", "previous_epoch")


@dataclass(frozen=True)
class Act:
    """`draw` gives its words, None where it is impossible now; `do` does what they say."""

    weight: float
    draw: Callable[[Driver, Random], Words | None]
    do: Callable[..., None]


ACTS: dict[str, Act] = {}


def act(
    weight: float, draw: Callable[[Driver, Random], Words | None]
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    def add(do: Callable[..., None]) -> Callable[..., None]:
        ACTS[do.__name__] = Act(weight, draw, do)
        return do

    return add


def drawn(driver: Driver, chance: Random, *, kill: float = 0.0) -> Words:
    """A line of words for something that can be done now."""
    weights = [kill if name == "kill" else act.weight for name, act in ACTS.items()]
    while True:
        (name,) = chance.choices(list(ACTS), weights)
        words = ACTS[name].draw(driver, chance)
        if words is not None:
            return [name, *words]


def do(driver: Driver, words: Words) -> None:
    """Do what a line says."""
    ACTS[words[0]].do(driver, *words[1:])


# --- keys and menus ----------------------------------------------------------------------


def _draw_press(driver: Driver, chance: Random) -> Words:
    entries = [e for group in driver.window.actions_by_name.groups.values() for e in group]
    named = {entry.name: entry for entry in entries if entry.keys and entry.name != "quit"}
    pick = chance.random()
    names = TRAINING if pick < 0.35 else PLAYER if pick < 0.6 else sorted(named)
    return [chance.choice(named[chance.choice(names)].keys)]


@act(24, _draw_press)
def press(driver: Driver, keys: str) -> None:
    """Press keys wherever the keyboard is."""
    combination = QKeySequence(keys)[0]
    driver.key(combination.key(), combination.keyboardModifiers())


def _draw_menu(driver: Driver, chance: Random) -> Words:
    bar = driver.window.menuBar().actions()
    place = chance.randrange(len(bar))
    return [str(place), str(chance.randrange(max(1, len(bar[place].menu().actions()))))]


@act(3, _draw_menu)
def menu(driver: Driver, place: str, entry: str) -> None:
    """Open a menu and pick an entry with the keyboard."""
    opened = driver.window.menuBar().actions()[int(place)].menu()
    opened.popup(driver.window.mapToGlobal(QPoint(20 + 60 * int(place), 24)))
    for _ in range(int(entry) + 1):
        QTest.keyClick(opened, Qt.Key.Key_Down)
    chosen = opened.activeAction()
    if chosen is None or chosen is driver.window.actions_by_name["quit"]:
        QTest.keyClick(opened, Qt.Key.Key_Escape)
    else:
        QTest.keyClick(opened, Qt.Key.Key_Return)


@act(1, lambda driver, _: [] if driver.window.findChildren(QDialog) else None)
def close_dialog(driver: Driver) -> None:
    """Close one of the small windows."""
    for dialog in driver.window.findChildren(QDialog)[:1]:
        dialog.close()


# --- the experiment ----------------------------------------------------------------------


def small(task: str) -> Experiment:
    """A task with little to learn."""
    experiment = suited(TASKS[task]())
    for path, _ in list(knobs(experiment)):
        value = SMALL.get(path.partition(".")[2])
        if value is not None:
            experiment = experiment.with_value(path, value)
    return experiment.with_value("training.device", "cpu")


@act(5, lambda _, chance: [chance.choice(sorted(TASKS)), "small"])
def task(driver: Driver, name: str, size: str) -> None:
    """Choose a task with the keyboard; with small settings, as if a person put them so."""
    panel = driver.panel("experiment")
    if size == "small":
        driver.lab.draft.replace(small(name), name)
        return
    _pick(panel.tasks, list(TASKS).index(name))


def _rows(driver: Driver) -> list[str]:
    return [path for path, row in driver.panel("experiment").rows.items() if row.isVisible()]


def _within(knob: Knob) -> list[int | float]:
    most = MOST.get(knob.name, knob.high)
    return [stop for stop in positions(knob) if stop <= most] or [knob.low]


def _draw_turn(driver: Driver, chance: Random) -> Words | None:
    rows = _rows(driver)
    if not rows:
        return None
    path = chance.choice(rows)
    knob = driver.panel("experiment").rows[path].knob
    if knob.choices:
        return [path, "choose", str(chance.randrange(len(knob.choices)))]
    if knob.files:
        return [path, "file", chance.choice(["choose", "let_go"])]
    stops = _within(knob)
    how = chance.choice(["drag", "drag", "type", "type", "keys", "reset", "wheel"])
    if how == "reset":
        fits = knob.default <= max(stops)
        return [path, "reset"] if fits else None
    if how == "type":
        text = chance.choice(RUBBISH) if chance.random() < 0.2 else f"{chance.choice(stops):g}"
        if text.isdigit() and len(text) < 30 and float(text) > max(stops):
            return None
        return [path, "type", text, chance.choice(["Return", "Return", "Tab", "Esc"])]
    if how == "wheel":
        return [path, "wheel", str(chance.choice([-120, 120]))]
    if how == "keys":
        return [path, "keys", chance.choice(["Left", "Left", "Right", "Home"])]
    share = len(stops) / len(positions(knob)) * chance.random()
    return [path, "drag", f"{share:.3f}"]


@act(17, _draw_turn)
def turn(driver: Driver, path: str, how: str, *words: str) -> None:
    """Turn a knob."""
    panel = driver.panel("experiment")
    row = panel.rows.get(path)
    if row is None or not row.isVisible():
        return
    panel._scroll.ensureWidgetVisible(row)
    if how == "choose":
        if row._choice is not None:
            _pick(row._choice, int(words[0]))
    elif how == "file":
        if row._file is not None:
            button = row._file.button if words[0] == "choose" else row._file.let_go
            if button.isVisible():
                QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    elif how == "reset":
        QTest.mouseDClick(row._title, Qt.MouseButton.LeftButton)
    elif how == "type":
        driver.window.activateWindow()
        QTest.mouseClick(row._number, Qt.MouseButton.LeftButton)
        row._number.setFocus(Qt.FocusReason.MouseFocusReason)
        if not row._number.hasFocus():  # a small window is in front
            return
        row._number.selectAll()
        QTest.keyClicks(row._number, words[0])
        if not words[0]:
            QTest.keyClick(row._number, Qt.Key.Key_Delete)
        QTest.keyClick(row._number, QKeySequence(words[1])[0].key())
    elif how == "keys":
        row.slider.setFocus(Qt.FocusReason.TabFocusReason)
        QTest.keyClick(row.slider, QKeySequence(words[0])[0].key())
        row.slider.clearFocus()
    elif how == "wheel":
        turn_wheel(row.slider, row.slider.rect().center(), int(words[0]))
    else:
        _drag_to(row.slider, float(words[0]))


@act(2, lambda _, chance: [str(chance.randrange(1, 4)), chance.choice(["undo", "redo"])])
def undo(driver: Driver, times: str, what: str) -> None:
    """Take some turns back, or make them again."""
    for _ in range(int(times)):
        if driver.window.actions_by_name[what].isEnabled():
            driver.do(what)


# --- what is in panels and toolbars ------------------------------------------------------


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


def _find(driver: Driver, place: str, kind: str, number: str) -> QWidget | None:
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
        _pick(box, int(entry), lambda: pace(driver, meanwhile))


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
        _drag_to(slider, float(what))
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
        QTest.keyClicks(field, text)
        QTest.keyClick(field, Qt.Key.Key_Return)
        field.clearFocus()


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


# --- docks and the window ----------------------------------------------------------------

AREAS = {
    "left": Qt.DockWidgetArea.LeftDockWidgetArea,
    "right": Qt.DockWidgetArea.RightDockWidgetArea,
    "top": Qt.DockWidgetArea.TopDockWidgetArea,
    "bottom": Qt.DockWidgetArea.BottomDockWidgetArea,
}


def _draw_dock(driver: Driver, chance: Random) -> Words:
    one, other = chance.sample(sorted(driver.window.docks), 2)
    how = chance.choice(["toggle", "toggle", "float", "raise", "raise", "raise"])
    if chance.random() < 0.3:
        how = chance.choice(["tab", "beside", "below", "size", *AREAS])
    return [how, one, other, str(chance.randrange(80, 900)), str(chance.randrange(60, 600))]


@act(9, _draw_dock)
def dock(driver: Driver, how: str, name: str, other: str, width: str, height: str) -> None:
    """Open, close, float, move, resize or raise a panel."""
    window, panel = driver.window, driver.window.docks[name]
    target = window.docks[other]
    if how == "toggle":
        panel.toggleViewAction().trigger()
    elif how == "float":
        panel.setFloating(not panel.isFloating())
    elif how == "raise":
        for bar in window.findChildren(QTabBar):
            for tab in range(bar.count()):
                if bar.tabText(tab) == panel.windowTitle() and bar.isVisible():
                    QTest.mouseClick(bar, Qt.MouseButton.LeftButton, pos=bar.tabRect(tab).center())
    elif how == "size":
        panel.resize(int(width), int(height))
    elif how in AREAS:
        window.addDockWidget(AREAS[how], panel)
    elif target.isFloating() or panel.isFloating():
        return
    elif how == "tab":
        window.tabifyDockWidget(target, panel)
    else:
        way = Qt.Orientation.Horizontal if how == "beside" else Qt.Orientation.Vertical
        window.splitDockWidget(target, panel, way)


@act(3, lambda _, chance: [str(chance.randrange(400, 2000)), str(chance.randrange(300, 1200))])
def resize(driver: Driver, width: str, height: str) -> None:
    """Give the window another size."""
    driver.window.resize(int(width), int(height))


@act(2, lambda _, chance: [chance.choice(["light", "dark", "system"])])
def theme(driver: Driver, choice: str) -> None:
    driver.window.choose_theme(choice)


@act(0, lambda driver, _: [] if driver.lab.worker.engine_pid else None)
def kill(driver: Driver) -> None:
    """Kill the engine."""
    if driver.lab.worker.engine_pid:
        os.kill(driver.lab.worker.engine_pid, signal.SIGKILL)


# --- hands -------------------------------------------------------------------------------


def _pick(box: QComboBox, entry: int, meanwhile: Callable[[], None] = lambda: None) -> None:
    """Open a box and pick an entry with the keyboard."""
    box.showPopup()
    view = box.view()
    meanwhile()
    QTest.keyClick(view, Qt.Key.Key_Home)
    for _ in range(min(entry, box.count() - 1)):
        QTest.keyClick(view, Qt.Key.Key_Down)
    QTest.keyClick(view, Qt.Key.Key_Return)
    if view.isVisible():
        box.hidePopup()


def _drag_to(slider: QSlider, share: float) -> None:
    """Drag from where the handle is to a share of the whole way."""
    span = max(1, slider.maximum() - slider.minimum())
    here = (slider.value() - slider.minimum()) / span
    middle = slider.height() // 2
    places = [QPoint(round(x * (slider.width() - 1)), middle) for x in (here, (here + share) / 2)]
    drag(slider, *places, QPoint(round(share * (slider.width() - 1)), middle))
