"""MIDI files, read back by mido."""

from fractions import Fraction

import numpy as np
import pytest

from rnnviz.store import midi

mido = pytest.importorskip("mido")


def roll_of(*chords: tuple[int, ...]) -> np.ndarray:
    """Chords of MIDI pitches as a roll of 88 keys."""
    roll = np.zeros((len(chords), 88), bool)
    for row, pitches in zip(roll, chords, strict=True):
        row[[pitch - 21 for pitch in pitches]] = True
    return roll


def notes_of(path) -> tuple[list[tuple[int, Fraction, Fraction]], Fraction]:
    """Pitch, begin and end of all notes in quarter notes, and the length of the piece."""
    score = mido.MidiFile(path)
    (track,) = score.tracks
    now, sounding, found = Fraction(0), {}, []
    for message in track:
        now += Fraction(message.time, score.ticks_per_beat)
        if message.type == "note_on":
            assert message.velocity > 0
            assert message.note not in sounding
            sounding[message.note] = now
        elif message.type == "note_off":
            found.append((message.note, sounding.pop(message.note), now))
    assert not sounding
    return sorted(found), now


def test_the_notes_are_read_back(tmp_path):
    path = tmp_path / "piece.mid"
    midi.write(path, roll_of((60, 64), (60, 65), (), (60,), (21, 108)))
    found, length = notes_of(path)
    assert found == [(21, 4, 5), (60, 0, 2), (60, 3, 4), (64, 0, 1), (65, 1, 2), (108, 4, 5)]
    assert length == 5


def test_a_chance_roll_comes_back_whole(tmp_path):
    roll = np.random.default_rng(0).random((64, 88)) < 0.1
    midi.write(tmp_path / "piece.mid", roll)
    again = np.zeros_like(roll)
    for pitch, begin, end in notes_of(tmp_path / "piece.mid")[0]:
        assert not again[int(begin) : int(end), pitch - 21].any()
        again[int(begin) : int(end), pitch - 21] = True
    np.testing.assert_array_equal(again, roll)


def test_rests_at_the_ends_belong_to_the_piece(tmp_path):
    midi.write(tmp_path / "piece.mid", roll_of((), (60,), (), ()))
    assert notes_of(tmp_path / "piece.mid") == ([(60, 1, 2)], 4)


@pytest.mark.parametrize("steps", [0, 1, 3])
def test_silence_is_a_piece_too(tmp_path, steps):
    midi.write(tmp_path / "piece.mid", np.zeros((steps, 88), bool))
    assert notes_of(tmp_path / "piece.mid") == ([], steps)


def test_the_tempo_is_the_one_asked_for(tmp_path):
    midi.write(tmp_path / "piece.mid", roll_of((60,), (62,)), beats_per_minute=120)
    assert mido.MidiFile(tmp_path / "piece.mid").length == pytest.approx(1.0)


def test_the_first_column_is_the_pitch_asked_for(tmp_path):
    midi.write(tmp_path / "piece.mid", np.eye(3, dtype=bool), lowest=60)
    assert [note for note, *_ in notes_of(tmp_path / "piece.mid")[0]] == [60, 61, 62]


def test_it_says_whether_midi_can_be_written(monkeypatch):
    assert midi.available()
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    assert not midi.available()


def test_a_file_that_cannot_be_written_is_an_os_error(tmp_path):
    with pytest.raises(OSError, match="nowhere"):
        midi.write(tmp_path / "nowhere" / "piece.mid", roll_of((60,)))
