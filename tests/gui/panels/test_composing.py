"""The network composes in the window: what is drawn, said and saved is what it composed."""

from __future__ import annotations

import importlib.util
import wave
from collections.abc import Iterator

import mido
import numpy as np
import pytest
from PySide6.QtWidgets import QApplication, QFileDialog

from rnnviz.engine.messages import Composed
from rnnviz.experiment import suited
from rnnviz.gui.app import open_window
from rnnviz.gui.panels.generating.composing import ComposingPanel
from rnnviz.gui.panels.generating.piece_roll import painted, rows_in_view
from rnnviz.store import midi, wav
from rnnviz.tasks.chorales import Chorales
from tests.gui.driver import SMALL, Driver, end, point_at

BACH = (
    suited(Chorales(longest=16))
    .with_value("training.device", "cpu")
    .with_value("training.epochs", 1)
    .with_value("network.hidden", 24)
)
"""Over in a moment."""


@pytest.fixture(scope="module")
def studio(qapp: QApplication) -> Iterator[Driver]:
    """A window with the panel in front. It is made once, before the first test."""
    window = open_window(BACH)
    window.theme.enlarge(-window.theme.larger)  # another test may have had it larger
    window.resize(1280, 1900)  # so that each note is some pixels high
    driver = Driver(window)
    driver.until_ready()
    window.frames["composing"].raise_()
    driver.until(lambda: panel(driver).up_to_date)
    driver.until(lambda: driver.workspace.loudspeaker.state != "unknown")
    yield driver
    window.reset_layout()  # it is kept for the next window
    end(window)


@pytest.fixture
def composing(studio: Driver) -> Driver:
    """The untrained network of `BACH`, no piece yet, the sliders as at first."""
    studio.heard.clear()
    studio.set_up(BACH)
    studio.window.notice.say("")
    shown = panel(studio)
    shown.always.setChecked(True)
    for slider, value in (
        (shown.temperature, 10),
        (shown.tempo, 90),
        (shown.given, 8),
        (shown.steps, 2),
    ):
        slider.setValue(value)
    studio.until_drawn()
    return studio


def panel(driver: Driver) -> ComposingPanel:
    found = driver.panel("composing")
    assert isinstance(found, ComposingPanel)
    return found


def compose(driver: Driver) -> np.ndarray:
    """Press Compose; the roll of the piece."""
    panel(driver).button.click()
    driver.until(lambda: not driver.workspace.composer.composing)
    driver.until_drawn()
    return driver.workspace.composer.piece.roll


def test_it_composes_after_an_epoch_what_the_engine_reports(composing: Driver):
    composing.do("train")
    composing.until_state("finished")
    composing.until(lambda: bool(composing.reports(Composed)))
    composing.until(lambda: not composing.workspace.composer.composing)
    composing.until_drawn()
    report, piece = composing.reports(Composed)[-1], composing.workspace.composer.piece
    np.testing.assert_array_equal(piece.roll, report.roll)
    heard = composing.workspace.run.experiment.task.open(0).examples.valid.inputs[0, :8] > 0
    np.testing.assert_array_equal(piece.roll[:8], heard)
    assert piece.roll.shape == (24, 88)


def test_the_roll_that_is_drawn_is_the_piece(composing: Driver):
    roll = compose(composing)
    piece, drawn = composing.workspace.composer.piece, panel(composing).drawn()
    low, high = rows_in_view(piece)
    np.testing.assert_array_equal(drawn["piece"][..., 3].T == 255, roll[:, low : high + 1])
    assert not roll[:, :low].any()
    assert not roll[:, high + 1 :].any()
    assert drawn["place of piece"].tolist() == [0.5, low - 0.5, 24.5, high + 0.5]


def test_what_is_given_and_what_is_composed_have_their_colours(composing: Driver):
    compose(composing)
    piece, colours = composing.workspace.composer.piece, panel(composing).colours
    shades = {
        tuple(painted(piece, colours)[piece.roll.T[:, step], step][0, :3].tolist())
        for step in range(8)
        if piece.roll[step].any()
    }
    assert shades == {tuple(bytes.fromhex(colours.input[1:]))}
    step = 8 + int(np.flatnonzero(piece.roll[8:].any(axis=1))[0])
    note = int(np.flatnonzero(piece.roll[step])[0])
    assert tuple(painted(piece, colours)[note, step, :3]) == tuple(
        bytes.fromhex(colours.answer[1:])
    )
    assert panel(composing).drawn()["handover"] == 8.5


