"""What the window remembers from one time to the next."""

from __future__ import annotations

import base64
import logging
from typing import TYPE_CHECKING, Any, cast

import msgspec
from PySide6.QtCore import QByteArray

from rnnviz.experiment import Experiment, restored
from rnnviz.store import places
from rnnviz.store.parts import PartError, PartsFile
from rnnviz.words import languages
from rnnviz.words.translation import tr

if TYPE_CHECKING:
    from rnnviz.gui.look.theme import Choice

log = logging.getLogger(__name__)


class Preferences:
    """Settings in one file; what is damaged there is as if it was never set, and is named once
    in `complaints`, a sentence each.

    Qt's own settings are not used: they make objects of what is in their file before anybody
    can check it, and crash on some. Nor is Qt given a layout that is not whole.
    """

    def __init__(self) -> None:
        folder = places.settings_folder()
        self._file = PartsFile(folder / "rnnviz.conf")
        self.complaints: list[str] = []

    @property
    def theme(self) -> Choice:
        """Light, dark, or as the system has it."""
        return cast("Choice", self._one_of("theme", ("system", "light", "dark")))

    @theme.setter
    def theme(self, choice: Choice) -> None:
        self._file.put("theme", choice)
        self.sync()

    @property
    def language(self) -> str:
        """The code of the language that was chosen, or ``"system"``."""
        return str(self._one_of("language", ("system", *languages.available())))

    @language.setter
    def language(self, code: str) -> None:
        self._file.put("language", code)
        self.sync()

    @property
    def text_size(self) -> int | None:
        """Points by which text is larger than the system's; None if it was never chosen."""
        kept = self._one_of("text_size", (None, *range(-2, 13)))
        return cast("int | None", kept)

    @text_size.setter
    def text_size(self, steps: int | None) -> None:
        self._file.put("text_size", steps)
        self.sync()

    @property
    def experiment(self) -> Experiment:
        """What the sliders showed last; a knob that is not known any more is left out."""
        plain = self._get("experiment")
        if plain is None:
            return Experiment()
        found, lost = restored(plain)
        if lost:
            self.complaints.append(
                tr(
                    "Some settings of the last time are not known here and are as at first: "
                    "{knobs}.",
                ).format(knobs=", ".join(lost))
            )
        return found

    @experiment.setter
    def experiment(self, experiment: Experiment) -> None:
        self._file.put("experiment", msgspec.to_builtins(experiment))

    @property
    def folder(self) -> str:
        """Where something was saved or opened last."""
        kept = self._get("folder")
        return kept if isinstance(kept, str) else ""

    @folder.setter
    def folder(self, folder: str) -> None:
        # A name that is not UTF-8 can be opened, but not written down.
        self._file.put("folder", folder.encode(errors="ignore").decode())
        self.sync()

    @property
    def panels(self) -> list[str]:
        """The panels that there were when the layout was kept."""
        kept = self._get("panels")
        return [name for name in kept if isinstance(name, str)] if isinstance(kept, list) else []

    @panels.setter
    def panels(self, names: list[str]) -> None:
        self._file.put("panels", names)

    @property
    def lanes(self) -> list[list[object]]:
        """How the lanes of the stage stood, from the top."""
        kept = self._get("lanes")
        return [one for one in kept if isinstance(one, list)] if isinstance(kept, list) else []

    @lanes.setter
    def lanes(self, states: list[list[object]]) -> None:
        self._file.put("lanes", states)

    def bytes(self, name: str, version: int = 1) -> QByteArray | None:
        """The place and the layout of a window, as Qt packs them."""
        kept = self._get(name, version)
        if kept is None:
            return None
        try:
            return QByteArray(base64.b64decode(kept, validate=True))
        except (TypeError, ValueError):
            self._complain(PartError(name, "damaged"))
            return None

    def keep_bytes(self, name: str, packed: QByteArray, version: int = 1) -> None:
        """Keep the place or the layout of a window."""
        self._file.put(name, base64.b64encode(packed.data()).decode(), version)

    def flag(self, name: str) -> bool:
        """Whether something is switched on."""
        return bool(self._one_of(name, (False, True)))

    def keep_flag(self, name: str, on: bool) -> None:
        """Keep whether something is switched on."""
        self._file.put(name, on)

    def sync(self) -> None:
        """Write to the file now."""
        try:
            self._file.write()
        except OSError as error:
            log.warning("settings cannot be written: %s", error)

    def _one_of(self, name: str, known: tuple[object, ...]) -> object:
        kept = self._get(name)
        return kept if kept is not None and kept in known else known[0]

    def _get(self, name: str, version: int = 1) -> Any:
        try:
            return self._file.get(name, version)
        except PartError as error:
            self._complain(error)
            return None

    def _complain(self, error: PartError) -> None:
        if error.why == "damaged":
            template = tr("What was remembered is damaged and is as at first: {part}.")
        else:
            template = tr(
                "What was remembered is of another version and is as at first: {part}.",
            )
        sentence = template.format(part=_titles().get(error.name, error.name))
        if sentence not in self.complaints:
            self.complaints.append(sentence)


def _titles() -> dict[str, str]:
    return {
        "theme": tr("the theme"),
        "language": tr("the language"),
        "text_size": tr("the size of text"),
        "experiment": tr("the settings of the knobs"),
        "folder": tr("the last folder"),
        "geometry": tr("the place of the window"),
        "layout": tr("the layout of the panels"),
        "panels": tr("the layout of the panels"),
        "lanes": tr("the layout of the panels"),
        "retrain": tr("whether to train again at once"),
    }
