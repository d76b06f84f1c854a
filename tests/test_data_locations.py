"""Where files are looked for."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs
import pytest
from data_helpers import remote

from benchkit.data import cache_folder, fetch_command, find, is_offline, search_folders

FILE = remote(b"x", path="toy/images")


def put(folder: Path, name: str) -> Path:
    """Put an empty file below a folder."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    return path


def test_the_folders_of_benchkit_data_come_before_the_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """BENCHKIT_DATA may name several folders; they are searched in order, the cache last."""
    monkeypatch.setenv("BENCHKIT_DATA", os.pathsep.join(["/a", "", "/b"]))
    monkeypatch.setenv("BENCHKIT_CACHE", str(tmp_path))
    assert search_folders() == [Path("/a"), Path("/b"), tmp_path]


def test_the_cache_is_the_users_unless_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without BENCHKIT_CACHE, downloads go where the operating system keeps caches."""
    monkeypatch.delenv("BENCHKIT_CACHE", raising=False)
    assert cache_folder() == Path(platformdirs.user_cache_dir("benchkit"))


def test_the_first_folder_that_holds_the_file_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file is found raw before gzipped, and in the first folder before the second."""
    first, second, cache = tmp_path / "first", tmp_path / "second", tmp_path / "cache"
    monkeypatch.setenv("BENCHKIT_DATA", f"{first}{os.pathsep}{second}")
    monkeypatch.setenv("BENCHKIT_CACHE", str(cache))
    assert find(FILE) is None
    for folder, name in [
        (cache, "toy/images"),
        (second, "toy/images.gz"),
        (second, "toy/images"),
        (first, "toy/images.gz"),
    ]:
        expected = put(folder, name)
        assert find(FILE) == expected


def test_a_folder_of_that_name_is_not_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only a regular file counts as found."""
    monkeypatch.setenv("BENCHKIT_DATA", str(tmp_path))
    monkeypatch.setenv("BENCHKIT_CACHE", str(tmp_path / "cache"))
    (tmp_path / "toy" / "images").mkdir(parents=True)
    assert find(FILE) is None


def test_a_folder_that_cannot_be_entered_holds_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A search folder that the system refuses is passed over, not raised as an OSError."""
    monkeypatch.setenv("BENCHKIT_DATA", "x" * 5000)
    monkeypatch.setenv("BENCHKIT_CACHE", str(tmp_path))
    assert find(FILE) is None
    expected = put(tmp_path, "toy/images")
    assert find(FILE) == expected


@pytest.mark.parametrize(("value", "expected"), [("", False), ("0", False), ("1", True), ("yes", True)])
def test_offline_is_said_by_the_environment(value: str, expected: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """BENCHKIT_OFFLINE forbids the network unless it is empty or 0."""
    monkeypatch.setenv("BENCHKIT_OFFLINE", value)
    assert is_offline() is expected


def test_the_command_names_the_data_set() -> None:
    """The first folder of a file's path is the name that the user fetches."""
    assert fetch_command(FILE) == "benchkit data fetch toy"
    assert fetch_command(remote(b"x", path="alone")) == "benchkit data fetch NAME"
