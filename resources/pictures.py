"""Make the README's pictures from the program itself: `python resources/pictures.py`.

Opens the real window without a screen, trains with the real engine and saves what the
window shows, two stills and an animation, into resources/screenshots. Needs Pillow for
the animation (the extra `pictures`).
"""

from __future__ import annotations

import io
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["RNNVIZ_HOME"] = tempfile.mkdtemp()  # nobody's own settings get into the pictures

from PIL import Image
from PySide6.QtCore import QBuffer, QEventLoop, QTimer

from rnnviz.experiment import Experiment
from rnnviz.gui.app import application, open_window
from rnnviz.gui.main_window import MainWindow

FOLDER = Path(__file__).parent / "screenshots"
SIZE = (1280, 800)
FRAMES_PER_SECOND = 12


def main() -> None:
    """Make all pictures."""
    FOLDER.mkdir(exist_ok=True)
    application()
    window = open_window(Experiment())
    window.resize(*SIZE)
    window.choose_theme("light")
    wait_until(lambda: window.lab.stage.trace is not None)
    animation = train(window)
    window.grab().save(str(FOLDER / "training.png"))
    wait_until(lambda: window.lab.run.state == "finished")
    pause(0.3)
    animation += step_through(window)
    window.lab.player.go_to(30)
    window.lab.stage.select_unit(40)
    window.choose_theme("dark")
    pause(0.3)
    window.grab().save(str(FOLDER / "stepping.png"))
    first, *others = animation
    first.save(
        FOLDER / "rnnviz.gif",
        save_all=True,
        append_images=others,
        duration=1000 // FRAMES_PER_SECOND,
        loop=0,
    )
    window.close()
    pause(0.1)


def train(window: MainWindow) -> list[Image.Image]:
    """Train, and picture the first epochs as they happen."""
    window.actions_by_name["train"].trigger()
    frames = []
    while len(window.lab.run.history) < 12:
        frames.append(picture(window))
        pause(1 / FRAMES_PER_SECOND)
    return frames


def step_through(window: MainWindow) -> list[Image.Image]:
    """Picture every timestep, one after another."""
    frames = []
    for timestep in range(window.lab.player.timesteps):
        window.lab.player.go_to(timestep)
        pause(0.05)
        frames.append(picture(window))
    return frames + frames[-1:] * FRAMES_PER_SECOND


def picture(window: MainWindow) -> Image.Image:
    """What the window shows now, small, with few colours."""
    buffer = QBuffer()
    buffer.open(QBuffer.OpenModeFlag.WriteOnly)
    window.grab().save(buffer, "PNG")
    with Image.open(io.BytesIO(buffer.data().data())) as shot:
        small = shot.convert("RGB").resize((960, 600), Image.Resampling.LANCZOS)
    return small.quantize(96, dither=Image.Dither.NONE)


def pause(seconds: float) -> None:
    """Let the window live for a moment."""
    loop = QEventLoop()
    QTimer.singleShot(round(seconds * 1000), loop.quit)
    loop.exec()


def wait_until(true: Callable[[], bool], seconds: float = 60) -> None:
    """Let the window live until something is so; raise `TimeoutError` after a minute."""
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            raise TimeoutError("the window did not get there in time")
        pause(0.02)


if __name__ == "__main__":
    main()
