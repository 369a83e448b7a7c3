"""Sound: the pitches that are in its spectrum, and how long it lasts."""

import wave

import numpy as np
import pytest

from rnnviz.store import wav


def roll_of(*chords: tuple[int, ...]) -> np.ndarray:
    """Chords of MIDI pitches as a roll of 88 keys."""
    roll = np.zeros((len(chords), 88), bool)
    for row, pitches in zip(roll, chords, strict=True):
        row[[pitch - 21 for pitch in pitches]] = True
    return roll


def read(path) -> tuple[np.ndarray, int]:
    with wave.open(str(path)) as file:
        assert (file.getnchannels(), file.getsampwidth()) == (1, 2)
        raw = file.readframes(file.getnframes())
        return np.frombuffer(raw, "<i2") / 32768, file.getframerate()


def spectrum(sound: np.ndarray, rate: int) -> tuple[np.ndarray, np.ndarray]:
    """Frequencies in Hz, and how strong each is."""
    strength = np.abs(np.fft.rfft(sound * np.hanning(len(sound))))
    return np.fft.rfftfreq(len(sound), 1 / rate), strength


def test_a4_has_its_peak_at_440_hz(tmp_path):
    wav.write(tmp_path / "a.wav", roll_of((69,), (69,), (69,)))
    sound, rate = read(tmp_path / "a.wav")
    hertz, strength = spectrum(sound, rate)
    assert hertz[strength.argmax()] == pytest.approx(440, abs=0.5)


@pytest.mark.parametrize(
    ("pitch", "hertz"), [(69, 440.0), (57, 220.0), (81, 880.0), (60, 261.6256), (21, 27.5)]
)
def test_pitches_have_their_frequencies_in_equal_temperament(pitch, hertz):
    assert wav.frequency(pitch) == pytest.approx(hertz, rel=1e-6)


def test_a_chord_has_a_peak_for_each_of_its_notes():
    sound = wav.samples(roll_of(*[(60, 64, 67)] * 4))
    hertz, strength = spectrum(sound, wav.RATE)
    for expected in (261.63, 329.63, 392.00):  # C4, E4, G4
        near = np.abs(hertz - expected) < 10
        assert hertz[near][strength[near].argmax()] == pytest.approx(expected, abs=0.6)
        assert strength[near].max() > 0.2 * strength.max()


def test_nothing_is_heard_that_was_not_played():
    # The highest key, 4186 Hz: its overtones end below half the sampling rate, and none is
    # folded back below the key itself.
    hertz, strength = spectrum(wav.samples(roll_of((108,), (108,))), wav.RATE)
    assert strength[hertz < 4000].max() < 1e-3 * strength.max()


def test_it_lasts_a_beat_a_step_and_dies_away(tmp_path):
    wav.write(tmp_path / "a.wav", roll_of((69,), (), (71,), (71,)), beats_per_minute=120)
    sound, rate = read(tmp_path / "a.wav")
    assert len(sound) / rate == pytest.approx(4 * 0.5 + wav.RELEASE, abs=1e-3)
    rest = sound[round((0.5 + wav.RELEASE) * rate) + 1 : round(1.0 * rate)]
    assert not rest.any()
    assert sound[round(1.2 * rate) : round(1.3 * rate)].any()
    assert abs(sound[-1]) < 1e-3


def test_a_note_that_goes_on_is_not_struck_again():
    held, struck = wav.samples(roll_of((69,), (69,))), wav.samples(roll_of((69,), (), (69,)))
    at = round(60 / 90 * wav.RATE)
    around = slice(at - 400, at + 400)
    assert np.abs(held[around]).max() > 0.3  # on the way, no gap
    assert np.abs(struck[2 * at + 4 : 2 * at + 40]).max() < 0.1  # comes softly


def test_many_voices_are_not_clipped(tmp_path):
    sound = wav.samples(np.ones((2, 88), bool))
    assert np.abs(sound).max() == pytest.approx(0.9)
    assert np.isfinite(sound).all()


@pytest.mark.parametrize("steps", [0, 2])
def test_silence_is_silent(tmp_path, steps):
    wav.write(tmp_path / "a.wav", np.zeros((steps, 88), bool))
    assert not read(tmp_path / "a.wav")[0].any()


def test_a_file_that_cannot_be_written_is_an_os_error(tmp_path):
    with pytest.raises(OSError, match="nowhere"):
        wav.write(tmp_path / "nowhere" / "a.wav", roll_of((60,)))
