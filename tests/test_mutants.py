"""The wrong programs of `tests/mutants.py`: what is made, and that it is noticed and put back."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import mutants

FILE = Path("toy.py")


def made(text: str) -> set[str]:
    """All wrong programs of a text, one line each."""
    source = text.encode()
    return {one.apply(source).decode() for one in mutants.mutants_of(FILE, source)}


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("a < b", {"a <= b"}),
        ("(a) is not (b)", {"(a) is (b)"}),
        ("a not in b", {"a in b"}),
        ("ä - b", {"ä + b"}),
        ("a and b or c", {"a or b or c", "a and b and c"}),
        ("x += y", {"x -= y"}),
        ("y = -x", {"y = (x)"}),
        ("y = not x", {"y = (x)"}),
        ("y = f'{x - 1}'", set()),
        ("y = 2.0", {"y = 3.0", "y = (1.0)"}),
        ("y = True", {"y = False"}),
        ("a if b else c", {"a if (not (b)) else c"}),
        ("timer.stop()", {"pass"}),
        ("log.info(text)", set()),
        ("@dataclass(frozen=True)\nclass A(B, frozen=True): x = 'a'", set()),
        ("x: int | None = None", set()),
        ("def f(x: Tensor[3]) -> Tensor[4]: return x", set()),
    ],
)
def test_a_line_is_made_wrong_in_each_of_its_places(right: str, wrong: set[str]):
    assert made(right) == wrong


@pytest.fixture
def toy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout with one function and a test that looks at only one of its two branches."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")  # for its sessions: they are quick
    (tmp_path / "toy.py").write_text("def toy(x, y):\n    return 1 if x > y else -y\n")
    (tmp_path / "test_toy.py").write_text(
        "import toy\ndef test_toy():\n    assert (toy.toy(2, 1), toy.toy(0, 0)) == (1, 0)\n"
    )
    return tmp_path


def test_what_no_test_looks_at_survives_and_every_file_is_put_back(toy: Path):
    before = (toy / FILE).read_bytes()
    found, outcomes, left = mutants.survivors(
        toy, [FILE], [Path("test_toy.py")], seconds=60, seed=0
    )
    assert found == ["toy.py:2  -y  →  (y)"]
    assert outcomes == {"passed": 1, "failed": 3}
    assert left == 0
    assert (toy / FILE).read_bytes() == before


def test_tests_that_fail_without_any_mistake_are_the_end_of_it(toy: Path):
    (toy / "test_toy.py").write_text("def test_it():\n    assert False\n")
    with pytest.raises(SystemExit, match="must pass"):
        mutants.survivors(toy, [FILE], [Path("test_toy.py")], seconds=60, seed=0)


@pytest.mark.parametrize(
    ("room", "tests"),
    [
        ("rnnviz/gui/model", "tests/gui/model"),
        ("rnnviz/store/midi.py", "tests/store/test_midi.py"),
        ("rnnviz/gui/model/clock.py", "tests/gui/model"),
        ("rnnviz/records/run.py", "tests"),
    ],
)
def test_a_room_meets_the_tests_that_are_laid_out_like_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, room: str, tests: str
):
    for folder in ("tests/gui/model", "tests/store"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "tests/store/test_midi.py").touch()
    monkeypatch.setattr(mutants, "ROOT", tmp_path)
    assert mutants.tests_for(Path(room)) == [Path(tests)]
