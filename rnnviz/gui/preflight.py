"""Whether Qt can open a window here, found out before Qt is loaded.

Where it cannot, Qt prints a page of its own and aborts the process, which nothing in
Python can catch. So its platform plugin is loaded by hand, its display is asked for, and
what is wrong becomes one sentence. What is loaded here, Qt does not load again.
"""

from __future__ import annotations

import contextlib
import ctypes
import importlib.util
import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from rnnviz.words.translation import tr

# The packages of Debian and Ubuntu by the library that Qt asks for, in the order in which
# they are worth naming. What a package brings along with another here is left out.
BASE = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libX11.so.6": "libx11-6",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libgthread-2.0.so.0": "libglib2.0-0",
    "libdbus-1.so.3": "libdbus-1-3",
    "libxkbcommon.so.0": "libxkbcommon0",
}
XCB = {
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-util.so.1": "libxcb-util1",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render.so.0": "libxcb-render0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb.so.1": "libxcb1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libX11-xcb.so.1": "libx11-xcb1",
}
WAYLAND = {
    "libwayland-client.so.0": "libwayland-client0",
    "libwayland-cursor.so.0": "libwayland-cursor0",
}
VNC = {"libgssapi_krb5.so.2": "libgssapi-krb5-2"}


def complain() -> str | None:
    """Return one sentence with the remedy where no window can be opened, and else None."""
    if not sys.platform.startswith("linux"):
        return None
    qt = _qt_folder()
    if qt is None:
        return tr("PySide6 is missing: install it with `pip install PySide6-Essentials`.")
    platforms = _platforms(os.environ)
    if not platforms:
        return tr(
            "There is no display to open a window on (neither DISPLAY nor WAYLAND_DISPLAY is "
            "set): start rnnviz from a desktop, or log in with `ssh -X`; `rnnviz train` needs no "
            "window."
        )
    complaints = []
    for platform in platforms:
        complaint = _why_not(platform, qt)
        if complaint is None:
            return None
        complaints.append(complaint)
    return complaints[0]


def _platforms(environment: Mapping[str, str]) -> list[str]:
    """The platforms that Qt will try, the one it prefers first."""
    asked = environment.get("QT_QPA_PLATFORM")
    if asked:
        # "name:option;name:option"
        return [part.split(":")[0].strip() for part in asked.split(";")]
    found = [
        platform
        for platform, variable in (("xcb", "DISPLAY"), ("wayland", "WAYLAND_DISPLAY"))
        if environment.get(variable)
    ]
    return found[::-1] if environment.get("XDG_SESSION_TYPE") == "wayland" else found


def _why_not(platform: str, qt: Path) -> str | None:
    """Why a window cannot be opened on one platform; None if it can."""
    platform = "wayland" if platform.startswith("wayland") else platform
    packages = BASE | {"xcb": XCB, "wayland": WAYLAND, "vnc": VNC}.get(platform, {})
    plugin, choices = _plugin(platform, qt)
    if plugin is None and choices:
        return tr(
            "QT_QPA_PLATFORM asks for {platform}, which this Qt does not have: leave it out, or "
            "choose one of {choices}.",
            platform=platform,
            choices=", ".join(choices),
        )
    complaint = _missing_libraries(plugin, packages)
    if complaint is None and platform == "xcb":
        return _unreachable_x()
    if complaint is None and platform == "wayland":
        return _unreachable_wayland(os.environ)
    return complaint


def _qt_folder() -> Path | None:
    """Where Qt's own files are in the installed PySide6, which is not imported for that."""
    found = importlib.util.find_spec("PySide6")
    if found is None or not found.submodule_search_locations:
        return None
    return Path(found.submodule_search_locations[0]) / "Qt"


def _plugin(platform: str, qt: Path) -> tuple[Path | None, list[str]]:
    """The plugin for a platform, and the platforms there are; neither where Qt is elsewhere."""
    folder = qt / "plugins" / "platforms"
    if any(os.environ.get(name) for name in ("QT_QPA_PLATFORM_PLUGIN_PATH", "QT_PLUGIN_PATH")):
        return None, []
    names = sorted(path.name[4:-3] for path in folder.glob("libq*.so"))
    for name in (platform, f"{platform}-generic"):
        if name in names:
            return folder / f"libq{name}.so", names
    return None, names


def _missing_libraries(plugin: Path | None, packages: Mapping[str, str]) -> str | None:
    """A sentence about the libraries that Qt needs and this system does not have."""
    # The plugin itself is the truth: it loads all that it needs. The list serves to name
    # everything at once, where the system's loader gives up at the first.
    trouble = _load(str(plugin)) if plugin is not None else None
    if plugin is not None and trouble is None:
        return None
    missing = [library for library in packages if _load(library) is not None]
    if missing:
        names = " ".join(dict.fromkeys(packages[library] for library in missing))
        return tr(
            "Qt cannot open a window without {libraries}: install what is missing with "
            "`sudo apt-get install {packages}`.",
            libraries=", ".join(missing),
            packages=names,
        )
    if trouble is None:
        return None
    return tr(
        "Qt cannot open a window: {trouble}; install the library that is missing.",
        trouble=trouble,
    )


def _load(library: str) -> str | None:
    """Load a library into this process; what went wrong, or None."""
    try:
        ctypes.CDLL(library)
    except OSError as error:
        return str(error)
    return None


def _unreachable_x() -> str | None:
    xcb = ctypes.CDLL("libxcb.so.1")
    xcb.xcb_connect.restype = ctypes.c_void_p
    for function in (xcb.xcb_connection_has_error, xcb.xcb_disconnect):
        function.argtypes = [ctypes.c_void_p]
    with _quiet():
        connection = xcb.xcb_connect(None, None)
        failed = xcb.xcb_connection_has_error(connection)
        xcb.xcb_disconnect(connection)
    if not failed:
        return None
    return tr(
        'The display "{display}" cannot be reached or does not let rnnviz in: set DISPLAY to one '
        "that is there, start rnnviz from a desktop, or log in with `ssh -X`; `rnnviz train` "
        "needs no window.",
        display=os.environ.get("DISPLAY", ""),
    )


def _unreachable_wayland(environment: Mapping[str, str]) -> str | None:
    import socket  # 10 ms, which an X display need not wait for

    name = environment.get("WAYLAND_DISPLAY") or "wayland-0"
    path = os.path.join(environment.get("XDG_RUNTIME_DIR", "/"), name)
    with socket.socket(socket.AF_UNIX) as test:
        try:
            test.connect(path)
        except OSError as error:
            return tr(
                'The Wayland display "{name}" cannot be reached ({why}): start rnnviz from a '
                "desktop; `rnnviz train` needs no window.",
                name=name,
                why=error.strerror,
            )
    return None


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Nothing on stderr: libxcb writes there when a display refuses us."""
    try:
        kept = os.dup(2)
    except OSError:  # there is no stderr
        yield
        return
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 2)
    os.close(nothing)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
