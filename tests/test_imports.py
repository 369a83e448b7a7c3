"""Imports point one way: the window is free of torch, and all the rest is free of Qt."""

import subprocess
import sys
from pathlib import Path

import pytest

import rnnviz

ROOT = Path(rnnviz.__file__).parent
HEAVY = ["torch", "rnnviz.learning"]
QT = ["PySide6", "pyqtgraph", "rnnviz.gui"]


def modules(*folders: str) -> list[str]:
    """All modules under these folders of the package, by name; those that run are left out."""
    files = [file for folder in folders for file in sorted((ROOT / folder).rglob("*.py"))]
    names = [".".join(file.relative_to(ROOT.parent).with_suffix("").parts) for file in files]
    return [name.removesuffix(".__init__") for name in names if not name.endswith("__main__")]


def loaded_after(program: str, *watched: str) -> list[str]:
    """Which of the `watched` packages are there after `program` in a fresh interpreter."""
    program += f"\nimport sys; print(*[name for name in {watched!r} if name in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        cwd=ROOT.parent,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()[-1].split()


def importing(names: list[str]) -> str:
    return "import importlib\nfor name in " + repr(names) + ": importlib.import_module(name)"


def test_the_window_is_free_of_torch() -> None:
    assert loaded_after(importing(modules("gui")), *HEAVY) == []


def test_the_engine_seen_from_the_window_is_free_of_torch_and_qt() -> None:
    names = ["rnnviz.engine.client", "rnnviz.engine.messages", "rnnviz.engine.framing"]
    assert loaded_after(importing(names), *HEAVY, *QT) == []


@pytest.mark.parametrize("folder", ["tasks", "analysis", "store", "cells"])
def test_what_needs_neither_torch_nor_qt_loads_neither(folder: str) -> None:
    assert loaded_after(importing(modules(folder)), *HEAVY, *QT) == []


def test_what_learns_is_free_of_qt() -> None:
    assert loaded_after(importing(modules("learning", "engine")), *QT) == []


def test_the_package_alone_loads_nothing_heavy() -> None:
    assert loaded_after("import rnnviz", *HEAVY, *QT, "numpy") == []


def test_the_version_is_said_without_loading_anything_heavy() -> None:
    program = "from rnnviz.cli.main import main; main(['--version'])"
    assert loaded_after(program, *HEAVY, *QT, "numpy", "rich", "msgspec") == []


def test_a_mistake_on_the_command_line_is_said_without_torch_or_qt() -> None:
    program = "from rnnviz.cli.main import main; main(['train', '--epochs', 'many'])"
    assert loaded_after(program, *HEAVY, *QT, "rich") == []
