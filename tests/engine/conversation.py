"""Talking to an engine in a test: short runs, and an ear that hears within a deadline."""

import itertools
import queue
import threading
from collections.abc import Callable
from typing import Any

import numpy as np

from rnnviz.engine.client import Engine
from rnnviz.engine.messages import (
    Answer,
    Ask,
    Command,
    Failed,
    Part,
    Progress,
    Question,
    Ready,
    Report,
    Start,
    StateChanged,
    TracedPart,
)
from rnnviz.experiment import Experiment, Network, Training
from rnnviz.tasks import Sine

DEADLINE = 60.0

SMALL = Experiment(
    task=Sine(window=10, windows=120),
    network=Network(hidden=8),
    training=Training(epochs=4, batch=16, device="cpu"),
)
"""Seven batches an epoch, four epochs: over in a moment."""

LONG = Experiment(
    task=Sine(window=20, windows=600),
    network=Network(hidden=16),
    training=Training(epochs=10_000, batch=64, device="cpu"),
)
"""Not over before it is told to be."""


BOTH: list[TracedPart] = ["saliency", "gradient_norm"]


class Told:
    """What was answered to a question, or a part of it: `request`, `last`, and all that the
    content has."""

    def __init__(self, report: Part | Answer) -> None:
        self.run, self.request, self.what = report.run, report.request, report.what
        self.last = isinstance(report, Answer)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.what, name)


def is_a(report: object, *kinds: type) -> bool:
    """Whether a report, or what it tells, is of one of these kinds."""
    return isinstance(report.what if isinstance(report, Told) else report, kinds)


class Conversation:
    """An engine and all that it has said; every wait has a deadline."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.run = 0
        self._heard: queue.SimpleQueue[Report | Exception] = queue.SimpleQueue()
        self._runs = itertools.count(1)
        threading.Thread(target=self._listen, daemon=True).start()

    def start(self, experiment: Experiment = SMALL, **options: object) -> list[Report]:
        """Begin a run; what was said until it stood."""
        self.run = next(self._runs)
        self.say(Start(run=self.run, experiment=experiment, **({"parts": BOTH} | options)))
        return self.until(lambda report: isinstance(report, StateChanged | Failed))

    def say(self, command: Command) -> None:
        self.engine.send(command)

    def ask(self, request: int, what: Question) -> None:
        self.say(Ask(request=request, what=what))

    def hear(self, timeout: float = DEADLINE) -> Report:
        """The next report; raises what `Engine.receive` raised."""
        report = self._heard.get(timeout=timeout)
        if isinstance(report, Exception):
            raise report
        return report

    def until(self, wanted: Callable[[Report], bool]) -> list[Any]:
        """The reports about the current run, up to the first that is wanted."""
        said: list[Any] = []
        while True:
            report = self.hear()
            if isinstance(report, Ready) or report.run != self.run:
                continue
            said.append(Told(report) if isinstance(report, Part | Answer) else report)
            if wanted(said[-1]):
                return said

    def until_state(self, state: str) -> list[Any]:
        """What is said up to this state, or up to a failure."""
        return self.until(
            lambda report: (
                isinstance(report, Failed)
                or (isinstance(report, StateChanged) and report.state == state)
            )
        )

    def until_kind(self, kind: type) -> list[Any]:
        return self.until(lambda report: is_a(report, kind))

    def _listen(self) -> None:
        try:
            while True:
                self._heard.put(self.engine.receive())
        except Exception as error:
            self._heard.put(error)


def of(kind: type, reports: list[Report]) -> list:
    """The reports of one kind."""
    return [report for report in reports if is_a(report, kind)]


def losses(reports: list[Report]) -> np.ndarray:
    """All losses in these reports; each batch must be there once, in order, from the first."""
    parts = of(Progress, reports)
    assert [part.first for part in parts] == list(
        itertools.accumulate((len(part.losses) for part in parts[:-1]), initial=parts[0].first)
    )
    return np.concatenate([part.losses for part in parts])
