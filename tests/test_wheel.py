"""The wheel: built without a network, and whole wherever it is unpacked."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import rnnviz
from rnnviz.engine.messages import PROTOCOL

CHECKOUT = Path(__file__).parents[1]

pytestmark = pytest.mark.skipif(
    not (CHECKOUT / "pyproject.toml").is_file(), reason="there is no checkout to build from"
)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory) -> Path:
    """The folder that the wheel was installed into, its dependencies left where they are."""
    folder = tmp_path_factory.mktemp("installed")
    options = ["--quiet", "--no-deps", "--no-index", "--no-compile", "--target", str(folder)]
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", *options]
    done = subprocess.run([*command, str(wheel)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture
def python(installed, tmp_path):
    """Run Python in an empty folder with the installed wheel; its stdout."""

    def run(*arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(installed)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout.strip()

    return run


def test_it_carries_the_resources_but_not_what_is_for_a_checkout(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    assert "rnnviz/_resources/icons/play.svg" in names
    assert "rnnviz/_resources/install.sh" not in names
    assert "rnnviz/_resources/constraints.txt" not in names
    assert not [name for name in names if name.startswith(("tests/", "resources/"))]


def test_it_says_that_it_has_types(wheel):
    assert "rnnviz/py.typed" in zipfile.ZipFile(wheel).namelist()


def test_it_says_which_licence_it_has(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    assert [name for name in names if name.endswith(".dist-info/licenses/LICENSE")]


def test_it_runs_from_another_folder(python):
    assert rnnviz.__version__ in python("-m", "rnnviz", "--version")


def test_it_finds_its_own_resources(python, installed):
    program = "from rnnviz.resources import resource; print(resource('icons/play.svg'))"
    assert python("-c", program) == str(installed / "rnnviz/_resources/icons/play.svg")


def test_its_engine_starts(python):
    # The end of stdin, here at once, is the end of the engine, when it has said who it is.
    program = (
        "import subprocess, sys; from rnnviz.engine import framing, messages;"
        "engine = subprocess.Popen([sys.executable, '-m', 'rnnviz.engine'],"
        " stdin=subprocess.DEVNULL, stdout=subprocess.PIPE);"
        "print(framing.receive(engine.stdout, messages.Hello).protocol, engine.wait())"
    )
    assert python("-c", program) == f"{PROTOCOL} 0"


def test_its_engine_is_found_by_its_window(python, installed):
    program = (
        "import rnnviz.engine.client as client; engine = client.Engine.launch();"
        "print(type(engine.receive()).__name__, client.__file__); engine.close()"
    )
    assert python("-c", program) == f"Ready {installed / 'rnnviz/engine/client.py'}"
