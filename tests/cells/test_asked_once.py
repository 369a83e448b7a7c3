"""Nobody asks which kind a cell is but the registry: a fact about a cell stands in its file."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import rnnviz
from rnnviz.cells import CELLS

ROOT = Path(rnnviz.__file__).parent
NAMES = {word for cell in CELLS.values() for word in (cell.name, cell.mode) if not word.islower()}
MODULES = {cell.module for cell in CELLS.values() if cell.module}
ALLOWED = {
    "__init__.py": "the types that `rnnviz.trace` takes",
    "experiment.py": "the default of the knob",
}
"""Which files name one, and why; tasks say which cell suits them."""


def named_in(source: str) -> Iterator[str]:
    """The cells that a file names: as a string that is nothing else, or as PyTorch's module."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and node.value in NAMES:
            yield node.value
        elif isinstance(node, ast.Attribute) and node.attr in MODULES:
            yield node.attr


FILES = [
    str(file.relative_to(ROOT))
    for file in sorted(ROOT.rglob("*.py"))
    if file.relative_to(ROOT).parts[0] not in ("cells", "tasks")
]


@pytest.mark.parametrize("file", FILES)
def test_no_file_knows_a_cell_by_its_name(file: str):
    named = list(named_in((ROOT / file).read_text(encoding="utf-8")))
    assert bool(named) is (file in ALLOWED), f"{file} names {named}: ask rnnviz.cells"


def test_a_file_that_asks_is_noticed():
    assert list(named_in('bounded = kind == "RNN_TANH"')) == ["RNN_TANH"]
    assert list(named_in("fused = isinstance(rnn, nn.LSTM)")) == ["LSTM"]