def test_pitches_are_named_on_the_axis(composing: Driver):
    compose(composing)
    ticks = dict(panel(composing).plot.y_axis._tickLevels[0])
    assert ticks[60 - 21] == "C4"
    assert ticks[48 - 21] == "C3"


def test_a_note_says_its_name_step_and_probability(composing: Driver):
    roll = compose(composing)
    piece, shown = composing.workspace.composer.piece, panel(composing)
    names = Chorales().open(0).row_names
    for sounds, word in ((True, "composed"), (False, "silent")):
        step, row = (int(place) for place in np.argwhere(roll[8:] == sounds)[0] + (8, 0))
        share = f"{piece.shares[step - 8, row]:.1%} likely"
        said = shown.roll.describe(piece, step + 1.2, row - 0.3)
        assert said == f"{names[row]}, step {step + 1}: {word}, {share}"
    step, row = (int(place) for place in np.argwhere(roll[:8])[0])
    assert shown.roll.describe(piece, step + 1, row) == f"{names[row]}, step {step + 1}: given"
    assert shown.roll.describe(piece, 25, row) == ""


def test_pointing_at_a_note_is_answered_below_the_roll(composing: Driver):
    compose(composing)
    shown = panel(composing)
    resting = shown.readout.text()
    point_at(shown.plot, 12, 40)
    assert "step 12: " in shown.readout.text()
    assert " likely" in shown.readout.text()
    shown.plot.left.emit()
    assert shown.readout.text() == resting


def test_a_second_press_gives_another_piece_and_the_series_is_the_same_again(composing: Driver):
    first, second = compose(composing), compose(composing)
    assert not np.array_equal(first, second)
    composing.workspace.reset()
    composing.until(
        lambda: composing.workspace.composer.able and composing.workspace.run.state == "paused"
    )
    assert composing.workspace.composer.piece is None
    composing.until_drawn()
    np.testing.assert_array_equal(compose(composing), first)
    np.testing.assert_array_equal(compose(composing), second)


def test_at_temperature_0_every_press_gives_the_same(composing: Driver):
    panel(composing).temperature.setValue(0)
    np.testing.assert_array_equal(compose(composing), compose(composing))
    shares = composing.workspace.composer.piece.shares
    assert set(np.unique(shares)) <= {0.0, 1.0}


def test_the_sliders_say_how_long(composing: Driver):
    panel(composing).given.setValue(3)
    panel(composing).steps.setValue(16)
    assert compose(composing).shape == (3 + 128, 88)


def test_unasked_it_composes_only_where_it_should(composing: Driver):
    panel(composing).always.setChecked(False)
    composing.train_to_the_end()
    assert composing.reports(Composed) == []


def test_another_task_says_what_to_choose(composing: Driver):
    compose(composing)
    composing.set_up(SMALL)
    shown = panel(composing)
    assert "Chorales" in shown.promise.text()
    assert shown.promise.isVisible()
    assert not shown.button.isEnabled()
    assert not shown.plot.isVisible()
    assert not composing.window.actions_by_name["save_midi"].isEnabled()


def test_before_the_first_piece_it_says_what_to_do(composing: Driver):
    assert "Press Compose" in panel(composing).promise.text()
    assert not composing.window.actions_by_name["save_wav"].isEnabled()


def test_a_long_piece_can_be_stopped(composing: Driver):
    composer = composing.workspace.composer
    composer.compose(8, 1000, 1.0)
    composer._lose_patience()  # as after half a second
    composing.until(lambda: panel(composing).button.text().startswith("Stop"))
    panel(composing).button.click()
    assert not composer.composing
    assert compose(composing).shape == (24, 88)


# --- files ---------------------------------------------------------------------------


def saved(driver: Driver, kind: str, path) -> None:
    files = []
    driver.window.saver.saved.connect(files.append)
    driver.window.saver.write(kind, path)
    driver.until(lambda: bool(files))


def test_the_midi_file_has_the_notes_of_the_roll(composing: Driver, tmp_path):
    roll = compose(composing)
    saved(composing, "midi", tmp_path / "piece.mid")
    again, step = np.zeros_like(roll), 0.0
    sounding: set[int] = set()
    for message in mido.MidiFile(tmp_path / "piece.mid").tracks[0]:
        before, step = round(step), step + message.time / midi.TICKS
        for note in sounding:
            again[before : round(step), note - 21] = True
        if message.type == "note_on":
            sounding.add(message.note)
        elif message.type == "note_off":
            sounding.remove(message.note)
    np.testing.assert_array_equal(again, roll)
    assert composing.window.preferences.folder == str(tmp_path)


