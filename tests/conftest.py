"""The house of the tests: no screen, a home of its own, and guards around every test.

A test fails when Qt warns, when an exception is lost in a slot or a thread, or when a
top-level widget is left behind; the session fails when an engine outlives it. Warnings
and lost exceptions inside a test are seen by pytest and pytest-qt, see ``pyproject.toml``.
When a test of the window fails, pictures of it are kept in ``.pytest_pictures``.
"""

from __future__ import annotations

import contextlib
import gc
import os
import re
import select
import shutil
import signal
import subprocess
import tempfile
import types
import uuid
from collections.abc import Generator, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from PySide6.QtCore import QCoreApplication, QEvent, QtMsgType, qInstallMessageHandler
from PySide6.QtWidgets import QApplication, QWidget

# Written for this session, inherited by every process that a test starts: an engine is
# found by it even when the window that started it is dead.
_MARK = "RNNVIZ_TEST_SESSION"
_GRACE = 2.0  # seconds in which an engine that was told to end may do so

# No deadlines: the machine may be busy with something else. What fails can be tried again with
# the line that is printed.
settings.register_profile("here", deadline=None, print_blob=True)
settings.register_profile("ci", derandomize=True, deadline=None, print_blob=True)
settings.load_profile("ci" if "CI" in os.environ else "here")

_folder = tempfile.TemporaryDirectory(prefix="rnnviz-tests-")
_home = Path(_folder.name)
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["RNNVIZ_HOME"] = str(_home / "session")
if "XDG_RUNTIME_DIR" not in os.environ:
    # Qt warns where a system has none, as in most containers.
    (_home / "runtime").mkdir(mode=0o700)
    os.environ["XDG_RUNTIME_DIR"] = str(_home / "runtime")


def pytest_configure(config: pytest.Config) -> None:
    """Mark the session; the workers of pytest-xdist belong to the one that started them."""
    if not _is_worker(config):
        os.environ[_MARK] = uuid.uuid4().hex


def _is_worker(config: pytest.Config) -> bool:
    return hasattr(config, "workerinput")


