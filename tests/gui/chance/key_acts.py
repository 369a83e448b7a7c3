"""Keys and menus."""

from __future__ import annotations

from random import Random
from typing import Any

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QDialog,
)

from tests.gui.chance.acts import Words, act
from tests.gui.driver import Driver

TRAINING = ("train", "train", "train", "pause", "batch", "epoch", "stop", "reset", "pin")
PLAYER = ("next_example", "previous_example", "next_epoch", "previous_epoch")


def _draw_press(driver: Driver, chance: Random) -> Words:
    commands = driver.window.actions_by_name.commands
    named = {name: one for name, one in commands.items() if one.keys and name != "quit"}
    pick = chance.random()
    names = TRAINING if pick < 0.35 else PLAYER if pick < 0.6 else sorted(named)
    return [chance.choice(named[chance.choice(names)].keys)]


@act(24, _draw_press)
def press(driver: Driver, keys: str) -> None:
    """Press keys wherever the keyboard is."""
    combination = QKeySequence(keys)[0]
    driver.key(combination.key(), combination.keyboardModifiers())


def _draw_menu(driver: Driver, chance: Random) -> Words:
    bar: Any = driver.window.menuBar().actions()
    place = chance.randrange(len(bar))
    return [str(place), str(chance.randrange(max(1, len(bar[place].menu().actions()))))]


@act(3, _draw_menu)
def menu(driver: Driver, place: str, entry: str) -> None:
    """Open a menu and pick an entry with the keyboard."""
    opened: Any = driver.window.menuBar().actions()[int(place)].menu()
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
