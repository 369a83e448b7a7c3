"""Commands on their way in, read on a thread so that training only has to look."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable

from rnnviz.engine import framing
from rnnviz.engine.messages import Command

log = logging.getLogger(__name__)


class Inbox:
    """Reads commands from `stream` until its end, then calls `on_end` on that thread.

    What is not a command ends the reading too: nothing after it could be trusted.
    """

    def __init__(self, stream: framing.Readable, on_end: Callable[[], None] | None = None) -> None:
        self._stream = stream
        self._on_end = on_end
        self._commands: queue.SimpleQueue[Command | None] = queue.SimpleQueue()
        self.ended = False
        """True once all commands are taken and none will come."""
        threading.Thread(target=self._read, name="inbox", daemon=True).start()

    def take(self, wait: bool) -> list[Command]:
        """All commands that are here now, in order; with `wait` at least one, or the end."""
        taken: list[Command] = []
        while not self.ended:
            try:
                command = self._commands.get(block=wait and not taken)
            except queue.Empty:
                break
            if command is None:
                self.ended = True
            else:
                taken.append(command)
        return taken

    def _read(self) -> None:
        try:
            while True:
                self._commands.put(framing.receive(self._stream, Command))
        except (EOFError, OSError):
            pass
        except framing.FramingError as error:
            log.error("what came is no command: %s", error)
        self._commands.put(None)
        if self._on_end is not None:
            self._on_end()
