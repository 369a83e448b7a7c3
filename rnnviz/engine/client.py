"""The engine seen from the window: start it, tell it, listen to it, end it.

Imports neither torch nor Qt. `Engine.send` may be called from any thread while another
waits in `Engine.receive`.
"""

from __future__ import annotations

import contextlib
import os
import site
import subprocess
import sys
import threading
from pathlib import Path
from typing import IO

import rnnviz
from rnnviz.engine import framing
from rnnviz.engine.messages import PROTOCOL, Command, Hello, Report
from rnnviz.words.translation import tr


class EngineGone(Exception):
    """The engine is no more.

    `returncode` is the process's, negative for a signal, None where there is no process.
    """

    def __init__(self, returncode: int | None = None) -> None:
        super().__init__(f"the engine ended with {returncode}")
        self.returncode = returncode


class OtherEngine(EngineGone):
    """An engine of another version of rnnviz, which says other messages."""

    def __init__(self, hello: Hello) -> None:
        super().__init__()
        self._hello = hello

    def __str__(self) -> str:
        return tr(
            "This window speaks version {ours} of the protocol, that engine (rnnviz {version}) "
            "version {theirs}: install the same rnnviz on both.",
            ours=PROTOCOL,
            theirs=self._hello.protocol,
            version=self._hello.version,
        )


class Engine:
    """An engine on two streams; `launch` starts one in a process of its own."""

    def __init__(
        self,
        to_engine: IO[bytes],
        from_engine: IO[bytes],
        process: subprocess.Popen[bytes] | None = None,
    ) -> None:
        self._to_engine = to_engine
        self._from_engine = from_engine
        self._process = process
        self._sending = threading.Lock()
        self._greeted = False
        with contextlib.suppress(EngineGone):  # whoever receives finds out
            self._write(Hello(PROTOCOL, rnnviz.__version__))

    @classmethod
    def launch(cls, log_file: Path | None = None) -> Engine:
        """Start an engine and return at once; its first report is `Ready`.

        Whatever it prints is appended to `log_file`, or thrown away. Raises `OSError`
        where no process can be started or the log cannot be opened.
        """
        with contextlib.ExitStack() as stack:
            log: int | IO[bytes] = subprocess.DEVNULL
            if log_file is not None:
                log = stack.enter_context(log_file.open("ab"))
            process = subprocess.Popen(
                # -P: what lies in the folder that we were started from must not shadow modules.
                [sys.executable, "-P", "-X", "utf8", "-m", "rnnviz.engine"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                env=_environment(),
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
        assert process.stdin is not None
        assert process.stdout is not None
        return cls(process.stdin, process.stdout, process)

    @property
    def pid(self) -> int | None:
        return None if self._process is None else self._process.pid

    def send(self, command: Command) -> None:
        """Tell the engine something; raise `EngineGone` if it cannot hear it."""
        self._write(command)

    def _write(self, message: Command | Hello) -> None:
        try:
            with self._sending:
                framing.send(self._to_engine, message)
        except (OSError, ValueError):  # a broken pipe; a stream that `close` has closed
            raise self._gone() from None

    def receive(self) -> Report:
        """Wait for the next report; raise `EngineGone` when there will be no more, and
        `OtherEngine` where it would not be understood."""
        try:
            if not self._greeted:
                hello: Hello = framing.receive(self._from_engine, Hello)
                self._greeted = True
                if hello.protocol != PROTOCOL:
                    self.kill()
                    raise OtherEngine(hello)
            report: Report = framing.receive(self._from_engine, Report)
        except (EOFError, OSError, ValueError):
            raise self._gone() from None
        except framing.FramingError:
            self.kill()
            raise self._gone() from None
        return report

    def close(self, timeout: float = 2.0) -> None:
        """End the engine: close its stdin, wait, and kill it if it is still there then."""
        if not self._sending.acquire(timeout=timeout):
            self.kill()  # it does not even read: this frees whoever waits to send
            self._sending.acquire()
        try:
            with contextlib.suppress(OSError):
                self._to_engine.close()
        finally:
            self._sending.release()
        if self._process is not None:
            try:
                self._process.wait(timeout)
            except subprocess.TimeoutExpired:
                self.kill()
                self._process.wait()
            self._from_engine.close()

    def kill(self) -> None:
        """End the engine's process at once; `receive` then raises `EngineGone`."""
        if self._process is not None:
            self._process.kill()

    def _gone(self) -> EngineGone:
        if self._process is None:
            return EngineGone()
        try:
            # Its streams are closed, so it ends now; a moment for the system to say how.
            return EngineGone(self._process.wait(2.0))
        except subprocess.TimeoutExpired:
            return EngineGone()


ENGINE_ENVIRONMENT = {"OPENBLAS_NUM_THREADS": "1", "GOMP_SPINCOUNT": "1000"}
"""What keeps the engine quick beside a window that paints; whoever sets these knows better.

Threads that wait for each other spin, and where another program takes the core of one, all
of them spin until it is back. With two cores, one half busy, a step of 256 units takes 140
to 600 ms with the usual patience of OpenMP and 27 with this; the price is 10 instead of 8 ms
where nothing else runs. A baseline's least squares takes 4 ms instead of up to 370.
"""


def _environment() -> dict[str, str]:
    """Our own environment, in which the engine finds the same rnnviz as we did.

    An installed package is found anyway, and its folder must not come before the
    standard library; a source checkout needs to be named.
    """
    environment = {**ENGINE_ENVIRONMENT, **os.environ}
    assert rnnviz.__file__ is not None
    root = str(Path(rnnviz.__file__).resolve().parents[1])
    if root not in {*site.getsitepackages(), site.getusersitepackages()}:
        known = environment.get("PYTHONPATH")
        environment["PYTHONPATH"] = os.pathsep.join([root, known] if known else [root])
    return environment
