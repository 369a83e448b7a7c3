"""What is remembered; what is damaged is as if it was never set."""

from __future__ import annotations

import json
import random
import zlib
from pathlib import Path

import pytest
from PySide6.QtCore import QByteArray

from rnnviz.experiment import Experiment
from rnnviz.gui.model.preferences import Preferences
from rnnviz.store import places
from tests.gui.driver import SMALL


def kept() -> Preferences:
    """Preferences as another start of the program finds them."""
    return Preferences()


def settings_file() -> Path:
    return Path(places.settings_folder()) / "rnnviz.conf"


def file_of(name: str, value: object) -> bytes:
    """A line as it is kept, by the formula that the file's docstring has."""
    data = json.dumps(value).encode()
    return b"%s 1 %08x %s\n" % (
        name.encode(),
        zlib.crc32(b" ".join([name.encode(), b"1", data])),
        data,
    )


def damaged(data: bytes) -> Preferences:
    settings_file().write_bytes(data)
    return Preferences()


def stored(name: str, value: object) -> Preferences:
    return damaged(file_of(name, value))


def test_at_first_everything_is_as_the_program_has_it(qapp):
    first = kept()
    found = (first.theme, first.text_size, first.experiment, first.flag("retrain"))
    assert found == ("system", None, Experiment(), False)


@pytest.mark.parametrize(
    ("name", "value"),
    [("theme", "dark"), ("text_size", 3), ("text_size", -2), ("experiment", SMALL)],
)
def test_what_is_set_is_found_again(qapp, name: str, value: object):
    first = kept()
    setattr(first, name, value)
    first.sync()
    assert getattr(kept(), name) == value


def test_a_switch_is_found_again(qapp):
    first = kept()
    first.keep_flag("retrain", True)
    first.sync()
    assert kept().flag("retrain")


@pytest.mark.parametrize(
    ("name", "value"),
    [("theme", "purple"), ("theme", ["dark"]), ("text_size", 900), ("text_size", "big")],
)
def test_a_value_that_is_none_was_never_chosen(qapp, name: str, value: object):
    assert getattr(stored(name, value), name) == getattr(Preferences(), name)
    assert getattr(stored(name, value), name) in ("system", None)


@pytest.mark.parametrize(
    ("plain", "lost"),
    [
        ([1, 2], "task, network, training"),
        ({"task": {"name": "unknown"}, "network": {"hidden": 5}}, "task"),
        ({"network": {"hidden": 5, "layers": 99}}, "network.layers"),
        ({"network": {"hidden": 5, "no such knob": 1}}, "network.no such knob"),
        ({"network": {"hidden": 5}, "training": "fast"}, "training"),
        ({"network": {"hidden": 5}, "more": {}}, "more"),
        ({"network": {"hidden": 5, "layers": 10**400}}, "network.layers"),
        (
            {
                "task": {"name": "series", "series": "passengers", "window": 200},
                "network": {"hidden": 5},
            },
            "task.window",
        ),
    ],
)
def test_a_knob_that_is_none_costs_itself_alone_and_one_sentence(qapp, plain, lost: str):
    found = stored("experiment", plain)
    assert found.experiment.network.hidden == (5 if isinstance(plain, dict) else 64)
    said = "Some settings of the last time are not known here and are as at first: "
    assert found.complaints == [f"{said}{lost}."]


def test_what_is_nested_without_end_costs_its_part_alone(qapp):
    value = b"[" * 100_000
    line = b"1 %08x %s" % (zlib.crc32(b"experiment 1 " + value), value)
    found = damaged(b"experiment " + line + b"\n" + file_of("theme", "dark"))
    assert (found.experiment, found.theme) == (Experiment(), "dark")
    assert len(found.complaints) == 1


def test_a_part_of_another_version_costs_itself_alone(qapp):
    first = kept()
    first.keep_bytes("layout", QByteArray(b"packed"), 7)
    first.theme = "dark"
    found = kept()
    assert found.bytes("layout", 8) is None
    assert found.theme == "dark"
    assert found.complaints == [
        "What was remembered is of another version and is as at first: the layout of the panels."
    ]
    assert kept().bytes("layout", 7) == QByteArray(b"packed")


def test_what_another_window_remembered_meanwhile_stays(qapp):
    first, second = kept(), kept()
    first.theme = "dark"
    second.text_size = 3
    assert (kept().theme, kept().text_size) == ("dark", 3)


def test_a_damaged_file_costs_what_is_damaged_alone(unplugged):
    first = unplugged(SMALL)
    first.window.choose_theme("dark")
    first.window.close()
    whole = settings_file().read_bytes()
    lines = dict(line.split(b" ", 1) for line in whole.splitlines())
    packed = kept().bytes("geometry")
    for seed in range(60):
        chance = random.Random(seed)
        data = bytearray(whole)
        for _ in range(chance.randint(1, 4)):
            place, size = chance.randrange(len(data)), chance.choice((0, 1, 9))
            data[place : place + size] = chance.randbytes(chance.choice((0, 1, 9)))
        found, left = damaged(bytes(data)), bytes(data).split(b"\n")
        right = {"theme": "dark", "experiment": SMALL, "geometry": packed}
        for name, value in right.items():
            got = found.bytes(name) if name == "geometry" else getattr(found, name)
            if name.encode() + b" " + lines[name.encode()] in left:
                assert got == value, (seed, name)
            elif name == "geometry":
                assert got is None, seed
    # Qt would crash on some layouts: a damaged one does not reach it.
    settings_file().write_bytes(whole.replace(b"layout ", b"layout 1"))
    second = unplugged(SMALL).window
    said = "What was remembered is damaged and is as at first: the layout of the panels."
    assert second.notice.label.text() == said


def test_a_file_that_cannot_be_written_loses_nothing_else(qapp, monkeypatch, tmp_path):
    (tmp_path / "settings").mkdir()
    (tmp_path / "settings" / "rnnviz.conf").mkdir()  # a folder stands in its place
    monkeypatch.setenv("RNNVIZ_HOME", str(tmp_path))
    preferences = Preferences()
    preferences.theme = "dark"
    preferences.sync()
    assert preferences.theme == "dark"


def test_the_sliders_are_found_as_they_were_left(unplugged):
    first = unplugged(SMALL.with_value("network.hidden", 5))
    first.window.close()
    assert Preferences().experiment.network.hidden == 5


@pytest.mark.parametrize("value", ["AAA", "not base64 ü", 7, ["AAAA"], {"a": "AAAA"}])
def test_a_layout_that_is_no_bytes_costs_itself_alone(qapp, value: object):
    found = stored("layout", value)
    assert found.bytes("layout") is None
    assert found.complaints == [
        "What was remembered is damaged and is as at first: the layout of the panels."
    ]
