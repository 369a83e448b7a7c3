"""The player bar: play, step and scrub through timesteps, training frames and examples."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLabel, QSizePolicy, QToolBar

from rnnviz.gui.look.icons import icon
from rnnviz.gui.look.theme import Theme
from rnnviz.gui.model.player import SPEEDS, Player
from rnnviz.gui.widgets.slider import Slider
from rnnviz.gui.window.actions import Actions
from rnnviz.words.translation import tr


class PlayerBar(QToolBar):
    """Shows where the player stands and moves it."""

    def __init__(self, player: Player, actions: Actions, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("player")
        self.setWindowTitle(tr("Player"))
        self.setMovable(False)
        self._player, self._actions, self._theme = player, actions, theme
        for name in ("first", "previous", "play", "next", "last", "loop"):
            self.addAction(actions[name])
        self.speed = QComboBox()
        self.speed.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.speed.setToolTip(tr("Speed: [ is slower, ] is faster"))
        self.speed.addItems([f"{speed:g}×" for speed in SPEEDS])
        self.speed.activated.connect(lambda place: player.set_speed(SPEEDS[place]))
        self.addWidget(self.speed)
        self.addSeparator()
        self.timestep = self._slider(tr("timestep"), player.scrub, 3)
        self.timestep_text = self._text("0000/0000")
        self.addSeparator()
        self.addAction(actions["previous_epoch"])
        self.epoch = self._slider(tr("epoch"), self._go_to_epoch, 2)
        self.epoch_text = self._text("0000/0000")
        self.addAction(actions["next_epoch"])
        self.addSeparator()
        self.addWidget(QLabel(tr("example"), objectName="muted"))
        self.addAction(actions["previous_example"])
        self.example_text = self._text("0000/0000")
        self.addAction(actions["next_example"])
        player.timestep_changed.connect(self._show_timestep)
        player.epoch_changed.connect(self._show_epoch)
        player.example_changed.connect(self._show_example)
        player.changed.connect(self.refresh)
        self.refresh()

    def _slider(self, name: str, go: Callable[[int], None], stretch: int) -> Slider:
        self.addWidget(QLabel(name, objectName="muted"))
        slider = Slider()
        slider.setAccessibleName(name)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        policy.setHorizontalStretch(stretch)
        slider.setSizePolicy(policy)
        slider.setMinimumWidth(60)
        slider.valueChanged.connect(go)
        self.addWidget(slider)
        return slider

    def _text(self, widest: str) -> QLabel:
        label = QLabel()
        label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        label.setMinimumWidth(label.fontMetrics().horizontalAdvance(widest) + 8)
        self.addWidget(label)
        return label

    def refresh(self) -> None:
        """Show what there is and where we stand."""
        player, actions = self._player, self._actions
        colours = self._theme.colours
        name = "pause" if player.playing else "play"
        actions["play"].setIcon(icon(name, colours))
        self.speed.setCurrentIndex(SPEEDS.index(player.speed))
        _set(self.timestep, player.timesteps - 1, player.timestep)
        self._show_timestep()
        self._show_epoch()
        self._show_example()

    def _show_timestep(self) -> None:
        player = self._player
        _set(self.timestep, player.timesteps - 1, player.timestep)
        self.timestep_text.setText(
            f"{player.timestep + 1}/{player.timesteps}" if player.timesteps else "–"
        )

    def _show_epoch(self) -> None:
        player = self._player
        now = player.epochs + 1
        several = player.epochs > 0 and not player.held
        _set(self.epoch, now, now if player.epoch is None else player.epoch)
        self.epoch.setEnabled(several)
        self._actions.refresh()
        self.epoch_text.setText(
            tr("now") if player.epoch is None else f"{player.epoch}/{player.epochs}"
        )

    def _show_example(self) -> None:
        player = self._player
        self.example_text.setText(
            f"{player.example + 1}/{player.examples}" if player.examples else "–"
        )
        self._actions.refresh()

    def _go_to_epoch(self, epoch: int) -> None:
        self._player.show_epoch(epoch)
        self._show_epoch()  # the handle goes to the nearest one that is kept


def _set(slider: Slider, maximum: int, value: int) -> None:
    slider.blockSignals(True)
    slider.setMaximum(max(0, maximum))
    slider.setValue(value)
    slider.blockSignals(False)
    slider.setEnabled(maximum > 0)
