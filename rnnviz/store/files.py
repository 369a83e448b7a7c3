"""Writing a file so that there is the old one or the new one, never half of one."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path


def write(path: Path, data: bytes) -> None:
    """Put `data` into `path` in one move; raises `OSError`, and then the old file is there.

    A link is followed. What is no regular file (a device, a pipe) is written directly.
    """
    path = path.resolve()
    if path.exists() and not path.is_file():
        path.write_bytes(data)
        return
    fresh = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with fresh.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            fresh.chmod(path.stat().st_mode & 0o7777)
        fresh.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            fresh.unlink()
        raise


def why_not(path: Path) -> str | None:
    """Why `path` cannot be written, in a few words; None if nothing is in the way."""
    try:
        path = path.resolve()
        path.stat()
    except FileNotFoundError:
        pass
    except (OSError, RuntimeError) as error:  # a name that is too long; links in a circle
        return getattr(error, "strerror", None) or "its links lead in a circle"
    if path.is_dir():
        return "it is a folder"
    if not path.parent.is_dir():
        return f"there is no folder {path.parent}"
    if path.exists() and not os.access(path, os.W_OK):
        return "it is write-protected"
    special = path.exists() and not path.is_file()
    if not special and not os.access(path.parent, os.W_OK):
        return f"the folder {path.parent} is write-protected"
    return None