def test_the_wav_file_has_the_length_and_the_notes_of_the_roll(composing: Driver, tmp_path):
    panel(composing).tempo.setValue(120)
    roll = compose(composing)
    saved(composing, "wav", tmp_path / "piece.wav")
    with wave.open(str(tmp_path / "piece.wav")) as file:
        rate = file.getframerate()
        sound = np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(float)
    assert len(sound) / rate == pytest.approx(len(roll) * 0.5 + wav.RELEASE, abs=1e-3)
    # In the middle of a given chord, all that is strong is one of its notes or an overtone.
    notes = np.flatnonzero(roll[0])
    assert len(notes)
    part = sound[round(0.05 * rate) : round(0.45 * rate)]
    strength = np.abs(np.fft.rfft(part * np.hanning(len(part)), 2**17))
    hertz = np.fft.rfftfreq(2**17, 1 / rate)
    pitches = 440 * 2 ** ((notes + 21 - 69) / 12)
    for pitch in pitches:
        near = np.abs(hertz - pitch) < 6
        assert strength[near].max() > 0.2 * strength.max()
    strongest = hertz[strength.argmax()]
    overtones = np.outer(pitches, np.arange(1, 6)).ravel()
    assert np.abs(overtones - strongest).min() < 6


def test_a_name_without_an_ending_gets_one(composing: Driver, tmp_path):
    compose(composing)
    saved(composing, "midi", tmp_path / "bach no. 5")
    assert [file.name for file in tmp_path.iterdir()] == ["bach no. 5.mid"]


def test_a_file_that_the_ending_leads_to_is_not_lost(composing: Driver, tmp_path):
    compose(composing)
    (tmp_path / "mine.wav").write_text("mine")
    composing.window.saver.write("wav", tmp_path / "mine")
    assert "already" in composing.window.notice.label.text()
    assert (tmp_path / "mine.wav").read_text() == "mine"


@pytest.mark.parametrize("kind", ["midi", "wav"])
def test_a_place_that_cannot_be_written_is_one_sentence(composing: Driver, tmp_path, kind: str):
    compose(composing)
    notice = composing.window.notice
    notice.say("")
    composing.window.saver.write(kind, tmp_path / "nowhere" / "piece")
    composing.until(lambda: bool(notice.label.text()))
    text = notice.label.text()
    assert "could not be written: No such file or directory. Choose another place." in text


def test_without_mido_it_says_what_to_install_and_asks_nothing(composing: Driver, monkeypatch):
    compose(composing)
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    composing.do("save_midi")
    assert 'pip install "rnnviz[audio]"' in composing.window.notice.label.text()
    assert composing.window.findChildren(QFileDialog) == []


def test_the_panel_offers_both_kinds(composing: Driver):
    texts = [action.text() for action in panel(composing).save_button.menu().actions()]
    assert texts == ["Save the piece as MIDI …", "Save the piece as WAV …"]


# --- sound, here as it is: with a loudspeaker, or without ----------------------------


def test_without_sound_a_hint_says_why_and_saving_works(composing: Driver):
    speaker = composing.workspace.loudspeaker
    composing.until(lambda: speaker.state != "unknown")
    compose(composing)
    shown = panel(composing)
    silent = speaker.state != "ready"
    assert shown.play_button.isEnabled() != silent
    words = {"no_package": "rnnviz[audio]", "no_library": "PortAudio", "no_device": "No loudspea"}
    assert words.get(speaker.state, "") in shown.readout.text()
    assert shown.save_button.isEnabled()


def test_what_cannot_be_played_is_said_and_over(composing: Driver):
    compose(composing)
    speaker, shown = composing.workspace.loudspeaker, panel(composing)

    def broken() -> np.ndarray:
        raise OSError("the cable is out.")

    speaker.play(broken, wav.RATE)
    assert speaker.playing
    composing.until(lambda: not speaker.playing)
    composing.until(lambda: "the cable is out." in shown.readout.text())
    assert speaker.seconds is None
    shown._wrong = ""


def test_zooming_stays_within_the_piece(composing: Driver):
    compose(composing)
    plot = panel(composing).plot
    plot.zoomed.emit(-50.0, 5.0)
    low, high = plot.x_range()
    assert low >= 0.5
    assert high <= 24.5
    plot.zoomed.emit(3.0, 3.5)
    assert np.subtract(*reversed(plot.x_range())) == pytest.approx(4)
