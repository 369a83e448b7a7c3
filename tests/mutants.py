"""Make one-line wrong programs and see which of them no test notices.

    python tests/mutants.py rnnviz/gui/model rnnviz/engine
    python tests/mutants.py rnnviz/gui/model/run.py --tests tests/gui/model tests/gui/panels
    python tests/mutants.py rnnviz/analysis --seconds 60 --seed 1 --json out.json

Each wrong program differs from the right one in one place: a comparison, a sign, a number that is
one more or less, a condition the other way round, a call that is left out. They are drawn by lot,
and one after the other meets the tests that are laid out like its room, those of its own file
first, or those that are named.
What survives is written with its line: it is a test that is missing, or a line that is not needed.

All of it happens in a copy of the checkout; nothing here is changed. Libraries were looked at:
mutmut forks from a process that has imported Qt, cosmic-ray leaves out no call and takes no
sample, and half of what it makes are types that nobody reads.
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
NEEDED = ("rnnviz", "resources", "tests", "pyproject.toml", "README.md", "LICENSE")
"""what the tests read of a checkout"""

COMPARISONS: dict[type[ast.cmpop], tuple[str, str]] = {
    ast.Lt: ("<", "<="),
    ast.LtE: ("<=", "<"),
    ast.Gt: (">", ">="),
    ast.GtE: (">=", ">"),
    ast.Eq: ("==", "!="),
    ast.NotEq: ("!=", "=="),
    ast.Is: ("is", "is not"),
    ast.IsNot: ("is not", "is"),
    ast.In: ("in", "not in"),
    ast.NotIn: ("not in", "in"),
}
OPERATORS: dict[type[ast.operator], tuple[str, str]] = {
    ast.Add: ("+", "-"),
    ast.Sub: ("-", "+"),
    ast.Mult: ("*", "/"),
    ast.Div: ("/", "*"),
    ast.FloorDiv: ("//", "*"),
}
SILENT = {"log", "warnings"}
"""what is called to be read later: leaving it out is no wrong program"""


@dataclass(frozen=True)
class Mutant:
    """A file with one place replaced, from byte `start` to byte `end`."""

    file: Path
    """below the checkout"""
    line: int
    start: int
    end: int
    text: str

    def apply(self, source: bytes) -> bytes:
        """The wrong program."""
        return source[: self.start] + self.text.encode() + source[self.end :]

    def describe(self, source: bytes) -> str:
        """Where it is, what stood there, and what stands there now."""
        was = " ".join(source[self.start : self.end].decode().split())
        return f"{self.file}:{self.line}  {was or '(nothing)'}  →  {self.text}"


class Source:
    """A file's text with the places of its syntax tree in it."""

    def __init__(self, file: Path, text: bytes) -> None:
        self.file, self.text = file, text
        self.tree = ast.parse(text)
        self._lines = [0]
        for line in text.splitlines(keepends=True):
            self._lines.append(self._lines[-1] + len(line))

    def begin(self, node: ast.expr | ast.stmt) -> int:
        return self._lines[node.lineno - 1] + node.col_offset

    def end(self, node: ast.expr | ast.stmt) -> int:
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        return self._lines[node.end_lineno - 1] + node.end_col_offset

    def replace(self, node: ast.expr | ast.stmt, text: str) -> Mutant:
        """Another text in a node's place."""
        return Mutant(self.file, node.lineno, self.begin(node), self.end(node), text)

    def between(self, left: ast.expr, right: ast.expr, words: tuple[str, str]) -> Iterator[Mutant]:
        """Another operator between two operands, where the one there is written plainly."""
        first, last = self.end(left), self.begin(right)
        at = self.text.find(words[0].encode(), first, last)
        if at >= 0:
            line = self.text.count(b"\n", 0, at) + 1
            yield Mutant(self.file, line, at, at + len(words[0]), words[1])


