"""The log is written where it is said to be, and a log that cannot be written is no problem."""

import logging
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from rnnviz.store import logs, places


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv(places.HOME, str(tmp_path))
    yield tmp_path
    for handler in list(logs.log.handlers):
        logs.log.removeHandler(handler)
        handler.close()
    logs.log.propagate = True


@pytest.fixture(autouse=True)
def _hooks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put back what `logs.start` hangs itself into."""
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)


def test_what_is_logged_is_in_the_file() -> None:
    file = logs.start()
    logging.getLogger("rnnviz.somewhere").info("all is well")
    assert file is not None
    assert "INFO" in file.read_text()
    assert "rnnviz.somewhere: all is well" in file.read_text()


def test_starting_twice_logs_once() -> None:
    file = logs.start()
    assert logs.start() == file
    logging.getLogger("rnnviz").warning("once")
    assert file is not None
    assert file.read_text().count("once") == 1


def test_the_level_can_be_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(logs.LEVEL, "debug")
    file = logs.start()
    logging.getLogger("rnnviz").debug("a detail")
    assert file is not None
    assert "a detail" in file.read_text()


def test_a_large_log_is_rotated(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    monkeypatch.setattr(logs, "SIZE", 1000)
    logs.start()
    for _ in range(100):
        logging.getLogger("rnnviz").info("a line of some length, again and again")
    files = sorted(file.name for file in (home / "log").iterdir())
    assert files == ["rnnviz.log", "rnnviz.log.1", "rnnviz.log.2"]
    assert all(file.stat().st_size <= 1000 for file in (home / "log").iterdir())


def test_an_exception_that_nobody_caught_is_logged(home: Path) -> None:
    program = "from rnnviz.store import logs; logs.start(); raise RuntimeError('unforeseen')"
    subprocess.run([sys.executable, "-c", program], capture_output=True, timeout=60, check=False)
    assert "RuntimeError: unforeseen" in (home / "log" / "rnnviz.log").read_text()


def test_an_exception_in_a_thread_is_logged(home: Path) -> None:
    program = (
        "import threading; from rnnviz.store import logs; logs.start()\n"
        "thread = threading.Thread(target=lambda: 1 / 0, name='worker')\n"
        "thread.start(); thread.join()"
    )
    subprocess.run([sys.executable, "-c", program], capture_output=True, timeout=60, check=False)
    assert "ZeroDivisionError" in (home / "log" / "rnnviz.log").read_text()


def test_no_log_is_no_problem(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    (home / "file").touch()
    monkeypatch.setenv(places.HOME, str(home / "file"))
    assert logs.start() is None
    assert logs.engine_log() is None
    logging.getLogger("rnnviz").error("nobody hears this")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no disk that is always full")
def test_a_full_disk_is_said_once(home: Path) -> None:
    (home / "log").mkdir()
    (home / "log" / "rnnviz.log").symlink_to("/dev/full")
    program = (
        "import logging; from rnnviz.store import logs; logs.start()\n"
        "for k in range(100): logging.getLogger('rnnviz').info('line %d', k)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False
    )
    said = "rnnviz: The log cannot be written (No space left on device).\n"
    assert (done.returncode, done.stdout, done.stderr) == (0, "", said)


def test_a_large_engine_log_is_begun_anew(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    monkeypatch.setattr(logs, "SIZE", 10)
    file = logs.engine_log()
    assert file is not None
    file.write_text("more than ten bytes")
    assert logs.engine_log() == file
    assert file.read_text() == ""
    assert file.with_name("engine.log.1").read_text() == "more than ten bytes"
