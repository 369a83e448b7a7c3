"""What is installed here and where it keeps things, in words for a report of a problem."""

from __future__ import annotations

import os
import platform
from importlib import metadata

import rnnviz
from rnnviz.records.run import Device
from rnnviz.store import places
from rnnviz.tasks import TASKS
from rnnviz.words.escaping import printable
from rnnviz.words.translation import tr

PACKAGES = ("torch", "PySide6-Essentials", "pyqtgraph", "numpy", "msgspec")


def info() -> str:
    """Versions, devices and folders, one a line."""
    rows = [*versions(), *_devices(), *folders()]
    width = max(len(name) for name, _ in rows)
    return "\n".join(f"{name:<{width}}  {value}" for name, value in rows)


def versions() -> list[tuple[str, str]]:
    """The versions of rnnviz and of what it stands on, by name."""
    return [
        ("rnnviz", rnnviz.__version__),
        ("Python", platform.python_version()),
        ("system", platform.platform()),
        *((package, _version(package)) for package in PACKAGES),
    ]


def folders() -> list[tuple[str, str]]:
    """Where settings, data and logs are kept, by name."""
    home = os.environ.get(places.HOME)
    named = [(places.HOME, printable(home))] if home else []
    return [*named, *((name, _place(name)) for name in ("settings", "data", "log"))]


def tasks() -> str:
    """The tasks, one a line."""
    width = max(len(name) for name in TASKS)
    return "\n".join(f"{name:<{width}}  {tr(task.summary)}" for name, task in TASKS.items())


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return tr("not installed")


def _devices() -> list[tuple[str, str]]:
    try:
        from rnnviz.learning.training.devices import available
    except ImportError as error:
        return [("devices", tr("unknown: {error}", error=error))]
    return [(device.kind, _named(device)) for device in available()]


def _named(device: Device) -> str:
    if not device.threads:
        return device.name
    return tr("{name} ({n} threads)", name=device.name, n=device.threads)


def _place(name: str) -> str:
    try:
        return printable(str(getattr(places, f"{name}_folder")()))
    except OSError as error:
        return printable(tr("cannot be made: {error}", error=error))
