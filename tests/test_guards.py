"""Each guard of the tests can fail: a session of pytest of its own shows it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtGui import QImage

TESTS = Path(__file__).parent

LEAKS = """
from PySide6.QtWidgets import QWidget

kept = []

def test_a_widget_is_left(qapp):
    window = QWidget(objectName="forgotten")
    window.show()
    kept.append(window)

def test_a_widget_is_closed_by_qtbot(qtbot):
    window = QWidget()
    qtbot.addWidget(window)
    window.show()
    kept.append(window)

def test_a_widget_is_garbage(qapp):
    window = QWidget()
    window.circle = window
    window.show()

def test_a_widget_waits_to_be_deleted(qapp):
    window = QWidget()
    kept.append(window)
    window.deleteLater()
"""

WARNINGS = """
import pytest
from PySide6.QtCore import QObject, qDebug, qWarning

@pytest.fixture
def closing():
    yield
    qWarning("the paint has run out while closing")

def test_qt_warns():
    qWarning("the paint has run out")

def test_qt_warns_about_a_connection(qapp):
    QObject().timerEvent(None)
    QObject().startTimer(-5)

def test_qt_warns_in_teardown(closing):
    pass

def test_qt_talks_about_fonts():
    qWarning('OpenType support missing for "Sans", script 11')

def test_qt_only_talks():
    qDebug("nothing of importance")
"""

EXCEPTIONS = """
import threading
from PySide6.QtCore import QObject, QTimer, Signal

class Bell(QObject):
    rung = Signal()

def fail():
    raise RuntimeError("lost in passing")

def test_in_a_slot(qapp):
    bell = Bell()
    bell.rung.connect(fail)
    bell.rung.emit()

def test_in_a_timer(qtbot):
    QTimer.singleShot(0, fail)
    qtbot.wait(1)

def test_in_a_thread():
    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()

def test_in_a_destructor():
    class Fragile:
        def __del__(self):
            fail()
    Fragile()

def test_a_warning():
    import warnings
    warnings.warn("this will go", DeprecationWarning)
"""

ORPHAN = """
import pathlib, subprocess, sys

def test_an_engine_stays():
    # A process whose command names the engine, and which waits for what never comes.
    program = "import signal; print(flush=True); signal.pause()"
    global engine
    engine = subprocess.Popen(
        [sys.executable, "-c", program, "rnnviz.engine"], stdout=subprocess.PIPE
    )
    engine.stdout.readline()
    pathlib.Path("engine").write_text(str(engine.pid))
    engine.returncode = 0  # or its destructor would warn first
"""

FAILURES = """
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QWidget

def coloured(qtbot):
    window = QWidget()
    qtbot.addWidget(window)
    window.setPalette(QPalette(QColor("red")))
    window.resize(40, 30)
    window.show()
    return window

def test_a_window_is_wrong(qtbot):
    window = coloured(qtbot)
    hidden = QWidget()
    qtbot.addWidget(hidden)
    assert False

def test_a_window_is_right(qtbot):
    window = coloured(qtbot)

def test_no_window_is_wrong():
    assert False
"""

HOMES = """
import os
from pathlib import Path
from rnnviz.store.places import log_folder, settings_folder
seen = []

def test_one(rnnviz_home):
    (settings_folder() / "layout").touch()
    seen.append(rnnviz_home)

def test_another(rnnviz_home):
    assert list(settings_folder().iterdir()) == []
    assert rnnviz_home not in seen
    assert log_folder().is_relative_to(rnnviz_home)

def test_there_is_no_screen(qapp):
    assert qapp.platformName() == "offscreen"

def test_there_is_a_runtime_folder():
    assert Path(os.environ["XDG_RUNTIME_DIR"]).is_dir()
"""


@pytest.fixture
def session(pytester: pytest.Pytester, monkeypatch):
    """Run one file of tests under this project's own configuration and guards."""
    for name in ("QT_QPA_PLATFORM", "RNNVIZ_HOME", "XDG_RUNTIME_DIR"):
        monkeypatch.delenv(name, raising=False)
    root = TESTS.parent
    monkeypatch.setenv("PYTHONPATH", str(root))
    pytester.makeconftest((TESTS / "conftest.py").read_text(encoding="utf-8"))
    (pytester.path / "pyproject.toml").write_bytes((root / "pyproject.toml").read_bytes())

    def run(source: str, *options: str) -> pytest.RunResult:
        return pytester.runpytest_subprocess(pytester.makepyfile(source), *options)

    return run


def runs(pid: int) -> bool:
    """Whether a process is there and alive, not merely waiting for its parent to notice."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except FileNotFoundError:
        return False
    return status.rpartition(")")[2].split()[0] not in "ZX"


def test_a_widget_that_is_left_fails_its_test_and_is_described(session):
    result = session(LEAKS)
    result.assert_outcomes(passed=4, errors=1)
    result.stdout.fnmatch_lines(
        ["*1 top-level widget(s) left behind", "*QWidget (forgotten)*list*"]
    )
    result.stdout.fnmatch_lines(["ERROR *test_a_widget_is_left*"])


def test_a_warning_of_qt_fails_its_test(session):
    result = session(WARNINGS)
    result.assert_outcomes(passed=3, failed=2, errors=1)
    result.stdout.fnmatch_lines(["*Qt warned during teardown:", "*run out while closing"])


def test_an_exception_that_nobody_catches_fails_its_test(session):
    session(EXCEPTIONS).assert_outcomes(failed=5)


@pytest.mark.parametrize("options", [(), ("-n", "1")], ids=["alone", "in a worker"])
def test_an_engine_that_outlives_the_session_fails_it_and_is_killed(session, pytester, options):
    result = session(ORPHAN, *options)
    result.assert_outcomes(passed=1)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    pid = int((pytester.path / "engine").read_text())
    result.stdout.fnmatch_lines([f"*Engines left behind, now killed: [[]{pid}]"])
    assert not runs(pid)


def test_an_engine_of_somebody_else_is_left_alone(session):
    program = "import sys; print(flush=True); sys.stdin.read()"
    environment = {key: value for key, value in os.environ.items() if "RNNVIZ" not in key}
    with subprocess.Popen(
        [sys.executable, "-c", program, "rnnviz.engine"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environment,
    ) as engine:
        assert engine.stdout is not None
        engine.stdout.readline()
        result = session("def test_nothing(): pass")
        assert engine.poll() is None
        engine.send_signal(signal.SIGKILL)
    assert result.ret == pytest.ExitCode.OK


def test_every_test_has_a_home_of_its_own(session):
    session(HOMES).assert_outcomes(passed=4)


def test_a_picture_is_kept_of_what_a_failing_test_saw_of_its_window(session, pytester):
    result = session(FAILURES)
    result.assert_outcomes(passed=1, failed=2)
    (kept,) = (pytester.path / ".pytest_pictures").rglob("*.png")
    result.stdout.fnmatch_lines(["*Pictures*", str(kept)])
    picture = QImage(str(kept))
    assert picture.size().toTuple() == (40, 30)
    assert picture.pixelColor(20, 15).name() == "#ff0000"


def test_with_the_profile_of_ci_the_examples_are_the_same_each_time():
    def drawn() -> list[int]:
        seen: list[int] = []

        @settings(settings.get_profile("ci"), max_examples=20)
        @given(st.integers())
        def draw(number: int) -> None:
            seen.append(number)

        draw()
        return seen

    assert drawn() == drawn()


def test_an_example_may_take_as_long_as_a_busy_machine_needs():
    assert settings.get_profile("here").deadline is None
    assert settings.get_profile("ci").deadline is None
