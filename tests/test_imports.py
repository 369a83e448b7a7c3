"""Imports point one way: the window is free of torch, and all the rest is free of Qt."""

import ast
import graphlib
import re
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


def imported_by(name: str, *, running: bool = False) -> set[str]:
    """The modules that one imports by its source; those for types alone not where it is
    `running`."""
    file = ROOT.parent / (name.replace(".", "/") + ".py")
    if not file.exists():
        file = ROOT.parent / name.replace(".", "/") / "__init__.py"
    found: set[str] = set()
    waiting: list[ast.AST] = [ast.parse(file.read_text(encoding="utf-8"))]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
        elif not (running and isinstance(node, ast.If) and _for_types(node)):
            waiting += ast.iter_child_nodes(node)
    return found


def _for_types(node: ast.If) -> bool:
    return ast.unparse(node.test) == "TYPE_CHECKING"


def test_the_window_is_free_of_torch() -> None:
    assert loaded_after(importing(modules("gui")), *HEAVY) == []


def test_the_engine_seen_from_the_window_is_free_of_torch_and_qt() -> None:
    names = ["rnnviz.engine.client", "rnnviz.engine.messages", "rnnviz.engine.framing"]
    assert loaded_after(importing(names), *HEAVY, *QT) == []


@pytest.mark.parametrize("folder", ["words", "records", "tasks", "analysis", "store", "cells"])
def test_what_needs_neither_torch_nor_qt_loads_neither(folder: str) -> None:
    assert loaded_after(importing(modules(folder)), *HEAVY, *QT) == []


def test_the_state_of_the_window_is_free_of_widgets() -> None:
    names = [name for name in modules("gui/model") if not name.endswith("__init__")]
    assert loaded_after(importing(names), "PySide6.QtWidgets", "pyqtgraph") == []


def test_widgets_know_nothing_of_networks() -> None:
    """They may know how they look, how numbers and words read, and what a knob is."""
    allowed = re.compile(
        r"rnnviz\.(gui\.(widgets|look)|words|knobs|analysis|records\.arrays)(\.|$)"
    )
    others = {
        f"{name} imports {used}"
        for name in modules("gui/widgets")
        for used in imported_by(name)
        if used.startswith("rnnviz.") and not allowed.match(used)
    }
    assert others == set()


def test_only_what_learns_and_the_engine_import_torch() -> None:
    at_home = ("rnnviz.cells", "rnnviz.learning", "rnnviz.engine")
    others = {
        name
        for name in modules(".")
        if not name.startswith(at_home) and "torch" in imported_by(name, running=True)
    }
    assert others == set()


def test_no_import_goes_in_a_circle() -> None:
    names = set(modules(".")) - {"rnnviz"}  # the public face, which imports when it is called
    below = {name: imported_by(name, running=True) & names for name in names}
    sorter = graphlib.TopologicalSorter(below)
    sorter.prepare()  # raises CycleError, which names the circle


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
