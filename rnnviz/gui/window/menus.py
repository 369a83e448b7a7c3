"""The menu bar: every action in the menu where a person would look for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu

from rnnviz.experiment import Experiment
from rnnviz.gui.look.theme import Choice
from rnnviz.gui.model.presets import presets

if TYPE_CHECKING:
    from rnnviz.gui.window.main_window import MainWindow


def add_menus(window: MainWindow) -> QActionGroup:
    """Fill the menu bar of the window; the choices of the theme come back."""
    actions, bar, tr = window.actions_by_name, window.menuBar(), window.tr

    def fill(menu: QMenu, *names: str) -> None:
        for name in names:
            if name:
                menu.addAction(actions[name])
            else:
                menu.addSeparator()

    saving = ("save_history", "save_midi", "save_wav", "copy_window")
    fill(bar.addMenu(tr("&File")), *saving, "", "quit")
    fill(bar.addMenu(tr("&Edit")), "undo", "redo", "", "defaults")
    run = bar.addMenu(tr("&Training"))
    fill(run, "train", "pause", "batch", "epoch", "stop", "reset", "")
    fill(run, "pin", "unpin", "compare_cells")
    _add_presets(window, bar.addMenu(tr("P&resets")))
    view = bar.addMenu(tr("&View"))
    for dock in window.docks.values():
        view.addAction(dock.toggleViewAction())
    view.addSeparator()
    themes = _add_themes(window, view.addMenu(tr("Theme")))
    fill(view, "larger", "smaller", "", "full_screen", "reset_layout")
    play = bar.addMenu(tr("&Player"))
    fill(play, "play", "previous", "next", "back_ten", "on_ten", "first", "last", "")
    fill(play, "slower", "faster", "loop", "", "previous_example", "next_example", "")
    fill(play, "previous_epoch", "next_epoch", "", "deselect")
    fill(bar.addMenu(tr("&Help")), "shortcuts", "about")
    return themes


def _add_presets(window: MainWindow, menu: QMenu) -> None:
    known: dict[str, Experiment] = {}

    def fill() -> None:  # when it is opened first: it takes a while to make them all
        if not known:
            known.update(presets())
            for name in known:
                menu.addAction(name)

    def take(action: QAction) -> None:
        window.workspace.draft.replace(known[action.text()], action.text())

    menu.aboutToShow.connect(fill)
    menu.triggered.connect(take)


def _add_themes(window: MainWindow, menu: QMenu) -> QActionGroup:
    group = QActionGroup(window)
    names: dict[Choice, str] = {
        "system": window.tr("As the system"),
        "light": window.tr("Light"),
        "dark": window.tr("Dark"),
    }
    for choice, text in names.items():
        action = QAction(text, window, checkable=True, checked=choice == window.theme.choice)
        action.setData(choice)
        menu.addAction(action)
        group.addAction(action)
    group.triggered.connect(lambda action: window.choose_theme(action.data()))
    return group
