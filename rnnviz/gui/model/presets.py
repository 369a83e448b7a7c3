"""Presets: experiments worth starting from, by name; the tutorial's job is the first."""

from __future__ import annotations

import math

from rnnviz.experiment import Experiment, suited, turned
from rnnviz.tasks.sentiment import Sentiment
from rnnviz.tasks.series import Series
from rnnviz.tasks.tagging import Tagging
from rnnviz.tasks.waves import Waves
from rnnviz.words.translation import tr


def presets() -> dict[str, Experiment]:
    """Experiments by their names in the person's language."""
    sine = Experiment()
    both = ("network.direction", "both")
    return {
        tr("The tutorial's job"): sine,
        tr("Through noise"): sine.with_value("task.noise", 0.2),
        tr("Twenty points ahead"): sine.with_value("task.ahead", 20),
        tr("A fast wave"): sine.with_value("task.period", 2 * math.pi),
        tr("A long memory: 200 points"): sine.with_value("task.window", 200),
        tr("A tiny notepad: 4 units"): sine.with_value("network.hidden", 4),
        tr("Two layers"): sine.with_value("network.layers", 2),
        tr("Too fast: learning rate 0.1"): sine.with_value("training.learning_rate", 0.1),
        tr("The same with clipping"): sine.with_value("training.learning_rate", 0.1).with_value(
            "training.clip_norm", 0.1
        ),
        tr("Sunspots"): suited(Series()),
        tr("Melbourne's temperature"): suited(Series(series="temperature")),
        tr("Airline passengers"): turned(suited(Series()), "task.series", "passengers"),
        tr("Naming waves, read both ways"): suited(Waves()).with_value(*both),
        tr("Is it a good review?"): suited(Sentiment()),
        tr("Korean reviews, letter by letter"): suited(
            Sentiment(language="Korean", tokens="characters")
        ),
        tr("Parts of speech, from both ends"): suited(Tagging()).with_value(*both),
        tr("Korean parts of speech"): suited(Tagging(language="Korean", ending=2)),
    }
