"""Commands on their way in: all of them, in order, and the end."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from typing import BinaryIO

import pytest

from rnnviz.engine import framing
from rnnviz.engine.inbox import Inbox
from rnnviz.engine.messages import Advance, Command, Pause, Stop

DEADLINE = 30.0


class Line:
    """A pipe with an inbox at its other end."""

    def __init__(self, reading: BinaryIO, writing: BinaryIO) -> None:
        self.writing = writing
        self.told = threading.Event()
        self.inbox = Inbox(reading, self.told.set)

    def send(self, *commands: Command) -> None:
        for command in commands:
            framing.send(self.writing, command)

    def end(self) -> None:
        """Close the pipe, and wait until the inbox has read to its end."""
        self.writing.close()
        assert self.told.wait(DEADLINE)


@pytest.fixture
def line() -> Iterator[Line]:
    reading, writing = os.pipe()
    with os.fdopen(reading, "rb") as source, os.fdopen(writing, "wb") as target:
        line = Line(source, target)
        yield line
        line.end()


def test_whoever_waits_gets_what_comes(line: Line) -> None:
    line.send(Pause(run=1))
    (first,) = line.inbox.take(wait=True)
    assert isinstance(first, Pause)
    assert first.run == 1
    assert not line.inbox.ended


def test_whoever_waits_not_gets_nothing_while_nothing_is_there(line: Line) -> None:
    assert line.inbox.take(wait=False) == []
    assert not line.inbox.ended


def test_all_that_is_there_is_taken_in_order_and_then_comes_the_end(line: Line) -> None:
    line.send(Advance(run=1), Pause(run=2), Stop(run=3))
    line.end()
    taken = line.inbox.take(wait=True)
    assert [(type(command), command.run) for command in taken] == [
        (Advance, 1),
        (Pause, 2),
        (Stop, 3),
    ]
    assert line.inbox.ended
    assert line.inbox.take(wait=True) == []


def test_after_what_is_no_command_nothing_is_taken(line: Line) -> None:
    line.send(Pause(run=1))
    line.writing.write(b"\1\0\0\0?")
    line.send(Stop(run=1))
    line.end()
    assert [type(command) for command in line.inbox.take(wait=True)] == [Pause]
    assert line.inbox.ended
