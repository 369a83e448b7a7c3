"""The engine as a program: ``python -m rnnviz.engine`` speaks on stdin and stdout."""

from __future__ import annotations

import faulthandler
import logging
import os
import signal
import sys
from typing import BinaryIO

import rnnviz
from rnnviz.engine import framing
from rnnviz.engine.inbox import Inbox
from rnnviz.engine.messages import PROTOCOL, Hello, Report
from rnnviz.engine.outbox import Outbox

log = logging.getLogger(__name__)


def main() -> None:
    """Serve until stdin ends, and then be gone at once, whatever is going on."""
    # Ctrl+C in a terminal reaches all its programs; the window decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    commands, reports = _streams()
    faulthandler.enable()
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.captureWarnings(True)

    def deliver(report: Report) -> None:
        try:
            framing.send(reports, report)
        except (framing.FramingError, MemoryError):
            log.exception("a report was left out: %s", type(report).__name__)

    if not greet(commands, reports):
        return
    # Listening begins before torch is imported, which takes more than a second: a window
    # that is closed meanwhile leaves no engine behind.
    inbox = Inbox(commands, on_end=lambda: os._exit(0))
    from rnnviz.engine.child import Server

    Server(inbox, Outbox(deliver)).serve()


def greet(commands: framing.Readable, reports: framing.Writable) -> bool:
    """Say and hear which protocol is spoken; whether both speak the same."""
    try:
        framing.send(reports, Hello(PROTOCOL, rnnviz.__version__))
        hello: Hello = framing.receive(commands, Hello)
    except (EOFError, OSError):
        return False
    if hello.protocol != PROTOCOL:  # the window is told so by what we said
        log.error("rnnviz %s speaks another protocol, %d", hello.version, hello.protocol)
    return hello.protocol == PROTOCOL


def _streams() -> tuple[BinaryIO, BinaryIO]:
    """The real stdin and stdout, out of reach of anything that prints or reads here."""
    commands = os.fdopen(os.dup(0), "rb")
    reports = os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    return commands, reports


if __name__ == "__main__":
    main()
