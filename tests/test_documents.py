"""What the documents name is there."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DOCUMENTS = ["README.md", ".github/CONTRIBUTING.md", "rnnviz/README.md", "tests/README.md"]

pytestmark = pytest.mark.skipif(
    not (ROOT / DOCUMENTS[1]).is_file(), reason="there is no checkout to read in"
)
each_document = pytest.mark.parametrize("document", DOCUMENTS)


def text(document: str) -> str:
    return (ROOT / document).read_text(encoding="utf-8")


@each_document
def test_every_file_and_folder_that_a_document_names_is_there(document: str):
    roots = r"(?:rnnviz|tests|resources|\.ci|\.github)"
    named = re.findall(rf"(?<![\w./]){roots}/[\w./-]+", text(document))
    places = {name.rstrip(".") for name in named if "NAME" not in name}
    assert len(places) > 1
    there = {name for name in places if (ROOT / name).exists() or not (ROOT / name).parent.exists()}
    assert places - there == set()


def test_every_file_that_the_architecture_names_is_there():
    page = text("rnnviz/README.md")
    named = set(re.findall(r"(?:gui|engine|learning|records|cli)/[\w/.]+", page))
    places = [ROOT / "rnnviz" / name.rstrip(".") for name in named]
    assert len(places) > 20
    assert [p for p in places if not (p.exists() or p.with_suffix(".py").exists())] == []


def test_the_knob_in_the_recipe_is_one_of_the_program():
    (written,) = re.findall(r"```python\n(.*?)```", text(DOCUMENTS[1]), re.DOTALL)
    source = (ROOT / "rnnviz" / "experiment.py").read_text(encoding="utf-8")
    assert textwrap.indent(written, "    ") in source


def test_every_folder_of_tests_that_a_document_names_has_tests():
    named = set(re.findall(r"`(tests/[\w/]+/test_\w+\.py)`", text("tests/README.md")))
    assert len(named) > 4
    assert [name for name in named if "def test_" not in text(name)] == []
