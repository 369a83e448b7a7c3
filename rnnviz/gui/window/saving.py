"""Saving a piece: ask where, write it in a thread, say in one sentence what went wrong."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QRunnable, QThreadPool, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from rnnviz.gui.model.composer import Composer
from rnnviz.gui.model.preferences import Preferences
from rnnviz.store import midi, wav
from rnnviz.words.translation import tr


@dataclass(frozen=True)
class _Kind:
    suffixes: tuple[str, ...]
    """those that a file of this kind has; the first is added where there is none of them"""
    title: str
    files: str
    write: Callable[..., None]


class PieceSaver(QObject):
    """Saves the piece of a composer into files."""

    said = Signal(str)
    """One sentence for the person."""
    saved = Signal(object)
    """The `Path` of a file that is written."""
    _done = Signal(object, str)

    def __init__(self, composer: Composer, preferences: Preferences, window: QWidget) -> None:
        super().__init__(window)
        self._composer, self._preferences, self._window = composer, preferences, window
        self._kinds = {
            "midi": _Kind(
                (".mid", ".midi"),
                tr("Save the piece as MIDI"),
                tr("MIDI files (*.mid *.midi)"),
                midi.write,
            ),
            "wav": _Kind(
                (".wav",),
                tr("Save the piece as WAV"),
                tr("WAV files (*.wav)"),
                wav.write,
            ),
        }
        self._done.connect(self._finish)

    def ask(self, kind: str) -> None:
        """Ask for a file of a kind, ``"midi"`` or ``"wav"``, and write the piece into it."""
        if self._refuses(kind):
            return
        wanted = self._kinds[kind]
        dialog = QFileDialog(self._window, wanted.title, self._preferences.folder, wanted.files)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        # So that it is the whole name that it asks about where there is such a file.
        dialog.setDefaultSuffix(wanted.suffixes[0][1:])
        dialog.selectFile(f"rnnviz-piece{wanted.suffixes[0]}")
        if dialog.exec() and dialog.selectedFiles():
            self.write(kind, Path(dialog.selectedFiles()[0]))
        dialog.deleteLater()

    def write(self, kind: str, path: Path) -> None:
        """Write the piece of now; `saved` or `said` follows."""
        piece, wanted = self._composer.piece, self._kinds[kind]
        if piece is None or self._refuses(kind):
            return
        if path.suffix.lower() not in wanted.suffixes:
            path = path.with_name(path.name + wanted.suffixes[0])
            if path.exists():
                self.said.emit(
                    tr("There is a file {file} already. Choose another name.").format(file=path)
                )
                return
        write = partial(
            wanted.write,
            path,
            piece.roll,
            lowest=piece.lowest,
            beats_per_minute=self._composer.tempo,
        )
        # The sound of a long piece takes longer than a frame.
        QThreadPool.globalInstance().start(QRunnable.create(lambda: self._write(path, write)))

    def _refuses(self, kind: str) -> bool:
        missing = kind == "midi" and not midi.available()
        if missing:
            self.said.emit(
                tr(
                    'MIDI files need the package mido: pip install "rnnviz[audio]". WAV files '
                    "can be saved without."
                )
            )
        return missing

    def _write(self, path: Path, write: Callable[[], None]) -> None:
        why = ""
        try:
            write()
        except OSError as error:
            why = error.strerror or str(error)
        with suppress(RuntimeError):  # the window was closed meanwhile; the file is there
            self._done.emit(path, why)

    def _finish(self, path: Path, why: str) -> None:
        if why:
            self.said.emit(
                tr("{file} could not be written: {why}. Choose another place.").format(
                    file=path, why=why
                )
            )
            return
        self._preferences.folder = str(path.parent)
        self.saved.emit(path)
