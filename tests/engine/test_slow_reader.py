"""The engine's loop in a thread, over a pair of pipes, with a reader that does not read."""

import os
import threading
from typing import BinaryIO

import numpy as np

from rnnviz.engine import framing
from rnnviz.engine.__main__ import greet
from rnnviz.engine.child import Server
from rnnviz.engine.client import Engine
from rnnviz.engine.inbox import Inbox
from rnnviz.engine.messages import EpochEnded, Progress, Report, StateChanged
from rnnviz.engine.outbox import Outbox
from rnnviz.learning.training.trainer import Trainer
from tests.engine.conversation import DEADLINE, SMALL, Conversation, losses, of


class Dammed(Outbox):
    """An outbox whose reader takes no losses before the run is over."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._over = threading.Event()
        super().__init__(self._when_over)

    def put(self, report: Report, urgent: bool = False) -> None:
        super().put(report, urgent)
        if isinstance(report, StateChanged) and report.state == "finished":
            self._over.set()

    def _when_over(self, report: Report) -> None:
        if isinstance(report, Progress):
            assert self._over.wait(DEADLINE)
        framing.send(self._stream, report)


def test_training_does_not_wait_for_its_reader_and_no_loss_is_lost() -> None:
    read_commands, write_commands = os.pipe()
    read_reports, write_reports = os.pipe()
    commands, reports = os.fdopen(read_commands, "rb"), os.fdopen(write_reports, "wb")
    heard = os.fdopen(read_reports, "rb")
    engine = Engine(os.fdopen(write_commands, "wb"), heard)
    assert greet(commands, reports)
    server = Server(Inbox(commands), Dammed(reports))
    serving = threading.Thread(target=server.serve)
    serving.start()
    talk = Conversation(engine)
    said = talk.start() + talk.until_state("finished")
    engine.close()
    serving.join(DEADLINE)
    assert not serving.is_alive()

    trainer = Trainer(SMALL)
    while not trainer.done:
        trainer.train_batch()
    np.testing.assert_array_equal(losses(said), trainer.take_losses()[0])
    assert [report.record.epoch for report in of(EpochEnded, said)] == [1, 2, 3, 4]
    # The first batch was on its way; all others waited and came in one piece.
    assert len(of(Progress, said)) <= 2
    for stream in (commands, reports, heard):
        stream.close()
