"""The engine's loop: do what was asked, then one batch, then look again."""

from __future__ import annotations

import logging
import os
from typing import assert_never

import torch

from rnnviz.engine import examples, generation, step_cost  # noqa: F401  they answer questions
from rnnviz.engine.failures import failure
from rnnviz.engine.inbox import Inbox
from rnnviz.engine.messages import Adjust, Advance, Ask, Cancel, Pause, Ready, Start, Stop, Watch
from rnnviz.engine.outbox import Outbox
from rnnviz.engine.questions import Questions
from rnnviz.engine.run import Run
from rnnviz.learning.training import devices
from rnnviz.learning.training.trainer import Trainer

log = logging.getLogger(__name__)


class Server:
    """Answers the commands of `inbox` through `outbox`, one run at a time.

    Commands about a run that is over are ignored: they were on their way when it ended.
    """

    def __init__(self, inbox: Inbox, outbox: Outbox) -> None:
        self._inbox = inbox
        self._outbox = outbox
        self._run: Run | None = None
        self._questions = Questions(outbox.put)

    def serve(self) -> None:
        """Return when the inbox ends; until then nothing that goes wrong ends the engine."""
        self._outbox.put(
            Ready(
                pid=os.getpid(),
                torch_version=str(torch.__version__),
                devices=devices.available(),
            )
        )
        while not self._inbox.ended:
            try:
                self._turn()
            except Exception as error:
                if self._run is None:
                    log.exception("nothing of this was foreseen")
                else:
                    self._run.fail(error)
        self._outbox.close()

    def _turn(self) -> None:
        """Obey what has come, then do one thing."""
        run, questions = self._run, self._questions
        idle = (run is None or not run.busy) and not questions.busy
        for command in self._inbox.take(wait=idle):
            if isinstance(command, Start):
                questions.clear()
                self._start(command)
            elif isinstance(command, Ask):
                self._ask(command)
            elif isinstance(command, Cancel):
                questions.cancel(command.request)
            elif self._run is not None and command.run == self._run.number:
                _obey(self._run, command)
        run = self._run
        if questions.waiting("at once"):
            questions.work("at once", 0 if run is None else run.step)
            return
        questions.work("between", 0 if run is None else run.step)
        if run is not None and run.busy:
            run.work()
        else:
            questions.work("at rest")

    def _ask(self, asked: Ask) -> None:
        """Take a question, unless it is about a run that is over."""
        about = getattr(asked.what, "run", None)
        if about is None:
            self._questions.take(asked, None)
        elif self._run is not None and about == self._run.number:
            self._questions.take(asked, self._run.trainer)

    def _start(self, command: Start) -> None:
        if self._run is not None:
            self._run.end()
            self._run = None  # its memory is free before the next one asks for some
        try:
            trainer = Trainer(command.experiment)
            run = Run(command.run, trainer, command.example, command.parts, self._outbox.put)
            run.begin(command.paused)
        except Exception as error:
            self._outbox.put(failure(error, command.run))
        else:
            self._run = run


def _obey(run: Run, command: Advance | Pause | Stop | Adjust | Watch) -> None:
    match command:
        case Advance(until=until):
            run.advance(until)
        case Pause():
            run.pause()
        case Stop():
            run.stop()
        case Adjust(training=training):
            run.adjust(training)
        case Watch(example=example, parts=parts):
            run.watch(example, parts)
        case _:
            assert_never(command)