def mutants_of(file: Path, text: bytes) -> list[Mutant]:
    """All wrong programs that are made from a file; those that are no program are left out."""
    source = Source(file, text)
    found: list[Mutant] = []
    waiting: list[ast.AST] = [source.tree]
    while waiting:
        node = waiting.pop()
        found += _mutants_at(source, node)
        waiting += _children(node)
    found = [mutant for mutant in found if _is_program(mutant.apply(text))]
    return sorted(found, key=lambda mutant: (mutant.start, mutant.end, mutant.text))


def _children(node: ast.AST) -> Iterator[ast.AST]:
    """What is below a node and is run: types are not, and a class that is no longer frozen does
    the same. Python 3.11 does not say where the expressions of an f-string are."""
    if isinstance(node, ast.JoinedStr):
        return
    if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
        return
    left_out = {"annotation", "returns", "type_params"}
    if isinstance(node, ast.ClassDef):
        left_out |= {"decorator_list", "keywords"}
    for name, value in ast.iter_fields(node):
        if name not in left_out:
            below = value if isinstance(value, list) else [value]
            yield from (one for one in below if isinstance(one, ast.AST))


def _mutants_at(source: Source, node: ast.AST) -> Iterator[Mutant]:
    match node:
        case ast.Compare(left=left, ops=[operator, *_], comparators=[right, *_]):
            yield from source.between(left, right, COMPARISONS[type(operator)])
        case ast.BinOp(left=left, op=operator, right=right) if type(operator) in OPERATORS:
            yield from source.between(left, right, OPERATORS[type(operator)])
        case ast.BoolOp(op=operator, values=[left, right, *_]):
            words = ("and", "or") if isinstance(operator, ast.And) else ("or", "and")
            yield from source.between(left, right, words)
        case ast.AugAssign(target=target, op=ast.Add(), value=value):
            yield from source.between(target, value, ("+=", "-="))
        case ast.AugAssign(target=target, op=ast.Sub(), value=value):
            yield from source.between(target, value, ("-=", "+="))
        case ast.UnaryOp(op=ast.Not() | ast.USub(), operand=operand):
            yield source.replace(node, f"({_text(source, operand)})")
        case ast.Constant(value=bool(value)):
            yield source.replace(node, str(not value))
        case ast.Constant(value=int(value) | float(value)):
            yield source.replace(node, repr(value + 1))
            yield source.replace(node, f"({value - 1!r})")
        case ast.If(test=test) | ast.IfExp(test=test) | ast.While(test=test):
            if not isinstance(
                test, ast.Compare | ast.UnaryOp | ast.Constant
            ):  # or it is made above
                yield source.replace(test, f"(not ({_text(source, test)}))")
        case ast.Expr(value=ast.Call(func=called)):
            if ast.unparse(called).split(".")[0] not in SILENT:
                yield source.replace(node, "pass")


def _text(source: Source, node: ast.expr) -> str:
    return source.text[source.begin(node) : source.end(node)].decode()


def _is_program(text: bytes) -> bool:
    try:
        ast.parse(text)
    except SyntaxError:
        return False
    return True


# --- the tests that a wrong program meets --------------------------------------------------


def tests_for(room: Path) -> list[Path]:
    """The tests that are laid out like a folder or a file, or like the nearest folder above it
    that has any."""
    place = Path("tests", *room.parts[1:])
    if room.suffix == ".py":
        alone = place.with_name(f"test_{room.name}")
        if (ROOT / alone).exists():
            return [alone]
        place = place.parent
    while not (ROOT / place).is_dir():
        place = place.parent
    return [place]


def _own_tests(copy: Path, file: Path) -> list[Path]:
    """The tests of one file, which are the likeliest to fail; pytest runs no test twice."""
    own = Path("tests", *file.parts[1:]).with_name(f"test_{file.name}")
    return [own] if (copy / own).exists() else []


