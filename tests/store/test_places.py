"""One variable moves every file; without it the system's folders are used."""

from pathlib import Path

import platformdirs
import pytest

from rnnviz.store import places

FOLDERS = [places.settings_folder, places.data_folder, places.log_folder]


@pytest.mark.parametrize("folder", FOLDERS)
def test_home_holds_every_folder_and_makes_it(folder, tmp_path, monkeypatch) -> None:
    monkeypatch.setenv(places.HOME, str(tmp_path / "new"))
    assert folder().is_dir()
    assert folder().is_relative_to(tmp_path / "new")


def test_the_folders_are_apart(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv(places.HOME, str(tmp_path))
    assert len({folder() for folder in FOLDERS}) == 3


def test_home_does_not_depend_on_where_it_is_asked_from(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv(places.HOME, "here")
    monkeypatch.chdir(tmp_path)
    assert places.data_folder() == tmp_path / "here" / "data"


def test_without_it_the_system_says_where(tmp_path, monkeypatch) -> None:
    monkeypatch.delenv(places.HOME, raising=False)
    for name in ("CONFIG", "DATA", "STATE", "CACHE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name))
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert places.settings_folder() == platformdirs.user_config_path("rnnviz", appauthor=False)
    assert places.settings_folder().is_relative_to(tmp_path)
