"""Presets: experiments worth starting from, by name; the tutorial's job is the first."""

from __future__ import annotations

import math

from PySide6.QtCore import QCoreApplication

from rnnviz.experiment import Experiment, Network, Training
from rnnviz.tasks import Sine


def presets() -> dict[str, Experiment]:
    """Experiments by their names in the person's language."""

    def tr(text: str) -> str:
        return QCoreApplication.translate("Preset", text)

    return {
        tr("The tutorial's job"): Experiment(),
        tr("Through noise"): Experiment(task=Sine(noise=0.2)),
        tr("Twenty points ahead"): Experiment(task=Sine(ahead=20)),
        tr("A fast wave"): Experiment(task=Sine(period=2 * math.pi)),
        tr("A long memory: 200 points"): Experiment(task=Sine(window=200)),
        tr("A tiny notepad: 4 units"): Experiment(network=Network(hidden=4)),
        tr("Two layers"): Experiment(network=Network(layers=2)),
        tr("Too fast: learning rate 0.1"): Experiment(training=Training(learning_rate=0.1)),
        tr("The same with clipping"): Experiment(
            training=Training(learning_rate=0.1, clip_norm=0.1)
        ),
    }
