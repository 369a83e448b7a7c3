"""What is remembered; what is damaged is as if it was never set."""

from __future__ import annotations

from pathlib import Path

import pytest

from rnnviz.experiment import Experiment
from rnnviz.gui.preferences import Preferences
from rnnviz.store import places
from tests.gui.driver import SMALL


def kept() -> Preferences:
    """Preferences as another start of the program finds them."""
    return Preferences()


def damaged(text: str | bytes) -> Preferences:
    file = Path(places.settings_folder()) / "rnnviz.ini"
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return Preferences()


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


@pytest.mark.parametrize("text", ["theme=purple", "theme=", "theme=a, b", "theme=@Invalid()"])
def test_a_theme_that_is_none_is_the_systems(qapp, text: str):
    assert damaged(f"[General]\n{text}\n").theme == "system"


@pytest.mark.parametrize("text", ["text_size=big", "text_size=", "text_size=1.5", "text_size=1, 2"])
def test_a_text_size_that_is_none_was_never_chosen(qapp, text: str):
    assert damaged(f"[General]\n{text}\n").text_size is None


@pytest.mark.parametrize(("text", "size"), [("900", 12), ("-900", -2)])
def test_a_text_size_out_of_range_is_the_nearest(qapp, text: str, size: int):
    assert damaged(f"[General]\ntext_size={text}\n").text_size == size


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        '"{\\"task\\":{\\"type\\":\\"unknown\\"}}"',
        '"{\\"network\\":{\\"hidden\\":0}}"',
        '"{\\"network\\":{\\"hidden\\":\\"many\\"}}"',
        '"{\\"network\\":{\\"no such knob\\":1}}"',
        "[1, 2]",
        "@ByteArray(\\xff\\xfe)",
    ],
)
def test_an_experiment_that_is_none_is_the_first_one(qapp, text: str):
    assert damaged(f"[General]\nexperiment={text}\n").experiment == Experiment()


@pytest.mark.parametrize("text", ["geometry=text", "geometry=", "geometry=@ByteArray()"])
def test_a_geometry_that_is_none_is_none(qapp, text: str):
    assert damaged(f"[General]\n{text}\n").bytes("geometry") is None


@pytest.mark.parametrize("text", ["retrain=maybe", "retrain=", "retrain=2"])
def test_a_switch_that_is_neither_is_off(qapp, text: str):
    assert not damaged(f"[General]\n{text}\n").flag("retrain")


@pytest.mark.parametrize("data", [b"\x00\xff\xfe" * 100, b"[[[", b"=\n=\n", b"[General"])
def test_a_file_that_is_no_settings_file_is_as_if_it_was_not_there(qapp, data: bytes):
    found = damaged(data)
    assert (found.theme, found.text_size, found.experiment) == ("system", None, Experiment())


def test_a_file_that_cannot_be_written_loses_nothing_else(qapp, monkeypatch, tmp_path):
    (tmp_path / "settings").mkdir()
    (tmp_path / "settings" / "rnnviz.ini").mkdir()  # a folder stands in its place
    monkeypatch.setenv("RNNVIZ_HOME", str(tmp_path))
    preferences = Preferences()
    preferences.theme = "dark"
    preferences.sync()
    assert preferences.theme == "dark"


def test_the_sliders_are_found_as_they_were_left(unplugged):
    first = unplugged(SMALL.with_value("network.hidden", 5))
    first.window.close()
    assert Preferences().experiment.network.hidden == 5
