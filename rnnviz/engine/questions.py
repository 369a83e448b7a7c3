"""Questions to the engine: taken, answered bit by bit, taken back.

How a question is answered is declared by `answers`, in the file that does it: a generator that
yields a part of the answer whenever there is one, and None when it has worked for a while, so
that whoever trains or wants something else gets a turn. The last part is the `Answer`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Literal, NamedTuple

from rnnviz.engine.failures import failure
from rnnviz.engine.messages import Answer, Ask, Content, Part, Question, Report
from rnnviz.learning.training.trainer import Trainer

Work = Iterator[Content | None]
When = Literal["at once", "between", "at rest"]
"""at once; a bit between two batches; only while no run has anything to do"""


class _Way(NamedTuple):
    """How one kind of question is answered."""

    work: Callable[[Question, Trainer | None], Work]
    when: When


_ways: dict[type, _Way] = {}


def answers(kind: type, when: When) -> Callable[[Callable[..., Work]], Callable[..., Work]]:
    """Declare that a function answers questions of a kind; it is given the question and the
    trainer of the run that it is about, None where it is about none."""

    def declare(work: Callable[..., Work]) -> Callable[..., Work]:
        _ways[kind] = _Way(work, when)
        return work

    return declare


class _Open:
    """A question that is being answered."""

    def __init__(self, asked: Ask, trainer: Trainer | None) -> None:
        self.asked = asked
        self.way = _ways[type(asked.what)]
        self.work = self.way.work(asked.what, trainer)
        self.said: Content | None = None
        """what is to be said next: held back until it is known whether more comes"""


class Questions:
    """The questions that are open, at most one of a kind."""

    def __init__(self, report: Callable[[Report], None]) -> None:
        self._report = report
        self._open: dict[type, _Open] = {}

    @property
    def busy(self) -> bool:
        """Whether there is anything to do."""
        return bool(self._open)

    def waiting(self, when: When) -> bool:
        """Whether there is something to do of this kind."""
        return any(one.way.when == when for one in self._open.values())

    def take(self, asked: Ask, trainer: Trainer | None) -> None:
        """Begin to answer, in place of an open question of the same kind."""
        self._open[type(asked.what)] = _Open(asked, trainer)

    def cancel(self, request: int) -> None:
        """Leave a question as it is."""
        self._open = {kind: one for kind, one in self._open.items() if one.asked.request != request}

    def clear(self) -> None:
        """Leave all questions: another run begins."""
        self._open = {}

    def work(self, when: When, step: int = 0) -> None:
        """Do a bit for each question of a kind; `step` is where the run is, for what fails."""
        for kind, one in list(self._open.items()):
            if one.way.when == when:
                self._go_on(kind, one, step)

    def _go_on(self, kind: type, one: _Open, step: int) -> None:
        request, run = one.asked.request, getattr(one.asked.what, "run", 0)
        try:
            content = next(one.work)
        except StopIteration:
            del self._open[kind]
            if one.said is not None:
                self._report(Answer(request=request, what=one.said, run=run))
        except Exception as error:
            del self._open[kind]
            self._report(failure(error, run, step, request))
        else:
            if content is None:
                return
            if one.said is not None:
                self._report(Part(request=request, what=one.said, run=run))
            one.said = content
