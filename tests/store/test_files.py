"""A file is the old one or the new one, and a path that will not do is known before."""

import os
from pathlib import Path

import pytest

from rnnviz.store import files

as_root = hasattr(os, "geteuid") and os.geteuid() == 0


def test_a_file_is_written_whole(tmp_path: Path) -> None:
    files.write(tmp_path / "a", b"new")
    assert (tmp_path / "a").read_bytes() == b"new"


def test_a_file_is_replaced_and_nothing_else_left(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"old")
    files.write(tmp_path / "a", b"new")
    assert (tmp_path / "a").read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [tmp_path / "a"]


def test_a_write_that_fails_leaves_the_old_file(tmp_path: Path, monkeypatch) -> None:
    (tmp_path / "a").write_bytes(b"old")

    def full(_file: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        files.write(tmp_path / "a", b"new")
    assert (tmp_path / "a").read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [tmp_path / "a"]


def test_a_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "real").write_bytes(b"old")
    (tmp_path / "link").symlink_to("real")
    files.write(tmp_path / "link", b"new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_bytes() == b"new"


def test_permissions_are_kept(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"old")
    (tmp_path / "a").chmod(0o640)
    files.write(tmp_path / "a", b"new")
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o640


def test_a_device_is_written_and_stays_one() -> None:
    files.write(Path(os.devnull), b"new")
    assert Path(os.devnull).is_char_device()


def test_nothing_is_in_the_way_of_a_new_file(tmp_path: Path) -> None:
    assert files.why_not(tmp_path / "new") is None


def test_a_folder_cannot_be_written(tmp_path: Path) -> None:
    assert files.why_not(tmp_path) == "it is a folder"


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    assert str(tmp_path / "no") in (files.why_not(tmp_path / "no" / "a") or "")


@pytest.mark.skipif(as_root, reason="nothing is write-protected for root")
def test_a_write_protected_file_and_folder_are_known(tmp_path: Path) -> None:
    (tmp_path / "a").touch(0o400)
    assert "write-protected" in (files.why_not(tmp_path / "a") or "")
    tmp_path.chmod(0o500)
    assert "write-protected" in (files.why_not(tmp_path / "b") or "")
    tmp_path.chmod(0o700)
