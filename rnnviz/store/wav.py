"""A piano roll as sound: a few sines a note, for a WAV file or for the loudspeaker."""

from __future__ import annotations

import io
import wave
from pathlib import Path

import numpy as np
import numpy.typing as npt

from rnnviz.store import files

RATE = 44_100
"""Samples a second."""

PARTIALS = (1.0, 0.5, 0.25, 0.12, 0.06)
"""How loud a note's pitch and its overtones are, at 1, 2, 3 … times its frequency."""

ATTACK, RELEASE, FADING = 0.01, 0.08, 1.2
"""Seconds in which a note comes, goes, and while it is held fades by 1/e."""


def frequency(pitch: float) -> float:
    """Of a MIDI pitch in Hz, equal temperament: pitch 69, A4, has 440."""
    return float(440.0 * 2.0 ** ((pitch - 69) / 12))


def samples(
    roll: npt.NDArray[np.bool_], *, lowest: int = 21, beats_per_minute: float = 90.0
) -> npt.NDArray[np.float32]:
    """The sound of a roll ``(T, notes)``, a quarter note a step, within [-1, 1].

    A note that goes on from one step to the next is held. What would be above half the
    sampling rate is left out: it would be heard as another tone (Nyquist).
    """
    step = 60.0 / beats_per_minute
    sound = np.zeros(round((len(roll) * step + RELEASE) * RATE))
    held = _held(roll)
    longest: dict[int, int] = {}
    for note, first, last in held:
        longest[note] = max(longest.get(note, 0), last - first)
    # A short note is the beginning of a long one: each pitch is made once.
    voices = {note: _voice(frequency(lowest + note), n * step) for note, n in longest.items()}
    for note, first, last in held:
        begin = round(first * step * RATE)
        tone = _let_go(voices[note], (last - first) * step)[: len(sound) - begin]
        sound[begin : begin + len(tone)] += tone
    loudest = np.abs(sound).max(initial=0.0)
    return (sound * (0.9 / loudest if loudest else 0.0)).astype(np.float32)


def write(
    path: Path, roll: npt.NDArray[np.bool_], *, lowest: int = 21, beats_per_minute: float = 90.0
) -> None:
    """Write the sound of a roll as 16-bit mono; see `samples`. Raises `OSError`."""
    sound = samples(roll, lowest=lowest, beats_per_minute=beats_per_minute)
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((sound * 32767).round().astype("<i2").tobytes())
    files.write(path, buffer.getvalue())


def _held(roll: npt.NDArray[np.bool_]) -> list[tuple[int, int, int]]:
    """Each note with the step it begins at and the one it ends before."""
    padded = np.pad(roll.astype(np.int8), ((1, 1), (0, 0)))
    changes = np.diff(padded, axis=0).T  # (notes, T + 1)
    # Beginnings and ends of a row alternate, so the k-th of each belong together.
    notes, begins = np.nonzero(changes > 0)
    ends = np.nonzero(changes < 0)[1]
    return list(zip(notes.tolist(), begins.tolist(), ends.tolist(), strict=True))


def _voice(pitch: float, seconds: float) -> npt.NDArray[np.float64]:
    """A note that is struck and held for so long."""
    time = np.arange(round((seconds + RELEASE) * RATE)) / RATE
    wave_form = np.zeros_like(time)
    for number, loudness in enumerate(PARTIALS, start=1):
        if number * pitch < RATE / 2:
            wave_form += loudness * np.sin(2 * np.pi * number * pitch * time)
    return wave_form * np.minimum(1.0, time / ATTACK) * np.exp(-time / FADING)


def _let_go(voice: npt.NDArray[np.float64], seconds: float) -> npt.NDArray[np.float64]:
    """The same, let go after so long."""
    tone = voice[: round((seconds + RELEASE) * RATE)].copy()
    end = max(0, int(seconds * RATE))
    left = seconds + RELEASE - np.arange(end, len(tone)) / RATE
    tone[end:] *= np.clip(left / RELEASE, 0.0, 1.0)
    return tone
