"""Actions: what each declaration of a command becomes in a window."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from rnnviz.gui.look.icons import icon
from rnnviz.gui.look.theme import Colours
from rnnviz.words.translation import tr


@dataclass(frozen=True, kw_only=True)
class Command:
    """One thing that can be done, declared once: menus, toolbars, keys and lists read it.

    `do` is called with the window, and where the command is a switch with its new state too.
    """

    name: str
    text: str
    """what stands in the menu"""
    menu: str
    """the menu in which a person would look for it"""
    do: Callable[..., object]
    keys: tuple[str, ...] = ()
    """as Qt writes them; the first stands in the menu"""
    tip: str = ""
    """what it does, in a few more words"""
    icon: str = ""
    primary: bool = False
    """its button is filled"""
    checkable: bool = False
    checked: Callable[[Any], bool] | None = None
    """whether a switch is on, where something else may turn it too"""
    when: Callable[[Any], bool] | None = None
    """whether it can be done now; None: always"""
    says: Callable[[Any], str] | None = None
    """its text of the moment, where that changes"""
    begins: bool = False
    """whether a line is drawn above it in its menu"""


class Actions(QObject):
    """A window's actions by name, made of the commands that it knows."""

    def __init__(self, window: QWidget, commands: Sequence[Command]) -> None:
        super().__init__(window)
        self._window = window
        self.commands = {command.name: command for command in commands}
        self._actions = {command.name: self._make(command) for command in commands}

    def __getitem__(self, name: str) -> QAction:
        return self._actions[name]

    @property
    def menus(self) -> dict[str, list[Command]]:
        """The commands by the name of their menu, in the order of their declaration."""
        found: dict[str, list[Command]] = {}
        for command in self.commands.values():
            found.setdefault(command.menu, []).append(command)
        return found

    def refresh(self) -> None:
        """Show what can be done now, and what it is called."""
        for name, command in self.commands.items():
            action = self._actions[name]
            if command.when is not None:
                action.setEnabled(command.when(self._window))
            if command.says is not None:
                action.setText(command.says(self._window))
            if command.checked is not None:
                action.setChecked(command.checked(self._window))

    def recolour(self, colours: Colours) -> None:
        """Draw the icons in the colours of a theme."""
        for command in self.commands.values():
            if command.icon:
                shades = (colours.panel, colours.muted) if command.primary else (None, None)
                self[command.name].setIcon(icon(command.icon, colours, *shades))

    def _make(self, command: Command) -> QAction:
        action = QAction(tr(command.text), self._window, checkable=command.checkable)
        action.setShortcuts([QKeySequence(keys) for keys in command.keys])
        shown, tip = keys_of(command), tr(command.tip)
        action.setToolTip(f"{tip or tr(command.text)} ({shown})" if shown else tip)
        window = self._window
        if command.checkable:
            action.toggled.connect(lambda on: command.do(window, on))
        else:
            action.triggered.connect(lambda: command.do(window))
        self._window.addAction(action)
        return action


def keys_of(command: Command) -> str:
    """The keys of a command as this system writes them."""
    native = QKeySequence.SequenceFormat.NativeText
    return ", ".join(QKeySequence(keys).toString(native) for keys in command.keys)
