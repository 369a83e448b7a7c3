"""The main window: toolbar, panels in docks, player bar, status line."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent, QSize, Qt, QTimer
from PySide6.QtGui import QCloseEvent, QShowEvent
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QLabel,
    QMainWindow,
    QMenu,
    QSizePolicy,
    QToolBar,
    QToolButton,
    QWidget,
)

from rnnviz.experiment import Experiment
from rnnviz.gui.look.icons import icon
from rnnviz.gui.look.style import dress
from rnnviz.gui.look.theme import Choice, Theme
from rnnviz.gui.model.preferences import Preferences
from rnnviz.gui.model.sweep import Sweep, of_cells
from rnnviz.gui.model.workspace import Workspace
from rnnviz.gui.panels import panels
from rnnviz.gui.panels.base.panel import Context
from rnnviz.gui.panels.generating.composing import ComposingPanel
from rnnviz.gui.window import layout
from rnnviz.gui.window.actions import Actions
from rnnviz.gui.window.commands import (
    MENUS,
    PRESETS,
    TRACE_COMMANDS,
    VIEW,
    WORKSPACE_COMMANDS,
)
from rnnviz.gui.window.menus import add_choices, add_presets, fill_menus, put_first
from rnnviz.gui.window.notice import Notice
from rnnviz.gui.window.player_bar import PlayerBar
from rnnviz.gui.window.saving import PieceSaver
from rnnviz.gui.window.status_line import StatusLine
from rnnviz.records.run import EpochRecord
from rnnviz.store import history
from rnnviz.words import languages
from rnnviz.words.translation import tr

FIRST_SIZE = QSize(1440, 900)
"""Of the window where nobody gave it another and the screen has room."""
TITLE_BAR = 40
"""Pixels, at most, that a desktop puts above a window."""


class MainWindow(QMainWindow):
    """Shows a `Workspace` and steers it."""

    def __init__(self, workspace: Workspace, theme: Theme, preferences: Preferences) -> None:
        super().__init__()
        self.workspace, self.theme, self.preferences = workspace, theme, preferences
        # It goes with the window: what it tells of a change holds every panel, and they hold it.
        theme.setParent(self)
        self.setWindowTitle("rnnviz")
        self.setDockNestingEnabled(True)
        self.setDockOptions(
            QMainWindow.DockOption.AllowNestedDocks | QMainWindow.DockOption.AllowTabbedDocks
        )
        self.view_state = workspace.view_state
        self.actions_by_name = Actions(self, [*TRACE_COMMANDS, *WORKSPACE_COMMANDS])
        context = Context(theme, workspace.clock, workspace.view_state, workspace)
        self.panels = {panel.name: panel for panel in panels(context)}
        self.docks, self.stage = layout.frame(self.panels)
        self.frames: dict[str, layout.Frame] = {**self.docks, **self.stage.lanes}
        self.notice = Notice(self)
        self.sweep = Sweep(workspace)
        self.saver = PieceSaver(workspace.composer, preferences, self)
        self._make_toolbar()
        self.addToolBarBreak()
        self.addToolBar(Qt.ToolBarArea.TopToolBarArea, self.notice)
        self.player_bar = PlayerBar(workspace.player, self.actions_by_name, theme)
        self.addToolBar(Qt.ToolBarArea.BottomToolBarArea, self.player_bar)
        self.status_line = StatusLine(workspace, workspace.clock)
        self.statusBar().addWidget(self.status_line, 1)
        self.statusBar().setSizeGripEnabled(False)
        self._connect()
        self._add_menus()
        self._recolour()
        self._restore()
        self._show_state()
        self.notice.say(" ".join(preferences.complaints))

    # --- building ------------------------------------------------------------------------

    def _make_toolbar(self) -> None:
        bar = QToolBar(tr("Training"), self)
        bar.setObjectName("training")
        bar.setMovable(False)
        bar.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.addToolBar(Qt.ToolBarArea.TopToolBarArea, bar)
        for name in ("train", "pause", "batch", "epoch", "stop", "reset"):
            bar.addAction(self.actions_by_name[name])
        bar.widgetForAction(self.actions_by_name["train"]).setObjectName("primary")
        bar.addSeparator()
        for name in ("undo", "redo"):
            bar.addAction(self.actions_by_name[name])
            button = bar.widgetForAction(self.actions_by_name[name])
            assert isinstance(button, QToolButton)
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
        room = QWidget()
        room.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        bar.addWidget(room)
        self.device = QLabel(objectName="muted")
        self.device.setContentsMargins(0, 0, 10, 0)
        bar.addWidget(self.device)
        self.theme_button = QToolButton(toolTip=tr("Light or dark"))
        self.theme_button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.theme_button.clicked.connect(self._switch_theme)
        bar.addWidget(self.theme_button)

    def _connect(self) -> None:
        workspace = self.workspace
        workspace.changed.connect(self._show_state)
        workspace.warned.connect(self.notice.say)
        self.saver.said.connect(self.notice.say)
        workspace.composer.changed.connect(self.actions_by_name.refresh)
        composing = self.panels["composing"]
        assert isinstance(composing, ComposingPanel)
        composing.save_with([self.actions_by_name[name] for name in ("save_midi", "save_wav")])
        self.theme.changed.connect(self._recolour)
        stack = workspace.draft.stack
        stack.canUndoChanged.connect(self.actions_by_name["undo"].setEnabled)
        stack.canRedoChanged.connect(self.actions_by_name["redo"].setEnabled)

    def _add_menus(self) -> None:
        menus = fill_menus(self.menuBar(), self.actions_by_name, MENUS)
        add_presets(menus[PRESETS], self.workspace.draft.replace)
        view = menus[VIEW]
        theme = QMenu(tr("Theme"), self)
        themes: dict[Choice, str] = {
            "system": tr("As the system"),
            "light": tr("Light"),
            "dark": tr("Dark"),
        }
        self._themes = add_choices(theme, themes, self.theme.choice, self.choose_theme)
        first = view.actions()[0]
        view.insertMenu(first, theme)
        spoken = {code: languages.NAMES[code] for code in languages.available()}
        if len(spoken) > 1:
            spoken = {"system": tr("As the system"), **spoken}
            language = QMenu(tr("Language"), self)
            add_choices(language, spoken, self.preferences.language, self.choose_language)
            view.insertMenu(first, language)
        put_first(view, [frame.toggleViewAction() for frame in self.frames.values()])

    # --- showing -------------------------------------------------------------------------

    def _show_state(self) -> None:
        self.actions_by_name.refresh()
        self._show_device()

    def _show_device(self) -> None:
        run = self.workspace.run
        if run.started is None:
            self.device.setText("")
            return
        started = run.started
        threads = (
            tr("1 thread") if started.threads == 1 else tr("{n} threads").format(n=started.threads)
        )
        name = started.device.upper()
        self.device.setText(name if started.device == "cuda" else f"{name}, {threads}")
        lines = [
            tr("{device}, {n} threads: {ms:.1f} ms a step").format(
                device=timing.device, n=timing.threads, ms=timing.milliseconds
            )
            for timing in started.timings
        ]
        self.device.setToolTip(
            "\n".join([tr("Auto took what suits this network best:"), *lines])
            if lines
            else tr("As chosen under device")
        )

    def _recolour(self) -> None:
        self._paint_once()
        colours = self.theme.colours
        dress(self.theme)
        self.actions_by_name.recolour(colours)
        for dock in self.docks.values():
            dock.recolour(colours)
        self.notice.recolour(colours)
        self.theme_button.setIcon(icon("theme", colours))
        self.player_bar.refresh()

    def _paint_once(self) -> None:
        """Paint what follows once all of it is laid out, which takes Qt several turns: each would
        paint every plot anew."""
        self.setUpdatesEnabled(False)
        QTimer.singleShot(0, self, self._paint_again)

    def _paint_again(self) -> None:
        for _ in range(3):
            QCoreApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest.value)
        self.workspace.clock.draw_now()
        self.setUpdatesEnabled(True)

    # --- what a person does --------------------------------------------------------------

    def save_history(self) -> None:
        """Ask for a file and write the history into it as CSV."""
        run = self.workspace.run
        start = str(Path(self.preferences.folder) / "rnnviz-history.csv")
        name, _ = QFileDialog.getSaveFileName(
            self, tr("Save history as CSV"), start, tr("CSV files (*.csv)")
        )
        if name:
            self.write_history(Path(name), run.history)

    def write_history(self, path: Path, records: Sequence[EpochRecord]) -> None:
        """Write the history as CSV; say in one sentence what went wrong, if it did."""
        path = path if path.suffix else path.with_suffix(".csv")
        try:
            history.write_csv(path, records)
        except OSError as error:
            self.notice.say(
                tr("{file} could not be written: {why}. Choose another place.").format(
                    file=path, why=error.strerror
                )
            )
            return
        self.preferences.folder = str(path.parent)

    def compare_cells(self) -> None:
        """Train each cell in turn; asked again, stop."""
        if self.sweep.going:
            self.sweep.cancel()
        else:
            self.sweep.start(of_cells(self.workspace.draft.experiment))
            self.docks["pinned_runs"].show()
            self.docks["pinned_runs"].raise_()

    def show_shortcuts(self) -> None:
        """Show all keys."""
        from rnnviz.gui.window.dialogs import ShortcutsDialog  # seldom wanted: not at start-up

        ShortcutsDialog(self, self.actions_by_name).show()

    def show_about(self) -> None:
        """Show versions, the device and the places of files."""
        from rnnviz.gui.window.dialogs import AboutDialog

        AboutDialog(self, self.workspace).show()

    def reset_layout(self) -> None:
        """Put all panels back where they were at first."""
        self._paint_once()
        layout.arrange(self, self.docks)

    def take_defaults(self) -> None:
        """Put every knob of the task back to its default."""
        experiment = Experiment(task=type(self.workspace.draft.experiment.task)())
        self.workspace.draft.replace(experiment, tr("all knobs to their defaults"))

    def choose_theme(self, choice: Choice) -> None:
        """Take a theme, or the system's, and remember it."""
        self.preferences.theme = choice
        self.theme.choose(choice)
        for action in self._themes.actions():
            action.setChecked(action.data() == choice)

    def choose_language(self, code: str) -> None:
        """Remember a language, or the system's; the next window speaks it."""
        self.preferences.language = code
        self.notice.say(tr("rnnviz speaks this language from its next start."))

    def _switch_theme(self) -> None:
        self.choose_theme("light" if self.theme.colours.dark else "dark")

    def set_full_screen(self, on: bool) -> None:
        """Fill the screen, or stop to."""
        state = self.windowState()
        full = Qt.WindowState.WindowFullScreen
        self.setWindowState(state | full if on else state & ~full)

    def resize_text(self, points: int) -> None:
        """Make all text larger by so many points, and remember it."""
        self.theme.enlarge(points)
        self.preferences.text_size = self.theme.larger

    def _restore(self) -> None:
        kept = self.preferences.bytes("geometry")
        if kept is None or not self.restoreGeometry(kept):
            room = self.screen().availableGeometry().size() - QSize(0, TITLE_BAR)
            self.resize(FIRST_SIZE.boundedTo(room))
        self.actions_by_name["full_screen"].setChecked(self.isFullScreen())
        state, names = self.preferences.bytes("layout", layout.VERSION), self.preferences.panels
        self._first_layout = state is None or not layout.restore(self, self.docks, state, names)
        if self._first_layout:
            self.reset_layout()
        else:
            self.stage.restore_lanes(self.preferences.lanes)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802  Qt's name
        """Share the room out once more: only now is it known how much there is."""
        super().showEvent(event)
        if self._first_layout:
            self._first_layout = False
            layout.share_room(self, self.docks)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802  Qt's name
        """Come back from another window: what the network learns from may have changed there."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.ActivationChange and self.isActiveWindow():
            self.workspace.run.check_data()

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802  Qt's name
        """Remember places, end the engine."""
        self.preferences.keep_bytes("geometry", self.saveGeometry())
        state = self.saveState(layout.VERSION)
        self.preferences.keep_bytes("layout", state, layout.VERSION)
        self.preferences.panels = list(self.docks)
        self.preferences.lanes = self.stage.lane_states()
        self.preferences.experiment = self.workspace.draft.experiment
        self.preferences.keep_flag("retrain", self.workspace.retrain)
        self.preferences.sync()
        self.workspace.close()
        for dialog in self.findChildren(QDialog):
            dialog.close()
        super().closeEvent(event)
