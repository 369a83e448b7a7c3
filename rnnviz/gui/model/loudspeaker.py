"""The loudspeaker, by way of sounddevice and PortAudio, where both and one of it are there."""

from __future__ import annotations

import importlib.util
import logging
from collections.abc import Callable
from functools import partial
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QObject, QRunnable, QThreadPool, QTimer, Signal

log = logging.getLogger(__name__)

Sound = npt.NDArray[np.float32]
State = Literal["unknown", "ready", "no_package", "no_library", "no_device"]

OVERDUE_MS = 2000
"""How much later than its length a sound may end, in milliseconds: some drivers never say so."""


class Loudspeaker(QObject):
    """Plays one sound at a time. Nothing here waits in the caller's thread: looking for a
    loudspeaker, making a sound, opening and closing a stream take from milliseconds to
    seconds, and happen in a thread that does one after another.
    """

    changed = Signal()
    """What is there, or whether it plays."""
    failed = Signal(str)
    """It could not be played; why, in the driver's words."""
    _looked = Signal(str)
    _began = Signal(int, float)
    _ended = Signal(int, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.state: State = "unknown"
        self.playing = False
        self._asked = False
        self._number = 0
        self._stream: _Stream | None = None  # the thread alone opens and closes it
        self._thread = QThreadPool(self)
        self._thread.setMaxThreadCount(1)
        self._overdue = QTimer(self, singleShot=True)
        self._overdue.timeout.connect(self.stop)
        self._looked.connect(self._take_look)
        self._began.connect(self._take_begin)
        self._ended.connect(self._take_end)

    def look(self) -> None:
        """Find out what is there; `changed` follows. A second call changes nothing."""
        if not self._asked:
            self._asked = True
            self._do(lambda: self._looked.emit(_what_is_there()))

    def play(self, make: Callable[[], Sound], rate: int) -> None:
        """Play what `make` gives, mono samples within [-1, 1], instead of what plays now."""
        self._number += 1
        number = self._number
        self._do(lambda: self._begin(number, make, rate))
        self._set_playing(True)

    def stop(self) -> None:
        """Be silent."""
        if self.playing:
            self._number += 1
            self._do(self._close_stream)
            self._set_playing(False)

    def close(self) -> None:
        """Be silent for good; nothing is left behind."""
        self.stop()
        self._thread.waitForDone()

    @property
    def seconds(self) -> float | None:
        """How far the sound is that is heard now; None while none is."""
        stream = self._stream
        return stream.seconds if stream is not None and self.playing else None

    def _do(self, work: Callable[[], None]) -> None:
        self._thread.start(QRunnable.create(work))

    def _set_playing(self, on: bool) -> None:
        self.playing = on
        self._overdue.stop()
        self.changed.emit()

    def _take_look(self, state: State) -> None:
        self.state = state
        self.changed.emit()

    def _take_begin(self, number: int, seconds: float) -> None:
        if number == self._number:
            self._overdue.start(round(1000 * seconds) + OVERDUE_MS)

    def _take_end(self, number: int, why: str) -> None:
        if number == self._number:
            self.stop()
            if why:
                self.failed.emit(why)

    # --- in the thread -------------------------------------------------------------------

    def _begin(self, number: int, make: Callable[[], Sound], rate: int) -> None:
        self._close_stream()
        if number != self._number:
            return
        try:
            sound = make()
            self._stream = _Stream(sound, rate, partial(self._say_ended, number))
        except Exception as error:  # PortAudio's own kind has no name where it is missing
            log.info("nothing can be heard: %s", error)
            self._ended.emit(number, str(error))
        else:
            self._began.emit(number, len(sound) / rate)

    def _say_ended(self, number: int) -> None:
        self._ended.emit(number, "")  # what `emit` returns, PortAudio would not take

    def _close_stream(self) -> None:
        stream, self._stream = self._stream, None
        if stream is not None:
            stream.close()


class _Stream:
    """One sound on its way: PortAudio's own thread calls `_fill` for each bit of it."""

    def __init__(self, sound: Sound, rate: int, ended: Callable[[], None]) -> None:
        import sounddevice  # not at start-up: it looks for every card that there is

        self._over = sounddevice.CallbackStop
        self._sound, self._at = sound, 0
        self._start: float | None = None
        channels = sounddevice.query_devices(kind="output")["max_output_channels"]
        self._stream = sounddevice.OutputStream(
            samplerate=rate,
            channels=min(2, channels),  # a card may refuse less than it has
            dtype="float32",
            latency="high",
            callback=self._fill,
            finished_callback=ended,
        )
        try:
            self._stream.start()
        except BaseException:
            self._stream.close()
            raise

    def _fill(self, out: Sound, frames: int, times: Any, _status: object) -> None:
        if self._start is None:
            # When the first sample is heard. Some drivers do not know.
            known = times.outputBufferDacTime
            self._start = known or self._stream.time + self._stream.latency
        part = self._sound[self._at : self._at + frames, None]
        out[: len(part)] = part
        out[len(part) :] = 0
        self._at += len(part)
        if len(part) < frames:
            raise self._over

    @property
    def seconds(self) -> float | None:
        start = self._start
        try:
            return None if start is None else max(0.0, self._stream.time - start)
        except Exception:  # it was closed just now
            return None

    def close(self) -> None:
        self._stream.close()


def _what_is_there() -> State:
    if importlib.util.find_spec("sounddevice") is None:
        return "no_package"
    try:
        import sounddevice
    except OSError as error:
        log.info("no sound: %s", error)
        return "no_library"
    try:
        sounddevice.query_devices(kind="output")
    except (sounddevice.PortAudioError, ValueError) as error:
        log.info("no sound: %s", error)
        return "no_device"
    return "ready"
