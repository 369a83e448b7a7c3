"""Composing: a network that predicts the next chord goes on with a piece; it can be heard."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QMenu, QToolButton

from rnnviz.gui.look.icons import icon
from rnnviz.gui.model.aspect import EVERYTHING, Aspect
from rnnviz.gui.model.composer import Piece
from rnnviz.gui.panels.base.panel import Behind, Context, Panel
from rnnviz.gui.panels.generating.piece_roll import PieceRoll, sign
from rnnviz.gui.widgets.plot import Plot
from rnnviz.gui.widgets.slider_grid import SliderGrid
from rnnviz.store import wav
from rnnviz.tasks import TASKS
from rnnviz.words.translation import mark, tr


class ComposingPanel(Panel):
    """Goes on with the beginning of the watched example, note by note. Pointing at a note
    tells how likely it was. A piece is played as it stands: while it plays, no newer one takes
    its place unless a person asks for it."""

    name = "composing"
    title = mark("Composing")
    help = mark(
        "What the network composes by itself: each chord is drawn from its answer and read as "
        "the next input."
    )
    home = Behind("notepad", after="writing")

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        workspace = context.workspace
        self._workspace = workspace
        self._composer, self._speaker = workspace.composer, workspace.loudspeaker
        self._epoch = (0, 0)  # the run and the epoch that was composed after, unasked
        self._heard_piece: Piece | None = None
        self._heard_tempo = 0
        self._wrong = ""
        self.save_menu = QMenu(self)
        workspace.run.changed.connect(self._run_changed)
        workspace.composer.changed.connect(self._piece_changed)
        workspace.loudspeaker.changed.connect(self._sound_changed)
        workspace.loudspeaker.failed.connect(self._say_wrong)
        workspace.clock.ticked.connect(self._move)

    def save_with(self, actions: list[QAction]) -> None:
        """Offer these ways to save the piece."""
        self.save_menu.addActions(actions)

    def build(self) -> None:
        self.button = QToolButton()
        self.button.clicked.connect(self._start_or_stop)
        self.play_button = QToolButton()
        self.play_button.clicked.connect(self._play_or_stop)
        self.save_button = QToolButton(text=tr("Save"))
        self.save_button.setMenu(self.save_menu)
        self.save_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.save_button.setToolTip(tr("Save the piece as a MIDI or WAV file"))
        for button in (self.button, self.play_button, self.save_button):
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.always = QCheckBox(tr("as it learns"))
        self.always.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.always.setChecked(True)
        self.always.setToolTip(tr("Compose anew after each epoch, while nothing is played"))
        for widget in (self.button, self.play_button, self.save_button):
            widget.setMinimumWidth(1)  # as all in a header: it must not push the columns about
            self.controls.addWidget(widget)
        self._add_sliders()
        self.plot = Plot(tr("quarter"), tr("note"))
        self.plot.x_axis.whole = True
        self.roll = PieceRoll(self.plot)
        self.plot.pointed.connect(self._point)
        self.plot.left.connect(self._rest)
        self.plot.zoomed.connect(self._zoom)
        self.plot.reset.connect(lambda: self.mark(Aspect.PROGRESS))
        self.body.addWidget(self.plot, 1)
        self.promise = QLabel(objectName="empty", wordWrap=True)
        self.promise.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.promise.setContentsMargins(24, 0, 24, 4)
        self.body.addWidget(self.promise, 1)
        # Not in the header: there is no room for what a note has to say.
        self.readout = QLabel(objectName="muted", wordWrap=True)
        self.readout.setMinimumWidth(1)
        line = QHBoxLayout()
        line.setContentsMargins(8, 0, 8, 4)
        line.addWidget(self.readout, 1)
        line.addWidget(self.always)
        self.body.addLayout(line)

    def _add_sliders(self) -> None:
        self.sliders = SliderGrid()
        self.temperature = self.sliders.add(
            tr("temperature"),
            (0, 20),
            10,
            lambda tenths: f"{tenths / 10:.1f}",
            tr("Temperature: 0 plays the notes above one half, more dares more."),
        )
        self.tempo = self.sliders.add(
            tr("tempo"),
            (40, 200),
            self._composer.tempo,
            str,
            tr("Quarter notes a minute, to be heard and in the files."),
        )
        self.given = self.sliders.add(
            tr("given"),
            (1, 32),
            8,
            str,
            tr("How many quarter notes of the example are given to begin with."),
        )
        self.steps = self.sliders.add(
            tr("new"),
            (2, 16),
            8,
            lambda eights: str(8 * eights),
            tr("How many quarter notes are composed."),
        )
        self.tempo.valueChanged.connect(self._composer.set_tempo)
        self.temperature.sliderReleased.connect(self.compose)
        self.body.addWidget(self.sliders)

    # --- what a person does --------------------------------------------------------------

    def compose(self) -> None:
        """Ask the network of now for another piece; what plays is stopped."""
        self._speaker.stop()
        self._ask(another=True)

    def _ask(self, *, another: bool) -> None:
        self._composer.compose(
            self.given.value(),
            8 * self.steps.value(),
            self.temperature.value() / 10,
            another=another,
        )

    def _start_or_stop(self) -> None:
        if self._composer.slow:
            self._composer.stop()
        else:
            self.compose()

    def _play_or_stop(self) -> None:
        piece = self._composer.piece
        if self._speaker.playing:
            self._speaker.stop()
        elif piece is not None:
            self._wrong = ""
            self._heard_piece, self._heard_tempo = piece, self._composer.tempo
            make = partial(
                wav.samples,
                piece.roll,
                lowest=piece.lowest,
                beats_per_minute=self._heard_tempo,
            )
            self._speaker.play(make, wav.RATE)

    # --- what happens --------------------------------------------------------------------

    def _run_changed(self, what: Aspect) -> None:
        if what & (Aspect.EPOCHS | Aspect.STATE):
            self.mark(Aspect.STATE)

    def _piece_changed(self) -> None:
        if self._composer.piece is not self._heard_piece:
            self._speaker.stop()
        self.mark(Aspect.PROGRESS)

    def _sound_changed(self) -> None:
        self._clock.keep_running(self, self._speaker.playing)
        self.mark(Aspect.STATE | Aspect.TIMESTEP)

    def _say_wrong(self, why: str) -> None:
        self._wrong = why
        self.mark(Aspect.STATE)

    def _move(self) -> None:
        if self._speaker.playing:
            self.mark(Aspect.TIMESTEP)

    def _go_on(self) -> None:
        """Compose anew after each epoch that ends while this is seen, and nothing is played."""
        run = self._workspace.run
        now = run.number, len(run.history)
        busy = self._composer.composing or self._speaker.playing
        if self.always.isChecked() and run.history and now != self._epoch and not busy:
            self._epoch = now
            self._ask(another=False)

    @property
    def empty_text(self) -> str:
        """What stands in for the piece; "" where there is one."""
        return self.promise.text() if self._built and not self.promise.isHidden() else ""

    # --- showing -------------------------------------------------------------------------

    def draw(self, what: Aspect) -> None:
        """Bring on the screen what changed."""
        if Aspect.THEME in what:
            what = EVERYTHING
            self.plot.recolour(self.colours)
            # What is given and what is new have their colours in the roll.
            self.sliders.mark(self.given, sign(self.colours.input))
            self.sliders.mark(self.steps, sign(self.colours.answer))
        if self._composer.composes:
            self._speaker.look()
            self._go_on()
        piece = self._composer.piece
        if what & ~Aspect.TIMESTEP:
            self._show_what_can_be_done(piece)
        if piece is not None and Aspect.PROGRESS in what:
            self.roll.draw(piece, self.colours)
            self.plot.set_x(0.5, piece.heard + piece.steps + 0.5)
        if Aspect.TIMESTEP in what:
            seconds = self._speaker.seconds
            self.roll.play_at(None if seconds is None else seconds * self._heard_tempo / 60)

    def _show_what_can_be_done(self, piece: Piece | None) -> None:
        composer, speaker = self._composer, self._speaker
        missing = self._missing(piece)
        self.promise.setText(missing)  # below the sliders, not across them
        self.promise.setVisible(bool(missing))
        self.plot.setVisible(piece is not None)
        for widget in (self.sliders, self.always):
            widget.setVisible(composer.composes)
        self.button.setText(self._progress(piece))
        self.button.setEnabled(composer.able)
        self.play_button.setText(tr("Stop") if speaker.playing else tr("Play"))
        self.play_button.setIcon(icon("stop" if speaker.playing else "play", self.colours))
        self.play_button.setEnabled(
            speaker.state == "ready" and piece is not None and not composer.composing
        )
        self.save_button.setEnabled(piece is not None)
        self.play_button.setToolTip(self._hint() or tr("Play the piece, or stop it"))
        self._rest()

    def _missing(self, piece: Piece | None) -> str:
        if piece is not None:
            return ""
        if self._composer.composes:
            return tr(
                "Press Compose: the network goes on with the beginning of the example, chord by "
                "chord, untrained or as it learns."
            )
        able = ", ".join(task.title for task in TASKS.values() if task.composes)
        return tr("Choose the task {name}: its network composes.").format(name=able)

    def _progress(self, piece: Piece | None) -> str:
        if not self._composer.slow:
            return tr("Compose")
        if piece is None or piece.done == piece.steps:
            return tr("Stop")
        return tr("Stop, {done} of {count}").format(done=piece.done, count=piece.steps)

    def _hint(self) -> str:
        """Why nothing can be heard; empty if it can."""
        if self._wrong:
            return tr("The loudspeaker could not be used: {why}.").format(
                why=self._wrong.rstrip(".")
            )
        return {
            "no_package": tr('For sound: pip install "rnnviz[audio]".'),
            "no_library": tr("For sound, install PortAudio (libportaudio2)."),
            "no_device": tr("No loudspeaker was found here."),
        }.get(self._speaker.state, "")

    def _point(self, x: float, y: float) -> None:
        piece = self._composer.piece
        said = self.roll.describe(piece, x, y) if piece is not None else ""
        if said:
            self.readout.setText(said)
        else:
            self._rest()

    def _rest(self) -> None:
        """Say what is missing to hear it, if anything is."""
        self.readout.setText(self._hint() if self._composer.composes else "")

    def _zoom(self, low: float, high: float) -> None:
        """Look closer, at no less than four steps and at no more than there are."""
        piece = self._composer.piece
        if piece is not None:
            last = piece.heard + piece.steps
            width = min(max(high - low, 4.0), float(last))
            low = max(0.5, min(low, last + 0.5 - width))
            self.plot.set_x(low, low + width)
