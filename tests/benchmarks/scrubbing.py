"""How fast the panels of a long trace follow the player: 2,000 timesteps, 256 units.

    python tests/benchmarks/scrubbing.py [frames]

Moves the player three timesteps on with each frame, in the window of `rnnviz.show` with a unit
selected, on a display. Scrubbing must not redraw the heatmap: its images are counted.
"""

from __future__ import annotations

import sys
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.benchmarks.machine import Option, live, numbers, percentiles, screen, wait_until

TIMESTEPS, UNITS = 2000, 256
TARGET = 1000 / 60


def trace():
    """A trace of made-up numbers, with all that a trace can have."""
    from rnnviz.records.trace import Trace

    rng = np.random.default_rng(0)
    hidden = np.tanh(rng.normal(size=(TIMESTEPS, 1, UNITS)).cumsum(axis=0) / 20)
    inputs = np.sin(np.arange(TIMESTEPS) / 10)[:, None]
    lag = np.arange(TIMESTEPS)[:, None] - np.arange(TIMESTEPS)
    return Trace(
        kind="RNN_TANH",
        inputs=inputs.astype(np.float32),
        hidden=hidden.astype(np.float32),
        output=np.roll(inputs, -1, axis=0).astype(np.float32),
        target=inputs[:1, 0].astype(np.float32),
        saliency=np.where(lag >= 0, np.exp(-lag / 50.0), 0).astype(np.float32),
    )


def main(frames: int) -> None:
    """Scrub, and print what the frames took."""
    with screen() as platform:
        from rnnviz.gui.app import application
        from rnnviz.gui.show import TraceWindow

        application()
        window = TraceWindow(trace())
        window.setGeometry(0, 0, 1920, 1080)
        window.show()
        window.view_state.select_unit(3)
        live(1)
        images = 0
        panel: Any = window.panels["hidden"]
        image = panel._image
        draw = image.setImage

        def count(*args, **options) -> None:
            nonlocal images
            images += 1
            draw(*args, **options)

        image.setImage = count
        ticks: list[float] = []
        drawn: list[float] = []
        worked: list[float] = []
        player = window.player

        def move(passed: float) -> None:
            ticks.append(passed * 1000)
            worked.append(time.thread_time() * 1000)
            player.go_to((player.timestep + 3) % TIMESTEPS)

        player.go_to(TIMESTEPS // 2)
        window.clock.drawn.connect(lambda took: drawn.append(took * 1000))
        window.clock.ticked.connect(move)
        window.clock.keep_running(window, True)
        wait_until(lambda: len(ticks) >= frames, 10 + frames)
        window.clock.keep_running(window, False)
        window.clock.ticked.disconnect(move)
        work = [b - a for a, b in pairwise(worked)]
        print(f"{TIMESTEPS} timesteps, {UNITS} units, {frames} frames, on {platform}")
        print(f"  between two frames   {percentiles(ticks[1:])} ms  (target: p50 {TARGET:.1f})")
        print(f"  work of one frame    {percentiles(work)} ms of processor time")
        print(f"  marking and drawing  {percentiles(drawn)} ms")
        print(f"  heatmaps drawn       {images}  (target: 0)")
        window.close()
        live(0.1)
    sys.exit(images > 0)


if __name__ == "__main__":
    main(*numbers(__doc__, Option("frames", 600, least=3)))
