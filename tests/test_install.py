"""The install script up to where it would change the system, on systems that are made up."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from rnnviz.gui import preflight

CHECKOUT = Path(__file__).parents[1]
SCRIPT = CHECKOUT / "resources" / "install.sh"
LOCK = CHECKOUT / "resources" / "constraints.txt"

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux") or not SCRIPT.is_file(), reason="for a Linux checkout"
)


@pytest.fixture
def system(tmp_path):
    """A system where nothing but what a test puts there is installed."""
    tools = tmp_path / "bin"
    tools.mkdir()
    for name in ("cat", "cksum", "dirname", "env", "rm", "sed", "sh", "tr"):
        (tools / name).symlink_to(shutil.which(name) or pytest.fail(f"no {name}"))
    checkout = tmp_path / "checkout"
    (checkout / "resources").mkdir(parents=True)
    shutil.copy(SCRIPT, checkout / "resources")
    return tools


def put(tools: Path, name: str, program: str) -> None:
    path = tools / name
    path.write_text(f"#!/bin/sh\n{program}\n")
    path.chmod(0o755)


def install(tools: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    script = tools.parent / "checkout" / "resources" / "install.sh"
    return subprocess.run(
        [str(tools / "sh"), str(script), *arguments],
        env={"PATH": str(tools)},
        capture_output=True,
        text=True,
    )


def packages() -> set[str]:
    """All names of packages that the script knows."""
    (listed,) = re.findall(r"wanted='(.*?)'", SCRIPT.read_text(), re.DOTALL)
    return set(re.split(r"[\s|]+", listed))


def test_it_installs_every_package_that_the_program_may_ask_for():
    tables = (preflight.BASE, preflight.XCB, preflight.WAYLAND)
    asked = {package for table in tables for package in table.values()}
    assert asked - packages() == set()


@pytest.mark.parametrize("arguments", [(), ("stop",)])
def test_without_a_known_word_it_says_which_there_are(system, arguments):
    done = install(system, *arguments)
    assert done.returncode == 2
    assert re.fullmatch(r".*install\.sh start.*install\.sh test.*\n", done.stderr)


def test_without_the_right_to_install_it_names_what_is_missing_in_one_sentence(system):
    there = packages() - {"libxcb-cursor0", "libglib2.0-0", "libglib2.0-0t64"}
    lines = "".join(f"{name} install ok installed\\n" for name in sorted(there))
    put(system, "dpkg-query", f"printf '{lines}xvfb deinstall ok config-files\\n'")
    put(system, "id", "echo 1000")
    (system / "python3").symlink_to(sys.executable)
    done = install(system, "test")
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert "apt-get install libglib2.0-0 libxcb-cursor0 xvfb xdotool`" in done.stderr


def test_the_newer_name_of_a_package_will_do(system):
    there = packages() - {"libglib2.0-0", "libegl1"}
    lines = "".join(f"{name} install ok installed\\n" for name in sorted(there))
    put(system, "dpkg-query", f"printf '{lines}'")
    put(system, "id", "echo 1000")
    (system / "python3").symlink_to(sys.executable)
    assert "apt-get install libegl1 fonts-noto-cjk`" in install(system, "start").stderr


def test_a_python_without_venv_needs_the_package_of_its_version(system):
    put(system, "dpkg-query", "exit 1")
    put(system, "id", "echo 1000")
    # Debian's Python: everything but ensurepip.
    put(
        system,
        "python3",
        f'case $2 in *ensurepip*) exit 1 ;; esac; exec {sys.executable} "$@"',
    )
    minor = sys.version_info.minor
    assert f" python3.{minor}-venv`" in install(system, "start").stderr


def test_a_system_without_python_needs_that_too(system):
    put(system, "dpkg-query", "exit 1")
    put(system, "id", "echo 1000")
    put(system, "python3", "exit 1")  # one that is too old says so
    assert " python3 python3-venv`" in install(system, "start").stderr


def test_where_there_is_no_apt_an_old_python_is_the_reason(system):
    put(system, "python3", "exit 1")
    done = install(system, "start")
    assert done.returncode == 2
    assert (
        done.stderr == "rnnviz needs Python 3.11 or newer: install it, then run this line again.\n"
    )


# --- Python packages ---------------------------------------------------------------------


@pytest.fixture
def prepared(system):
    """A system with a `.venv` whose Python does nothing but write down what it is asked for."""
    (system / "python3").symlink_to(sys.executable)
    folder = system.parent / "checkout" / ".venv" / "bin"
    folder.mkdir(parents=True)
    put(folder, "python", 'echo "$*" >>asked')
    return system


def asked(tools: Path, *arguments: str) -> list[str]:
    """What the script asks of the Python in `.venv`, but for whether it has pip."""
    written = tools.parent / "checkout" / "asked"
    written.unlink(missing_ok=True)
    done = install(tools, *arguments)
    assert (done.returncode, done.stderr) == (0, "")
    return [line for line in written.read_text().splitlines() if line != "-c import pip"]


def test_pip_is_given_the_versions_that_were_tested(prepared):
    installing, running = asked(prepared, "test", "-k", "sine")
    assert installing.startswith("-m pip install ")
    assert installing.endswith(" --constraint resources/constraints.txt --editable .[test]")
    assert running == "-m pytest -k sine"


def test_the_second_time_nothing_is_installed_until_the_versions_change(prepared):
    asked(prepared, "test")
    assert asked(prepared, "start", "--help") == ["-m rnnviz --help"]
    (prepared.parent / "checkout" / "resources" / "constraints.txt").write_text("torch==2\n")
    assert len(asked(prepared, "start")) == 2


def test_lint_checks_the_source_and_its_types_and_runs_nothing(prepared):
    assert asked(prepared, "lint")[1:] == ["-m ruff check .", "-m ruff format --check .", "-m mypy"]


def locked() -> dict[str, str]:
    """The version of each package in the lock."""
    lines = [line for line in LOCK.read_text().splitlines() if not line.startswith("#")]
    pairs = [line.split("==") for line in lines]
    return {re.sub(r"[-_.]+", "-", name).lower(): version for name, version in pairs}


def test_the_lock_has_a_version_of_all_that_is_declared_which_the_declaration_allows():
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["project"]
    declared = project["dependencies"] + project["optional-dependencies"]["test"]
    versions = locked()
    for requirement in map(Requirement, declared):
        name = requirement.name.lower()
        assert name in versions, f"{name} is declared, but has no version in {LOCK.name}"
        assert versions[name] in requirement.specifier


def test_the_lock_names_no_place_of_one_machine():
    assert not re.search(r"file:|/home|/tmp|@|\+", "".join(f"{n}{v}" for n, v in locked().items()))


def test_the_readme_names_the_tested_version_of_torch():
    readme = (CHECKOUT / "README.md").read_text(encoding="utf-8")
    assert set(re.findall(r"torch==([\d.]+)", readme)) == {locked()["torch"]}
