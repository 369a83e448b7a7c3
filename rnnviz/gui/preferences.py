"""What the window remembers from one time to the next."""

from __future__ import annotations

from typing import cast

import msgspec
from PySide6.QtCore import QByteArray, QSettings

from rnnviz.experiment import Experiment
from rnnviz.gui.theme import Choice
from rnnviz.store import places


class Preferences:
    """Settings in one file; what is missing or damaged there is as if it was never set."""

    def __init__(self) -> None:
        file = places.settings_folder() / "rnnviz.ini"
        self._settings = QSettings(str(file), QSettings.Format.IniFormat)

    @property
    def theme(self) -> Choice:
        """Light, dark, or as the system has it."""
        kept = self._settings.value("theme")
        return cast(Choice, kept) if kept in ("light", "dark") else "system"

    @theme.setter
    def theme(self, choice: Choice) -> None:
        self._settings.setValue("theme", choice)

    @property
    def text_size(self) -> int | None:
        """Points by which text is larger than the system's; None if it was never chosen."""
        try:
            return max(-2, min(int(str(self._settings.value("text_size"))), 12))
        except ValueError:
            return None

    @text_size.setter
    def text_size(self, steps: int | None) -> None:
        self._settings.setValue("text_size", steps)

    @property
    def experiment(self) -> Experiment:
        """What the sliders showed last."""
        try:
            return msgspec.json.decode(str(self._settings.value("experiment", "")), type=Experiment)
        except (msgspec.DecodeError, ValueError):
            return Experiment()

    @experiment.setter
    def experiment(self, experiment: Experiment) -> None:
        self._settings.setValue("experiment", msgspec.json.encode(experiment).decode())

    @property
    def folder(self) -> str:
        """Where something was saved or opened last."""
        return str(self._settings.value("folder", ""))

    @folder.setter
    def folder(self, folder: str) -> None:
        self._settings.setValue("folder", folder)

    def bytes(self, name: str) -> QByteArray | None:
        """The place and the layout of a window, as Qt packs them."""
        kept = self._settings.value(name)
        return kept if isinstance(kept, QByteArray) and not kept.isEmpty() else None

    def keep_bytes(self, name: str, packed: QByteArray) -> None:
        """Keep the place or the layout of a window."""
        self._settings.setValue(name, packed)

    def flag(self, name: str) -> bool:
        """Whether something is switched on."""
        return str(self._settings.value(name, "")).lower() == "true"

    def keep_flag(self, name: str, on: bool) -> None:
        """Keep whether something is switched on."""
        self._settings.setValue(name, on)

    def sync(self) -> None:
        """Write to the file now."""
        self._settings.sync()
