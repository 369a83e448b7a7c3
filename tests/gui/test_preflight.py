"""What stands in the way of a window is said in one sentence, before Qt can abort."""

from __future__ import annotations

import os
import shutil
import struct
import subprocess
import sys

import pytest

from rnnviz.gui import preflight

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="only Linux has displays and libraries to miss"
)
NO_DISPLAY = {"DISPLAY": None, "WAYLAND_DISPLAY": None, "QT_QPA_PLATFORM": None}


def run(*command: str, **changes: str | None) -> subprocess.CompletedProcess[str]:
    """A Python program in this environment with some variables changed or (None) taken out."""
    environment = {**os.environ, **NO_DISPLAY, **changes}
    return subprocess.run(
        [sys.executable, *command],
        env={name: value for name, value in environment.items() if value is not None},
        capture_output=True,
        text=True,
    )


def complaint(**changes: str | None) -> str:
    """What `complain` says in a fresh interpreter; nothing else may be printed."""
    program = "from rnnviz.gui.preflight import complain; print(complain())"
    done = run("-c", program, **changes)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.strip()


def test_without_a_display_the_program_says_so_in_one_line_and_exits_with_2():
    done = run("-m", "rnnviz")
    assert done.returncode == 2
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1
    assert "no display" in done.stderr
    assert "rnnviz train" in done.stderr


def test_an_unreachable_display_is_named():
    # No server answers to a number beyond the 65535 - 6000 that a port can have.
    said = complaint(DISPLAY=":77777")
    assert '":77777" cannot be reached' in said


def test_an_unreachable_wayland_display_is_named(tmp_path):
    said = complaint(WAYLAND_DISPLAY="wayland-7", XDG_RUNTIME_DIR=str(tmp_path))
    assert '"wayland-7" cannot be reached (No such file or directory)' in said


def test_a_display_that_refuses_us_is_named_and_its_library_keeps_quiet(tmp_path):
    server = shutil.which("Xvfb")
    if server is None:
        pytest.skip("Xvfb is not installed (sudo apt-get install xvfb)")
    cookie = tmp_path / "cookie"
    fields = [b"", b"", b"MIT-MAGIC-COOKIE-1", b"sixteen  letters"]
    entry = b"".join(struct.pack(">H", len(field)) + field for field in fields)
    cookie.write_bytes(b"\xff\xff" + entry)
    presentation, writing = os.pipe()
    with subprocess.Popen(
        [server, "-displayfd", str(writing), "-auth", str(cookie), "-nolisten", "tcp"],
        pass_fds=[writing],
        stderr=subprocess.DEVNULL,
    ) as process:
        os.close(writing)
        with os.fdopen(presentation) as answer:
            display = f":{answer.readline().strip()}"
        try:
            assert "does not let rnnviz in" in complaint(DISPLAY=display, XAUTHORITY="/dev/null")
            assert complaint(DISPLAY=display, XAUTHORITY=str(cookie)) == "None"
        finally:
            process.terminate()


@pytest.mark.parametrize("platform", ["offscreen", "minimal", "offscreen:size=1x1;xcb"])
def test_a_platform_without_a_display_is_fine(platform):
    assert complaint(QT_QPA_PLATFORM=platform) == "None"


def test_a_display_that_works_is_fine(xvfb_display):
    assert complaint(DISPLAY=xvfb_display) == "None"


def test_one_display_that_works_is_enough(xvfb_display):
    assert complaint(DISPLAY=xvfb_display, WAYLAND_DISPLAY="wayland-7") == "None"


def test_a_platform_that_qt_does_not_have_is_named_with_those_it_has():
    said = complaint(QT_QPA_PLATFORM="xbc")
    assert "asks for xbc" in said
    assert "offscreen" in said
    assert "xcb" in said


def test_libraries_that_cannot_be_loaded_are_named_with_their_packages(tmp_path, xvfb_display):
    # The system's loader takes the first file of that name, and these are no libraries.
    for library in ("libEGL.so.1", "libxcb-cursor.so.0"):
        (tmp_path / library).touch()
    said = complaint(DISPLAY=xvfb_display, LD_LIBRARY_PATH=str(tmp_path))
    assert "libEGL.so.1, libxcb-cursor.so.0" in said
    assert "sudo apt-get install libegl1 libxcb-cursor0`" in said


def test_a_missing_library_is_one_line_and_2_from_the_program_too(tmp_path, xvfb_display):
    (tmp_path / "libxcb-cursor.so.0").touch()
    done = run("-m", "rnnviz", DISPLAY=xvfb_display, LD_LIBRARY_PATH=str(tmp_path))
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert "libxcb-cursor0" in done.stderr


def test_a_library_that_is_not_on_the_list_is_named_as_the_loader_names_it(monkeypatch):
    def load(library: str) -> str | None:
        gone = "libnew.so.3: cannot open shared object file: No such file or directory"
        return gone if library.endswith("libqoffscreen.so") else None

    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    monkeypatch.setattr(preflight, "_load", load)
    assert "libnew.so.3: cannot open" in (preflight.complain() or "")


def test_a_missing_pyside_is_named(monkeypatch):
    monkeypatch.setattr(preflight, "_qt_folder", lambda: None)
    assert "pip install PySide6-Essentials" in (preflight.complain() or "")


def test_nothing_of_qt_is_imported():
    program = (
        "import sys; from rnnviz.gui.preflight import complain; complain();"
        "print([name for name in sys.modules if 'PySide6' in name or 'torch' in name])"
    )
    assert run("-c", program, QT_QPA_PLATFORM="offscreen").stdout.strip() == "[]"
