"""The menu bar: every command in its menu, and what menus hold besides."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QMenuBar

from rnnviz.experiment import Experiment
from rnnviz.gui.model.presets import presets
from rnnviz.gui.window.actions import Actions
from rnnviz.words.translation import tr

Key = TypeVar("Key", bound=str)


def fill_menus(bar: QMenuBar, actions: Actions, names: tuple[str, ...]) -> dict[str, QMenu]:
    """Make the menus of these names and put the commands into them; the menus by name."""
    menus = {}
    for name in names:
        menu = menus[name] = bar.addMenu(tr(name))
        for command in actions.menus.get(name, []):
            if command.begins and not menu.isEmpty():
                menu.addSeparator()
            menu.addAction(actions[command.name])
    return menus


def add_presets(menu: QMenu, take: Callable[[Experiment, str], object]) -> None:
    """Offer the presets; `take` gets the one that is chosen, and its name."""
    known: dict[str, Experiment] = {}

    def fill() -> None:  # when it is opened first: it takes a while to make them all
        if not known:
            known.update(presets())
            for name in known:
                menu.addAction(name)

    menu.aboutToShow.connect(fill)
    menu.triggered.connect(lambda action: take(known[action.text()], action.text()))


def add_choices(
    menu: QMenu, names: dict[Key, str], chosen: Key, choose: Callable[[Key], object]
) -> QActionGroup:
    """Offer one of several things; each action of the group holds which it is."""
    group = QActionGroup(menu)
    for choice, text in names.items():
        action = QAction(text, menu, checkable=True, checked=choice == chosen)
        action.setData(choice)
        menu.addAction(action)
        group.addAction(action)
    group.triggered.connect(lambda action: choose(action.data()))
    return group


def put_first(menu: QMenu, items: list[QAction]) -> None:
    """Put these above what is in a menu, with a line between."""
    first = menu.actions()[0]
    menu.insertActions(first, items)
    menu.insertSeparator(first)
