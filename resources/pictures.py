"""Make the README's pictures from the program itself: `python resources/pictures.py`.

Opens the real window without a screen, trains with the real engine and saves what the
window shows, stills and an animation, into resources/screenshots. Needs Pillow for the
animation (the extra `pictures`), and a font with Korean letters.
"""

from __future__ import annotations

import io
import os
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["RNNVIZ_HOME"] = tempfile.mkdtemp()  # nobody's own settings get into the pictures

from PIL import Image
from PySide6.QtCore import QBuffer, QEventLoop, QTimer

from rnnviz.cells import COMPARED
from rnnviz.experiment import Experiment, suited
from rnnviz.gui.app import application, open_window
from rnnviz.gui.look.theme import Choice
from rnnviz.gui.window.main_window import MainWindow
from rnnviz.tasks.characters import Characters
from rnnviz.tasks.chorales import Chorales
from rnnviz.tasks.dates import Dates
from rnnviz.tasks.waves import Waves

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
    wait_until(lambda: window.workspace.view_state.trace is not None)
    animation = train(window)
    window.grab().save(str(FOLDER / "training.png"))
    wait_until(lambda: window.workspace.run.state == "finished")
    pause(0.3)
    animation += step_through(window)
    window.workspace.player.go_to(30)
    window.workspace.view_state.select_unit(40)
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
    for scene in SCENES:
        play(window, scene)
    window.close()
    pause(0.1)


@dataclass(frozen=True)
class Scene:
    """A task that was learned, and what of it is looked at."""

    name: str
    experiment: Experiment
    in_front: tuple[str, ...]
    """panels that are brought forward"""
    theme: Choice
    timestep: int
    cells: bool = False
    """whether all three cells are trained and compared"""


SCENES = (
    Scene("dates", suited(Dates()), ("error_by_position", "pinned_runs"), "dark", 24),
    Scene("chorales", suited(Chorales()), ("composing", "result"), "light", 30),
    Scene(
        "characters",
        suited(Characters()).with_value("training.epochs", 6),
        ("writing", "gradient_norm", "preprocessing"),
        "light",
        40,
    ),
    Scene("waves", suited(Waves()), ("error_by_position", "pinned_runs"), "dark", 90, cells=True),
)


def play(window: MainWindow, scene: Scene) -> None:
    """Train a task to its end and save how it looks then."""
    workspace = window.workspace
    window.choose_theme(scene.theme)
    window.reset_layout()
    for name in scene.in_front:
        window.frames[name].raise_()
    workspace.player.show_example(0)
    workspace.draft.replace(scene.experiment.with_value("training.device", "cpu"), scene.name)
    if scene.cells:
        workspace.pinned_runs.clear()
        window.compare_cells()
        wait_until(lambda: len(workspace.pinned_runs.runs) == len(COMPARED), 300)
    else:
        workspace.begin()
        number = workspace.run.number
        wait_until(lambda: workspace.run.number == number and workspace.run.result is not None, 300)
    pause(3)  # a piece or a text is on its way
    workspace.player.go_to(scene.timestep)
    pause(0.5)
    window.grab().save(str(FOLDER / f"{scene.name}.png"))


def train(window: MainWindow) -> list[Image.Image]:
    """Train, and picture the first epochs as they happen."""
    window.actions_by_name["train"].trigger()
    frames = []
    while len(window.workspace.run.history) < 12:
        frames.append(picture(window))
        pause(1 / FRAMES_PER_SECOND)
    return frames


def step_through(window: MainWindow) -> list[Image.Image]:
    """Picture every timestep, one after another."""
    frames = []
    for timestep in range(window.workspace.player.timesteps):
        window.workspace.player.go_to(timestep)
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
