"""The engine's loop: do what was asked, then one batch, then look again."""

from __future__ import annotations

import logging
import os

import torch

from rnnviz.engine.failures import failure
from rnnviz.engine.inbox import Inbox
from rnnviz.engine.messages import (
    Adjust,
    Advance,
    CheckData,
    Command,
    Compose,
    MeasureStepCosts,
    Pause,
    PutDown,
    Ready,
    RequestTrace,
    Start,
    Stop,
    Watch,
    Write,
)
from rnnviz.engine.outbox import Outbox
from rnnviz.engine.run import Run
from rnnviz.engine.step_cost import StepCostList
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
        self._step_costs: StepCostList | None = None

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
        asked: RequestTrace | None = None
        idle = (self._run is None or not self._run.busy) and self._step_costs is None
        for command in self._inbox.take(wait=idle):
            if isinstance(command, Start):
                self._step_costs = None
                self._start(command)
            elif isinstance(command, MeasureStepCosts):
                wanted = command.request
                self._step_costs = (
                    None if wanted is None else StepCostList(wanted, self._outbox.put)
                )
            elif self._run is None or command.run != self._run.number:
                continue
            elif isinstance(command, RequestTrace):
                asked = command
            else:
                _obey(self._run, command)
        if self._step_costs is not None and (self._run is None or not self._run.busy):
            self._step_costs.work()
            if self._step_costs.over:
                self._step_costs = None
        if self._run is None:
            return
        if asked is not None and asked.run == self._run.number:
            self._run.answer(asked)
        elif self._run.busy:
            self._run.work()

    def _start(self, command: Start) -> None:
        if self._run is not None:
            self._run.end()
            self._run = None  # its memory is free before the next one asks for some
        try:
            trainer = Trainer(command.experiment)
            run = Run(command.run, trainer, command.example, self._outbox.put)
            run.begin(command.paused)
        except Exception as error:
            self._outbox.put(failure(error, command.run))
        else:
            self._run = run


def _obey(run: Run, command: Command) -> None:
    match command:
        case Advance(until=until):
            run.advance(until)
        case Pause():
            run.pause()
        case Stop():
            run.stop()
        case Adjust(learning_rate=learning_rate, clip_norm=clip_norm):
            run.adjust(learning_rate, clip_norm)
        case CheckData():
            run.check_data()
        case Watch(example=example):
            run.watch(example)
        case Write() | Compose():
            run.write(command)
        case PutDown():
            run.put_down()
