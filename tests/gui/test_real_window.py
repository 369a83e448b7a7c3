"""A pass through the real window on a real display, driven and seen from outside.

Events come from xdotool through the X server; what is seen are the server's own pixels,
read by another process. One window serves all tests, which stand in the order of a visit.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from PySide6.QtCore import QRect
from PySide6.QtGui import QImage

from tests.gui.processes import ends, engines_of

pytestmark = [
    pytest.mark.skipif(shutil.which("xdotool") is None, reason="xdotool is not installed"),
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="X and /proc are needed"),
]
DEADLINE = 15.0
CAMERA = """
import sys
from PySide6.QtGui import QGuiApplication
app = QGuiApplication(sys.argv)
for line in sys.stdin:
    app.primaryScreen().grabWindow(0).save(line.strip())
    print("done", flush=True)
"""


def until(wanted: Callable[[], bool], what: str, pause: Callable[[], object]) -> None:
    deadline = time.monotonic() + DEADLINE
    while not wanted():
        if time.monotonic() > deadline:
            pytest.fail(f"not in time: {what}")
        pause()


@dataclass
class Visit:
    """The program on the display, and a camera in front of it."""

    process: subprocess.Popen[str]
    camera: subprocess.Popen[str]
    display: str
    folder: Path
    window: str = ""
    engine: int = 0
    shots: int = 0

    def xdotool(self, *words: str) -> str:
        done = subprocess.run(
            ["xdotool", *words],
            env={**os.environ, "DISPLAY": self.display},
            capture_output=True,
            text=True,
        )
        return done.stdout.strip()

    def windows(self, title: str) -> list[str]:
        return self.xdotool("search", "--onlyvisible", "--name", title).split()

    def click(self, x: int, y: int) -> None:
        self.xdotool("mousemove", "--window", self.window, str(x), str(y), "click", "1")

    def press(self, key: str) -> None:
        self.xdotool("key", key)

    def has_keyboard(self) -> bool:
        """Give the window the keyboard, as no window manager is there to do it."""
        self.xdotool("windowfocus", self.window)
        return self.xdotool("getwindowfocus") == self.window

    def shot(self) -> QImage:
        """What is on the display now."""
        self.shots += 1
        file = self.folder / f"{self.shots}.png"
        assert self.camera.stdin is not None
        assert self.camera.stdout is not None
        self.camera.stdin.write(f"{file}\n")
        self.camera.stdin.flush()
        assert self.camera.stdout.readline() == "done\n"
        return QImage(str(file))

    def changes(self, place: QRect, before: QImage) -> None:
        """Wait until a part of the display is not what it was."""
        old = before.copy(place)
        until(lambda: self.shot().copy(place) != old, f"a change in {place}", lambda: None)

    def rests(self) -> QImage:
        """Wait until two pictures in a row are the same."""
        last = [self.shot()]

        def same() -> bool:
            last.append(self.shot())
            return last[-1] == last[-2]

        until(same, "a picture that rests", lambda: None)
        return last[-1]


@pytest.fixture(scope="module")
def visit(xvfb_display, tmp_path_factory) -> Iterator[Visit]:
    folder = tmp_path_factory.mktemp("display")
    environment = {**os.environ, "DISPLAY": xvfb_display, "RNNVIZ_HOME": str(folder / "home")}
    environment.pop("QT_QPA_PLATFORM", None)
    environment.pop("WAYLAND_DISPLAY", None)
    small = ["--windows", "600", "--epochs", "8", "--hidden", "16", "--device", "cpu"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with (
        subprocess.Popen(
            [sys.executable, "-m", "rnnviz", *small],
            env=environment,
            stderr=subprocess.PIPE,
            **pipes,
        ) as process,
        subprocess.Popen([sys.executable, "-c", CAMERA], env=environment, **pipes) as camera,
    ):
        found = Visit(process, camera, xvfb_display, folder)
        try:
            until(lambda: bool(found.windows("^rnnviz$")), "the window", lambda: wait(process))
            found.window = found.windows("^rnnviz$")[0]
            until(lambda: bool(engines_of(process.pid)), "the engine", lambda: wait(process))
            found.engine = engines_of(process.pid)[0]
            until(found.has_keyboard, "the keyboard", lambda: None)
            yield found
        finally:
            for one in (process, camera):
                one.send_signal(signal.SIGKILL)


def wait(process: subprocess.Popen[str]) -> None:
    """A moment, which ends at once where the program ends."""
    try:
        code = process.wait(0.05)
    except subprocess.TimeoutExpired:
        return
    pytest.fail(f"the program ended with {code}: {process.stderr.read()}")


def part(visit: Visit, left: float, top: float, right: float, bottom: float) -> QRect:
    """A part of the window on the display, in shares of its width and height."""
    lines = visit.xdotool("getwindowgeometry", "--shell", visit.window).splitlines()
    where = {name: int(number) for name, number in (line.split("=") for line in lines)}
    x, y, width, height = (where[name] for name in ("X", "Y", "WIDTH", "HEIGHT"))
    return QRect(
        round(x + left * width),
        round(y + top * height),
        round((right - left) * width),
        round((bottom - top) * height),
    )


def middle(visit: Visit) -> QRect:
    """The column of the panels along time."""
    return part(visit, 0.25, 0.1, 0.65, 0.85)


def learning(visit: Visit) -> QRect:
    return part(visit, 0.75, 0.1, 1.0, 0.35)


def test_the_window_opens(visit: Visit):
    assert visit.windows("^rnnviz$") == [visit.window]


def test_the_untrained_network_is_shown_and_trained_and_keys_move_what_is_shown(visit: Visit):
    def colourful() -> bool:
        picture = visit.shot().copy(middle(visit)).scaled(100, 100)
        colours = (picture.pixelColor(x, y) for x in range(100) for y in range(100))
        return sum(colour.saturation() > 40 for colour in colours) > 500

    until(colourful, "the colours of the hidden states", lambda: None)
    before = visit.rests()
    # Train stands first in the toolbar, under the menu bar.
    visit.click(45, 22 + 24)
    visit.changes(learning(visit), before)
    for key in ("Left", "shift+Left", "Home", "Right", "End", "Prior", "Next"):
        before = visit.rests()
        visit.press(key)
        visit.changes(part(visit, 0, 0, 1, 1), before)


def test_space_plays(visit: Visit):
    visit.press("Home")
    first = visit.rests()
    visit.press("space")
    visit.changes(middle(visit), first)
    playing = visit.shot()
    visit.changes(middle(visit), playing)
    visit.press("space")
    visit.rests()


def test_a_drag_in_the_sequence_scrubs(visit: Visit):
    visit.press("End")
    before = visit.rests()
    place = part(visit, 0.3, 0.2, 0.5, 0.3)
    visit.xdotool("mousemove", str(place.right()), str(place.center().y()), "mousedown", "1")
    visit.xdotool("mousemove", str(place.center().x()), str(place.center().y()))
    visit.xdotool("mousemove", str(place.left()), str(place.center().y()), "mouseup", "1")
    visit.changes(middle(visit), before)


def test_a_drag_of_a_slider_is_said_to_be_another_setting(visit: Visit):
    before = visit.rests()
    status = part(visit, 0, 0.96, 0.3, 1)
    row = part(visit, 0.02, 0.2, 0.14, 0.201)
    found = slider_row(before, row)
    visit.xdotool("mousemove", str(row.left()), str(found), "mousedown", "1")
    visit.xdotool("mousemove", str(row.right()), str(found), "mouseup", "1")
    visit.changes(status, before)


def slider_row(picture: QImage, place: QRect) -> int:
    """The height of a slider below the choices at the head of its panel: a long thin groove."""
    for y in range(place.top(), place.top() + 120):
        shades = [picture.pixelColor(x, y).lightness() for x in range(place.left(), place.right())]
        line = max(set(shades), key=shades.count)
        if line < 235 and shades.count(line) > 0.5 * len(shades):
            return y + 1
    raise LookupError("no slider was found")


def test_f1_opens_the_list_of_keys(visit: Visit):
    visit.press("F1")
    until(lambda: bool(visit.windows("^Keyboard")), "the list of keys", visit.shot)
    visit.xdotool("windowfocus", "--sync", visit.windows("^Keyboard")[0], "key", "Escape")
    until(lambda: not visit.windows("^Keyboard"), "the list of keys is closed", visit.shot)
    until(visit.has_keyboard, "the keyboard", lambda: None)
    visit.rests()


def test_ctrl_q_ends_the_program_and_leaves_nothing(visit: Visit):
    visit.press("ctrl+q")
    assert visit.process.wait(DEADLINE) == 0
    assert visit.process.stderr.read() == ""
    assert ends(visit.engine)
