"""The loudspeaker as it is here: none, one, or ALSA's file that takes the place of one."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys

import numpy as np
import pytest

from rnnviz.gui.model.loudspeaker import Loudspeaker
from rnnviz.store import wav
from tests.gui.driver import wait_until


def portaudio() -> bool:
    """Whether sounddevice and PortAudio are there."""
    try:
        return importlib.util.find_spec("sounddevice") is not None and bool(
            importlib.import_module("sounddevice")
        )
    except OSError:
        return False


@pytest.fixture
def speaker(qapp):
    made = Loudspeaker()
    yield made
    made.close()


def silence() -> np.ndarray:
    return np.zeros(100, np.float32)


def test_nothing_is_known_before_it_is_asked_for(speaker):
    assert speaker.state == "unknown"
    assert not speaker.playing
    assert speaker.seconds is None


def test_the_window_opens_without_looking_for_sound():
    program = "import rnnviz.gui.app, sys; print('sounddevice' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout.strip() == "False"


def test_it_says_what_is_missing(speaker):
    speaker.look()
    wait_until(lambda: speaker.state != "unknown")
    if importlib.util.find_spec("sounddevice") is None:
        assert speaker.state == "no_package"
    elif not portaudio():
        assert speaker.state == "no_library"
    else:
        assert speaker.state in ("no_device", "ready")


def test_what_fails_ends_with_a_reason(speaker):
    said: list[str] = []
    speaker.failed.connect(said.append)

    def broken() -> np.ndarray:
        raise OSError("no such sound")

    speaker.play(broken, wav.RATE)
    assert speaker.playing
    wait_until(lambda: bool(said))
    assert said == ["no such sound"]
    assert not speaker.playing


def test_what_was_stopped_says_nothing_more(speaker):
    said: list[str] = []
    speaker.failed.connect(said.append)
    made: list[int] = []

    def slow() -> np.ndarray:
        made.append(1)
        raise OSError("late")

    for _ in range(20):
        speaker.play(slow, wav.RATE)
        speaker.stop()
    speaker._thread.waitForDone()
    done: list[bool] = []
    speaker._looked.connect(lambda _: done.append(True))
    speaker.look()  # comes after all that was there
    wait_until(lambda: bool(done))
    assert said == []
    assert not speaker.playing


def test_closing_waits_for_what_is_under_way_and_can_be_done_twice(speaker):
    speaker.play(silence, wav.RATE)
    speaker.close()
    speaker.close()
    assert not speaker.playing
    assert speaker._stream is None


CONFIGURATION = """
pcm.!default {{ type file
  slave.pcm nothing
  file "{file}"
  format "raw" }}
pcm.nothing {{ type null }}
ctl.!default {{ type null }}
"""
"""ALSA writes what is played into a file, as fast as it comes."""

PLAY = """
import numpy as np
from PySide6.QtCore import QCoreApplication, QTimer
from rnnviz.gui.loudspeaker import Loudspeaker
from rnnviz.store import wav

app = QCoreApplication([])
speaker = Loudspeaker()
heard = []
roll = np.zeros((3, 88), bool)
roll[0, [39, 43]] = roll[1, 46] = True

def follow():
    if speaker.state != "unknown" and not heard:
        print(speaker.state)
        heard.append(0.0)
        speaker.play(lambda: wav.samples(roll), wav.RATE)
    elif heard and not speaker.playing:
        speaker.close()
        app.quit()

speaker.changed.connect(follow)
speaker.failed.connect(print)
speaker.look()
QTimer.singleShot(20_000, app.quit)
app.exec()
"""


@pytest.mark.skipif(
    not (sys.platform == "linux" and portaudio()), reason="needs sounddevice, PortAudio and ALSA"
)
def test_what_is_played_is_what_was_made_and_it_ends_by_itself(tmp_path):
    file, settings = tmp_path / "played.raw", tmp_path / "asound.conf"
    settings.write_text(CONFIGURATION.format(file=file))
    done = subprocess.run(
        [sys.executable, "-c", PLAY],
        env=os.environ | {"ALSA_CONFIG_PATH": str(settings)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.stdout.split() == ["ready"]
    assert "Exception" not in done.stderr
    roll = np.zeros((3, 88), bool)
    roll[0, [39, 43]] = roll[1, 46] = True
    expected = wav.samples(roll)
    played = np.fromfile(file, np.float32).reshape(-1, 2)  # left and right
    # The driver fills its buffer with silence before it asks for the first sample.
    played = played[np.flatnonzero(played[:, 0])[0] - np.flatnonzero(expected)[0] :]
    np.testing.assert_array_equal(played[: len(expected)], np.stack([expected] * 2, axis=1))
    assert not played[len(expected) :].any()
