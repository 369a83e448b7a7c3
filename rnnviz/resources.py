"""Where the files that ship with rnnviz are, in a checkout and in an installed wheel alike."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
_INSTALLED = _PACKAGE / "_resources"
_CHECKOUT = _PACKAGE.parent / "resources"


def resource(name: str) -> Path:
    """Return the path of a shipped file or folder, such as ``"icons/play.svg"``.

    A wheel carries the checkout's ``resources/`` inside the package, as ``_resources``.

    Raises
    ------
    FileNotFoundError
        with one sentence for a person, where the file is not there.
    """
    root = _INSTALLED if _INSTALLED.is_dir() else _CHECKOUT
    path = root / name
    if not path.exists():
        raise FileNotFoundError(
            f"The file {name} that belongs to rnnviz is missing from {root}; "
            "install rnnviz again to put it back."
        )
    return path
