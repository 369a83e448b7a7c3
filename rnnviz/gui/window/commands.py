"""Everything that can be done in a window, each declared once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from rnnviz.gui.model.view_state import ViewState
from rnnviz.gui.widgets.clipboard import copy_image
from rnnviz.gui.window.actions import Command
from rnnviz.words.translation import mark, tr

if TYPE_CHECKING:
    from rnnviz.gui.window.main_window import MainWindow


class Watching(Protocol):
    """A window that shows a trace."""

    view_state: ViewState


MENUS = (
    mark("&File"),
    mark("&Edit"),
    mark("&Training"),
    mark("P&resets"),
    mark("&View"),
    mark("&Player"),
    mark("&Help"),
)
"""the menu bar, from the left"""
FILE, EDIT, TRAINING, PRESETS, VIEW, PLAYER, HELP = MENUS


def _several_timesteps(window: Watching) -> bool:
    return window.view_state.player.timesteps > 1


def _several_epochs(window: Watching) -> bool:
    player = window.view_state.player
    return player.epochs > 0 and not player.held


def _step(window: Watching, timesteps: int) -> None:
    window.view_state.player.step(timesteps)


def _to_an_end(window: Watching, sign: int) -> None:
    player = window.view_state.player
    player.step(sign * player.timesteps)


def _show_neighbour(window: Watching, distance: int) -> None:
    player = window.view_state.player
    player.show_example(player.example + distance)


def _has_neighbour(window: Watching, distance: int) -> bool:
    player = window.view_state.player
    return 0 <= player.example + distance < player.examples and not player.held


TRACE_COMMANDS = (
    Command(
        name="play",
        text=mark("Play"),
        menu=PLAYER,
        keys=("Space",),
        tip=mark("Play through the sequence"),
        do=lambda window: window.view_state.player.toggle(),
        when=_several_timesteps,
        says=lambda window: tr("Pause") if window.view_state.player.playing else tr("Play"),
    ),
    Command(
        name="previous",
        text=mark("Step back"),
        menu=PLAYER,
        keys=("Left",),
        icon="previous",
        do=lambda window: _step(window, -1),
        when=_several_timesteps,
    ),
    Command(
        name="next",
        text=mark("Step"),
        menu=PLAYER,
        keys=("Right",),
        icon="next",
        do=lambda window: _step(window, 1),
        when=_several_timesteps,
    ),
    Command(
        name="back_ten",
        text=mark("Ten steps back"),
        menu=PLAYER,
        keys=("Shift+Left",),
        do=lambda window: _step(window, -10),
        when=_several_timesteps,
    ),
    Command(
        name="on_ten",
        text=mark("Ten steps on"),
        menu=PLAYER,
        keys=("Shift+Right",),
        do=lambda window: _step(window, 10),
        when=_several_timesteps,
    ),
    Command(
        name="first",
        text=mark("First timestep"),
        menu=PLAYER,
        keys=("Home",),
        icon="first",
        do=lambda window: _to_an_end(window, -1),
        when=_several_timesteps,
    ),
    Command(
        name="last",
        text=mark("Last timestep"),
        menu=PLAYER,
        keys=("End",),
        icon="last",
        do=lambda window: _to_an_end(window, 1),
        when=_several_timesteps,
    ),
    Command(
        name="slower",
        text=mark("Slower"),
        menu=PLAYER,
        keys=("[",),
        begins=True,
        do=lambda window: window.view_state.player.faster(-1),
    ),
    Command(
        name="faster",
        text=mark("Faster"),
        menu=PLAYER,
        keys=("]",),
        do=lambda window: window.view_state.player.faster(),
    ),
    Command(
        name="loop",
        text=mark("Loop"),
        menu=PLAYER,
        keys=("L",),
        tip=mark("Begin again at the end"),
        icon="loop",
        checkable=True,
        do=lambda window, on: window.view_state.player.set_loop(on),
        checked=lambda window: window.view_state.player.loop,
    ),
    Command(
        name="previous_example",
        text=mark("Previous example"),
        menu=PLAYER,
        keys=("Ctrl+Left",),
        icon="previous",
        begins=True,
        do=lambda window: _show_neighbour(window, -1),
        when=lambda window: _has_neighbour(window, -1),
    ),
    Command(
        name="next_example",
        text=mark("Next example"),
        menu=PLAYER,
        keys=("Ctrl+Right",),
        icon="next",
        do=lambda window: _show_neighbour(window, 1),
        when=lambda window: _has_neighbour(window, 1),
    ),
    Command(
        name="previous_epoch",
        text=mark("Previous training frame"),
        menu=PLAYER,
        keys=("PgUp",),
        icon="previous",
        begins=True,
        do=lambda window: window.view_state.player.step_epoch(-1),
        when=_several_epochs,
    ),
    Command(
        name="next_epoch",
        text=mark("Next training frame"),
        menu=PLAYER,
        keys=("PgDown",),
        icon="next",
        do=lambda window: window.view_state.player.step_epoch(1),
        when=_several_epochs,
    ),
    Command(
        name="deselect",
        text=mark("Let the selected unit go"),
        menu=PLAYER,
        keys=("Esc",),
        begins=True,
        do=lambda window: window.view_state.select_unit(window.view_state.unit),
    ),
)
"""what can be done wherever a trace is shown"""


def _may_train(window: MainWindow) -> bool:
    workspace = window.workspace
    return workspace.run.state != "preparing" and (workspace.stale or not workspace.running)


def _train_says(window: MainWindow) -> str:
    workspace, run = window.workspace, window.workspace.run
    if workspace.stale or run.state in ("finished", "stopped", "failed"):
        return tr("Retrain")
    return tr("Resume") if workspace.resumable and run.trained else tr("Train")


def _may_pause(window: MainWindow) -> bool:
    workspace = window.workspace
    return workspace.running or (workspace.resumable and workspace.run.trained)


def _rests(window: MainWindow) -> bool:
    return window.workspace.run.state not in ("preparing", "training")


def _begun(window: MainWindow) -> bool:
    return window.workspace.running or window.workspace.run.trained


def _has_history(window: MainWindow) -> bool:
    return bool(window.workspace.run.history)


def _has_piece(window: MainWindow) -> bool:
    return window.workspace.composer.piece is not None


WORKSPACE_COMMANDS = (
    Command(
        name="save_history",
        text=mark("Save history as CSV …"),
        menu=FILE,
        keys=("Ctrl+S",),
        do=lambda window: window.save_history(),
        when=_has_history,
    ),
    Command(
        name="save_midi",
        text=mark("Save the piece as MIDI …"),
        menu=FILE,
        do=lambda window: window.saver.ask("midi"),
        when=_has_piece,
    ),
    Command(
        name="save_wav",
        text=mark("Save the piece as WAV …"),
        menu=FILE,
        do=lambda window: window.saver.ask("wav"),
        when=_has_piece,
    ),
    Command(
        name="copy_window",
        text=mark("Copy window as image"),
        menu=FILE,
        keys=("Ctrl+Shift+C",),
        do=copy_image,
    ),
    Command(
        name="quit",
        text=mark("Quit"),
        menu=FILE,
        keys=("Ctrl+Q",),
        begins=True,
        do=lambda window: window.close(),
    ),
    Command(
        name="undo",
        text=mark("Undo"),
        menu=EDIT,
        keys=("Ctrl+Z",),
        icon="undo",
        do=lambda window: window.workspace.draft.stack.undo(),
        when=lambda window: window.workspace.draft.stack.canUndo(),
    ),
    Command(
        name="redo",
        text=mark("Redo"),
        menu=EDIT,
        keys=("Ctrl+Shift+Z", "Ctrl+Y"),
        icon="redo",
        do=lambda window: window.workspace.draft.stack.redo(),
        when=lambda window: window.workspace.draft.stack.canRedo(),
    ),
    Command(
        name="defaults",
        text=mark("All knobs to their defaults"),
        menu=EDIT,
        begins=True,
        do=lambda window: window.take_defaults(),
    ),
    Command(
        name="train",
        text=mark("Train"),
        menu=TRAINING,
        keys=("Ctrl+T",),
        tip=mark("Train the network"),
        icon="train",
        primary=True,
        do=lambda window: window.workspace.train(),
        when=_may_train,
        says=_train_says,
    ),
    Command(
        name="pause",
        text=mark("Pause"),
        menu=TRAINING,
        keys=("Ctrl+P",),
        tip=mark("Pause training, or go on"),
        icon="pause",
        do=lambda window: window.workspace.toggle_pause(),
        when=_may_pause,
    ),
    Command(
        name="batch",
        text=mark("Batch"),
        menu=TRAINING,
        keys=("Ctrl+B",),
        tip=mark("Train one batch"),
        icon="step-forward",
        do=lambda window: window.workspace.train_one("batch"),
        when=_rests,
    ),
    Command(
        name="epoch",
        text=mark("Epoch"),
        menu=TRAINING,
        keys=("Ctrl+E",),
        tip=mark("Train one epoch"),
        icon="skip-forward",
        do=lambda window: window.workspace.train_one("epoch"),
        when=_rests,
    ),
    Command(
        name="stop",
        text=mark("Stop"),
        menu=TRAINING,
        keys=("Ctrl+.",),
        tip=mark("End this run here"),
        icon="stop",
        do=lambda window: window.workspace.stop(),
        when=lambda window: _begun(window) and window.workspace.run.state in ("training", "paused"),
    ),
    Command(
        name="reset",
        text=mark("Reset"),
        menu=TRAINING,
        keys=("Ctrl+R",),
        tip=mark("Forget what was learned"),
        icon="reset",
        do=lambda window: window.workspace.reset(),
        when=lambda window: _begun(window) and window.workspace.run.state != "preparing",
    ),
    Command(
        name="pin",
        text=mark("Pin this run"),
        menu=TRAINING,
        keys=("Ctrl+D",),
        tip=mark("Keep this run to compare"),
        icon="pin",
        begins=True,
        do=lambda window: window.workspace.pinned_runs.pin(window.workspace.run),
        when=_has_history,
    ),
    Command(
        name="unpin",
        text=mark("Let all pinned runs go"),
        menu=TRAINING,
        keys=("Ctrl+Shift+D",),
        do=lambda window: window.workspace.pinned_runs.clear(),
    ),
    Command(
        name="compare_cells",
        text=mark("Each cell from the same start"),
        menu=TRAINING,
        keys=("Ctrl+Shift+T",),
        tip=mark("Train one cell after another and compare them"),
        do=lambda window: window.compare_cells(),
    ),
    Command(
        name="larger",
        text=mark("Larger text"),
        menu=VIEW,
        keys=("Ctrl++", "Ctrl+="),
        do=lambda window: window.resize_text(1),
    ),
    Command(
        name="smaller",
        text=mark("Smaller text"),
        menu=VIEW,
        keys=("Ctrl+-",),
        do=lambda window: window.resize_text(-1),
    ),
    Command(
        name="full_screen",
        text=mark("Full screen"),
        menu=VIEW,
        keys=("F11",),
        icon="fullscreen",
        checkable=True,
        begins=True,
        do=lambda window, on: window.set_full_screen(on),
    ),
    Command(
        name="reset_layout",
        text=mark("Reset layout"),
        menu=VIEW,
        do=lambda window: window.reset_layout(),
    ),
    Command(
        name="shortcuts",
        text=mark("Keyboard shortcuts"),
        menu=HELP,
        keys=("F1",),
        do=lambda window: window.show_shortcuts(),
    ),
    Command(
        name="about",
        text=mark("About rnnviz"),
        menu=HELP,
        do=lambda window: window.show_about(),
    ),
)
"""what can be done where networks are trained"""
