"""Everything that can be done in the window: its name, its keys, its icon, once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from rnnviz.gui.look.icons import icon
from rnnviz.gui.look.theme import Colours
from rnnviz.gui.model.view_state import ViewState


@dataclass(frozen=True)
class Entry:
    """One action: `keys` as Qt writes them, the first of which stands in menus."""

    name: str
    text: str
    keys: tuple[str, ...]
    tip: str = ""
    icon: str = ""
    checkable: bool = False


class Actions:
    """The window's actions by name, in groups."""

    def __init__(self, window: QWidget) -> None:
        self._window = window
        self.groups: dict[str, list[Entry]] = _entries(window.tr)
        self._actions = {
            entry.name: self._make(entry) for group in self.groups.values() for entry in group
        }

    def __getitem__(self, name: str) -> QAction:
        return self._actions[name]

    def connect(self, **slots: Callable[..., object]) -> None:
        """Connect actions by name to what they do; checkable ones pass on their state."""
        for name, slot in slots.items():
            action = self[name]
            if action.isCheckable():
                action.toggled.connect(slot)
            else:
                action.triggered.connect(lambda _=False, slot=slot: slot())

    def recolour(self, colours: Colours) -> None:
        """Draw the icons in the colours of a theme."""
        for group in self.groups.values():
            for entry in group:
                if entry.icon:
                    primary = entry.name == "train"  # its button is filled
                    shades = (colours.panel, colours.muted) if primary else (None, None)
                    self[entry.name].setIcon(icon(entry.icon, colours, *shades))

    def _make(self, entry: Entry) -> QAction:
        action = QAction(entry.text, self._window, checkable=entry.checkable)
        action.setShortcuts([QKeySequence(keys) for keys in entry.keys])
        shown = ", ".join(
            QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText)
            for keys in entry.keys
        )
        action.setToolTip(f"{entry.tip or entry.text} ({shown})" if shown else entry.tip)
        self._window.addAction(action)
        return action


def connect_view_state(actions: Actions, view_state: ViewState) -> None:
    """Connect what moves through a trace, in whichever window it is shown."""
    player = view_state.player
    actions.connect(
        play=player.toggle,
        previous=lambda: player.step(-1),
        next=lambda: player.step(1),
        back_ten=lambda: player.step(-10),
        on_ten=lambda: player.step(10),
        first=lambda: player.step(-player.timesteps),
        last=lambda: player.step(player.timesteps),
        slower=lambda: player.faster(-1),
        faster=player.faster,
        loop=player.set_loop,
        deselect=lambda: view_state.select_unit(view_state.unit),
    )


def _entries(tr: Callable[[str], str]) -> dict[str, list[Entry]]:
    return {
        tr("Training"): [
            Entry("train", tr("Train"), ("Ctrl+T",), tr("Train the network"), "train"),
            Entry("pause", tr("Pause"), ("Ctrl+P",), tr("Pause training, or go on"), "pause"),
            Entry("batch", tr("Batch"), ("Ctrl+B",), tr("Train one batch"), "step-forward"),
            Entry("epoch", tr("Epoch"), ("Ctrl+E",), tr("Train one epoch"), "skip-forward"),
            Entry("stop", tr("Stop"), ("Ctrl+.",), tr("End this run here"), "stop"),
            Entry("reset", tr("Reset"), ("Ctrl+R",), tr("Forget what was learned"), "reset"),
            Entry("pin", tr("Pin this run"), ("Ctrl+D",), tr("Keep this run to compare"), "pin"),
            Entry("unpin", tr("Let all pinned runs go"), ("Ctrl+Shift+D",)),
            Entry(
                "compare_cells",
                tr("RNN, LSTM and GRU from the same start"),
                ("Ctrl+Shift+T",),
                tr("Train all three cells one after another and compare them"),
            ),
        ],
        tr("Player"): [
            Entry("play", tr("Play"), ("Space",), tr("Play through the sequence"), "play"),
            Entry("previous", tr("Step back"), ("Left",), icon="previous"),
            Entry("next", tr("Step"), ("Right",), icon="next"),
            Entry("back_ten", tr("Ten steps back"), ("Shift+Left",)),
            Entry("on_ten", tr("Ten steps on"), ("Shift+Right",)),
            Entry("first", tr("First timestep"), ("Home",), icon="first"),
            Entry("last", tr("Last timestep"), ("End",), icon="last"),
            Entry("slower", tr("Slower"), ("[",)),
            Entry("faster", tr("Faster"), ("]",)),
            Entry("loop", tr("Loop"), ("L",), tr("Begin again at the end"), "loop", True),
            Entry("previous_example", tr("Previous example"), ("Ctrl+Left",), icon="previous"),
            Entry("next_example", tr("Next example"), ("Ctrl+Right",), icon="next"),
            Entry("previous_epoch", tr("Previous training frame"), ("PgUp",), icon="previous"),
            Entry("next_epoch", tr("Next training frame"), ("PgDown",), icon="next"),
        ],
        tr("Settings"): [
            Entry("undo", tr("Undo"), ("Ctrl+Z",), icon="undo"),
            Entry("redo", tr("Redo"), ("Ctrl+Shift+Z", "Ctrl+Y"), icon="redo"),
            Entry("defaults", tr("All knobs to their defaults"), ()),
        ],
        tr("Window"): [
            Entry("save_history", tr("Save history as CSV …"), ("Ctrl+S",)),
            Entry("save_midi", tr("Save the piece as MIDI …"), ()),
            Entry("save_wav", tr("Save the piece as WAV …"), ()),
            Entry("copy_window", tr("Copy window as image"), ("Ctrl+Shift+C",)),
            Entry("deselect", tr("Let the selected unit go"), ("Esc",)),
            Entry("full_screen", tr("Full screen"), ("F11",), icon="fullscreen", checkable=True),
            Entry("larger", tr("Larger text"), ("Ctrl++", "Ctrl+=")),
            Entry("smaller", tr("Smaller text"), ("Ctrl+-",)),
            Entry("reset_layout", tr("Reset layout"), ()),
            Entry("shortcuts", tr("Keyboard shortcuts"), ("F1",)),
            Entry("about", tr("About rnnviz"), ()),
            Entry("quit", tr("Quit"), ("Ctrl+Q",)),
        ],
    }
