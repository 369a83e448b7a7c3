"""A piano roll as a MIDI file, which any notation program or synthesizer reads.

It takes mido, which the extra ``audio`` brings.
"""

from __future__ import annotations

import importlib.util
import io
from pathlib import Path

import numpy as np
import numpy.typing as npt

from rnnviz.store import files

TICKS = 480
"""MIDI ticks a quarter note, which is one step."""

VELOCITY, CHANNEL = 80, 0


def available() -> bool:
    """Whether MIDI files can be written here."""
    return importlib.util.find_spec("mido") is not None


def write(
    path: Path, roll: npt.NDArray[np.bool_], *, lowest: int = 21, beats_per_minute: float = 90.0
) -> None:
    """Write a roll ``(T, notes)``, a quarter note a step; its first column is pitch `lowest`.

    A note that goes on from one step to the next is held, not struck again: a roll does not
    tell the two apart. Raises `OSError`; and `ModuleNotFoundError` where mido is missing.
    """
    # Only where it is wanted: without the extra the program goes on.
    import mido

    track = mido.MidiTrack()
    track.append(mido.MetaMessage("set_tempo", tempo=mido.bpm2tempo(beats_per_minute)))
    waited = 0
    for change in _changes(roll):
        for kind, places in (("note_off", change < 0), ("note_on", change > 0)):
            for note in np.flatnonzero(places):
                track.append(
                    mido.Message(
                        kind,
                        note=lowest + int(note),
                        velocity=VELOCITY if kind == "note_on" else 0,
                        channel=CHANNEL,
                        time=waited,
                    )
                )
                waited = 0
        waited += TICKS
    # A rest at the end belongs to the piece; the last change stands one step behind it.
    track.append(mido.MetaMessage("end_of_track", time=waited - TICKS))
    score = mido.MidiFile(ticks_per_beat=TICKS)
    score.tracks.append(track)
    buffer = io.BytesIO()
    score.save(file=buffer)
    files.write(path, buffer.getvalue())


def _changes(roll: npt.NDArray[np.bool_]) -> npt.NDArray[np.int8]:
    """1 where a note begins, -1 where it ends, ``(T + 1, notes)``: all end with the roll."""
    silence = np.zeros((1, roll.shape[1]), np.int8)
    return np.diff(np.concatenate([silence, roll.astype(np.int8), silence]), axis=0)