@pytest.fixture(autouse=True)
def rnnviz_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of this test's settings, data and logs: empty, and never the person's own."""
    folder = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("RNNVIZ_HOME", str(folder))
    return folder


@pytest.fixture(scope="session")
def xvfb_display() -> Iterator[str]:
    """The name of a real display, 1920 × 1080 in 24 bit, for the DISPLAY of a child process."""
    server = shutil.which("Xvfb")
    if server is None:
        pytest.skip("Xvfb is not installed (sudo apt-get install xvfb)")
    presentation, writing = os.pipe()
    command = [server, "-displayfd", str(writing), "-screen", "0", "1920x1080x24"]
    with subprocess.Popen(
        [*command, "-nolisten", "tcp", "-noreset"],
        pass_fds=[writing],
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        os.close(writing)
        with os.fdopen(presentation) as answer:
            number = answer.readline().strip()
        if not number:
            pytest.fail(f"Xvfb did not start: {process.communicate()[1]}")
        yield f":{number}"
        process.terminate()


# --- widgets -------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def _no_widget_is_left() -> Iterator[None]:
    """Fail a test that leaves a window behind; what a wider fixture made is its own business."""
    before = set(_windows())
    yield
    left = [window for window in _windows() if window not in before]
    if left:
        # Neither what waits to be deleted nor garbage in a circle is a leak.
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
        del left
        gc.collect()
        left = [window for window in _windows() if window not in before]
    if left:
        about = "\n".join(_describe(window, left) for window in left)
        for window in left:
            window.close()
            window.deleteLater()
        pytest.fail(f"{len(left)} top-level widget(s) left behind\n{about}", pytrace=False)


def _windows() -> Iterable[QWidget]:
    # A tooltip belongs to Qt, which keeps one for ever.
    return [
        widget
        for widget in QApplication.topLevelWidgets()
        if widget.parent() is None and widget.metaObject().className() != "QTipLabel"
    ]


def _describe(window: QWidget, ours: list[QWidget]) -> str:
    name = window.objectName() or window.windowTitle() or "without a name"
    referrers = [
        _who(referrer)
        for referrer in gc.get_referrers(window)
        if referrer is not ours and not isinstance(referrer, types.FrameType)
    ]
    return f"  {type(window).__name__} ({name}), held by " + (
        "; ".join(referrers[:8]) or "Qt alone"
    )


def _who(referrer: Any) -> str:
    if isinstance(referrer, dict):
        owners = [type(o).__name__ for o in gc.get_referrers(referrer) if hasattr(o, "__dict__")]
        return f"a dict of {owners[:3]} with {[str(key) for key in referrer][:6]}"
    if isinstance(referrer, types.CellType):
        functions = [
            getattr(owner, "__qualname__", "?")
            for closure in gc.get_referrers(referrer)
            if isinstance(closure, tuple)
            for owner in gc.get_referrers(closure)
            if isinstance(owner, types.FunctionType)
        ]
        return f"a closure of {functions}"
    return f"{type(referrer).__name__} {str(referrer)[:80]}"


# --- pictures of what a test saw that failed -------------------------------------------


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.failed and "qapp" in getattr(item, "fixturenames", ()):
        kept = list(_kept_pictures(item.config.rootpath / ".pytest_pictures", item.nodeid))
        if kept:
            report.sections.append(("Pictures", "\n".join(map(str, kept))))
    return report


def _kept_pictures(folder: Path, test: str) -> Iterator[Path]:
    """Keep one of every window that can be seen, in place of those of this test's last failure."""
    folder = folder / re.sub(r"[^\w.-]+", "_", test)[-120:]
    shutil.rmtree(folder, ignore_errors=True)
    for number, window in enumerate(w for w in QApplication.topLevelWidgets() if w.isVisible()):
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / f"{number}-{type(window).__name__}.png"
        if window.grab().save(str(file)):
            yield file


# --- Qt's warnings while a test is torn down, when pytest-qt no longer listens ---------


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> Iterator[None]:
    heard: list[str] = []
    ignored = [re.compile(pattern) for pattern in item.config.getini("qt_log_ignore")]

    def listen(kind: QtMsgType, _context: object, text: str) -> None:
        quiet = kind in (QtMsgType.QtDebugMsg, QtMsgType.QtInfoMsg)
        if not quiet and not any(pattern.search(text) for pattern in ignored):
            heard.append(text)

    before = qInstallMessageHandler(listen)
    try:
        yield
    finally:
        qInstallMessageHandler(before)
    if heard:
        pytest.fail("Qt warned during teardown:\n  " + "\n  ".join(heard), pytrace=False)


# --- engines -------------------------------------------------------------------------


@pytest.hookimpl(wrapper=True)
def pytest_sessionfinish(session: pytest.Session) -> Iterator[None]:
    yield
    if _is_worker(session.config):
        return  # others still work: who started them all looks when they have ended
    orphans = [pid for pid in _engines() if not _ends(pid)]
    if orphans:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
        for pid in orphans:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            _ends(pid)
        reporter = session.config.pluginmanager.get_plugin("terminalreporter")
        if reporter is not None:
            reporter.ensure_newline()
            reporter.write_line(f"Engines left behind, now killed: {orphans}", red=True)


def _engines() -> list[int]:
    """Process ids of the engines that this session started, directly or not."""
    mark = f"{_MARK}={os.environ[_MARK]}".encode()
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes().split(b"\0")
            environment = (folder / "environ").read_bytes().split(b"\0")
        except OSError:  # it ended just now, or is somebody else's
            continue
        if b"rnnviz.engine" in command and mark in environment:
            found.append(int(folder.name))
    return found


def _ends(pid: int) -> bool:
    """Whether a process ends by itself within the grace."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([handle], [], [], _GRACE)[0])
    finally:
        os.close(handle)
