"""The player: where we stand (timestep, example, epoch), and moving on by itself."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from rnnviz.gui.model.clock import FrameClock

TIMESTEPS_PER_SECOND = 10.0
"""at speed 1"""
SPEEDS = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0)


class Player(QObject):
    """One position for all panels. Timesteps, examples and epochs count from 0;
    the epoch None is now, the newest weights there are."""

    timestep_changed = Signal()
    example_changed = Signal()
    epoch_changed = Signal()
    changed = Signal()
    """Playing, speed, loop, or how many timesteps, examples and epochs there are."""

    def __init__(self, clock: FrameClock, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.clock = clock
        clock.ticked.connect(self._play_on)
        self.timestep = 0
        self.timesteps = 0
        self.example = 0
        self.examples = 0
        self.epoch: int | None = None
        self.epochs: int = 0
        """how many epochs have ended"""
        self.stride = 1
        """the multiples of this up to `epochs`, and `epochs` itself, can be looked at"""
        self.held = False
        """whether no other example and no other epoch can be shown: the engine is gone"""
        self.playing = False
        self.speed = 1.0
        self.loop = False
        self._part = 0.0

    # --- what there is -------------------------------------------------------------------

    def set_timesteps(self, timesteps: int) -> None:
        """Say how long the sequence is. Who stood on its last timestep stays on the last."""
        if timesteps == self.timesteps:
            return
        last = self.timestep >= self.timesteps - 1
        self.timesteps = timesteps
        self.changed.emit()
        self.go_to(timesteps - 1 if last else self.timestep)

    def set_examples(self, examples: int) -> None:
        """Say how many examples can be watched."""
        if examples != self.examples:
            self.examples = examples
            self.changed.emit()
            self.show_example(self.example)

    def set_epochs(self, epochs: int, stride: int = 1) -> None:
        """Say how many epochs have ended, and that of those before the last the multiples of
        `stride` are kept. A place that is gone becomes the nearest before it, or now."""
        if (epochs, stride) != (self.epochs, self.stride):
            self.epochs, self.stride = epochs, stride
            if self.epoch is not None:
                self.show_epoch(self.epoch)
            self.changed.emit()

    def hold(self, example: int, epoch: int | None) -> None:
        """Stay on an example and an epoch: nothing else can be shown."""
        self.show_example(example)
        self.show_epoch(epoch)
        self.held = True
        self.changed.emit()

    def release(self) -> None:
        """Other examples and epochs can be shown again."""
        self.held = False
        self.changed.emit()

    # --- moving --------------------------------------------------------------------------

    def go_to(self, timestep: int) -> None:
        """Stand on a timestep, or the nearest that there is."""
        timestep = max(0, min(timestep, self.timesteps - 1))
        if timestep != self.timestep:
            self.timestep = timestep
            self.timestep_changed.emit()

    def scrub(self, timestep: int) -> None:
        """Go to a timestep by hand; playing ends."""
        self.pause()
        self.go_to(timestep)

    def step(self, by: int) -> None:
        """Go some timesteps on or back by hand."""
        self.scrub(self.timestep + by)

    def show_example(self, example: int) -> None:
        """Watch another example, or the nearest that there is."""
        example = max(0, min(example, self.examples - 1))
        if example != self.example and not self.held:
            self.example = example
            self.example_changed.emit()

    def show_epoch(self, epoch: int | None) -> None:
        """Look at the network after this epoch, or the nearest before it that is kept; beyond
        the last, and for None: now."""
        if epoch is not None:
            epoch = None if epoch > self.epochs else self._kept(max(0, epoch))
        if epoch != self.epoch and not self.held:
            self.epoch = epoch
            self.epoch_changed.emit()

    def step_epoch(self, by: int) -> None:
        """Go some of the epochs that are kept on or back; now stands behind the last."""
        if self.held:
            return
        kept = [*range(0, self.epochs, self.stride), self.epochs, None]
        self.show_epoch(kept[max(0, min(kept.index(self.epoch) + by, len(kept) - 1))])

    def _kept(self, epoch: int) -> int:
        return epoch if epoch == self.epochs else epoch - epoch % self.stride

    # --- playing -------------------------------------------------------------------------

    def toggle(self) -> None:
        """Play or pause."""
        if self.playing:
            self.pause()
        else:
            self.play()

    def play(self) -> None:
        """Go on by itself, from the start again if this is the end."""
        if self.timesteps < 2 or self.playing:
            return
        if self.timestep >= self.timesteps - 1:
            self.go_to(0)
        self._part = 0.0
        self._set_playing(True)

    def pause(self) -> None:
        """Stay here."""
        if self.playing:
            self._set_playing(False)

    def set_speed(self, speed: float) -> None:
        """Play at one of `SPEEDS`."""
        self.speed = min(SPEEDS, key=lambda known: abs(known - speed))
        self.changed.emit()

    def faster(self, steps: int = 1) -> None:
        """Go some speeds up, or down where `steps` is negative."""
        place = SPEEDS.index(self.speed) + steps
        self.set_speed(SPEEDS[max(0, min(place, len(SPEEDS) - 1))])

    def set_loop(self, loop: bool) -> None:
        """Begin again after the last timestep, or stop there."""
        self.loop = loop
        self.changed.emit()

    def _set_playing(self, playing: bool) -> None:
        self.playing = playing
        self.clock.keep_running(self, playing)
        self.changed.emit()

    def _play_on(self, seconds: float) -> None:
        if not self.playing:
            return
        self._part += seconds * self.speed * TIMESTEPS_PER_SECOND
        steps, self._part = int(self._part), self._part % 1
        place = self.timestep + steps
        if place >= self.timesteps and self.loop:
            place %= self.timesteps
        self.go_to(place)
        if self.timestep >= self.timesteps - 1 and not self.loop:
            self.pause()