def meet(copy: Path, tests: list[Path], seconds: float) -> tuple[str, str]:
    """Run tests in a copy of the checkout: whether they ``"passed"``, ``"failed"``, were ``"out
    of time"`` or could not be run (``"none"``), and what pytest wrote."""
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider"]
    process = subprocess.Popen(
        [*command, *map(str, tests)],
        cwd=copy,
        env={
            **os.environ,
            "PYTHONPATH": str(copy),
            # Two wrong programs of one second may have the same size.
            "PYTHONDONTWRITEBYTECODE": "1",
            "QT_QPA_PLATFORM": "offscreen",
            "CI": "true",  # hypothesis tries the same examples each time
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        written, _ = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)  # the engines too
        process.communicate()
        return "out of time", ""
    known = {0: "passed", 5: "none"}
    return known.get(process.returncode, "failed"), written


def survivors(
    copy: Path, rooms: list[Path], tests: list[Path], *, seconds: float, seed: int
) -> tuple[list[str], Counter[str], int]:
    """Let wrong programs meet the tests for that many seconds.

    Returns those that none noticed, how many there were of each outcome, and how many were not
    tried. Every file in the copy is again as it was.
    """
    files = [
        file.relative_to(copy)
        for room in rooms
        for file in ([copy / room] if room.suffix == ".py" else sorted((copy / room).rglob("*.py")))
    ]
    possible = [one for file in files for one in mutants_of(file, (copy / file).read_bytes())]
    random.Random(seed).shuffle(possible)
    outcomes: Counter[str] = Counter()
    found: list[str] = []
    began = time.monotonic()
    right, written = meet(copy, tests, 3600)
    if right != "passed":
        raise SystemExit(f"{written}\nWithout any mistake these tests must pass.")
    patience = 30 + 3 * (time.monotonic() - began)
    began = time.monotonic()
    for mutant in possible:
        if time.monotonic() - began > seconds:
            break
        file = copy / mutant.file
        text = file.read_bytes()
        try:
            file.write_bytes(mutant.apply(text))
            outcome, _ = meet(copy, [*_own_tests(copy, mutant.file), *tests], patience)
        finally:
            file.write_bytes(text)
        outcomes[outcome] += 1
        if outcome == "passed":
            found.append(mutant.describe(text))
            print(f"survived  {found[-1]}", flush=True)
    return found, outcomes, len(possible) - outcomes.total()


def copied(folder: Path) -> Path:
    """A copy of this checkout in a folder: what the tests need of it."""
    ignored = shutil.ignore_patterns("__pycache__", ".*")
    for name in NEEDED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=ignored)
        else:
            shutil.copy2(ROOT / name, folder)
    return folder


def main() -> None:
    """Make wrong programs of the rooms that are named, and say what survives."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("rooms", nargs="+", type=Path, help="folders or files, from rnnviz/ on")
    parser.add_argument("--tests", nargs="+", type=Path, help="tests to run instead")
    parser.add_argument("--seconds", type=float, default=300, help="how long to go on (300)")
    parser.add_argument("--seed", type=int, default=0, help="of the lot (0)")
    parser.add_argument("--json", type=Path, help="write what was found into this file too")
    chosen = parser.parse_args()
    tests = chosen.tests or [test for room in chosen.rooms for test in tests_for(room)]
    with tempfile.TemporaryDirectory(prefix="rnnviz-mutants-") as folder:
        found, outcomes, left = survivors(
            copied(Path(folder)), chosen.rooms, tests, seconds=chosen.seconds, seed=chosen.seed
        )
    late, tried = outcomes["out of time"], outcomes.total()
    killed = outcomes["failed"] + late
    print(
        f"{tried} wrong programs: {killed} noticed, {late} of them by running out of time; "
        f"{len(found)} survived; {left} more could be made."
    )
    if chosen.json:
        chosen.json.write_text(
            json.dumps({"made": tried, "noticed": killed, "survived": found}, indent=1)
        )


if __name__ == "__main__":
    main()
