"""The reader that fits a path."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from data_helpers import FUZZ
from hypothesis import given
from hypothesis import strategies as st

from benchkit import DataError, UsageError
from benchkit.contract import NAME_PATTERN
from benchkit.data import open_dataset
from benchkit.data.folder import FolderDataset
from benchkit.data.npz import NpzDataset
from benchkit.data.table import TableDataset
from benchkit.data.text import TextDataset


@pytest.mark.parametrize(
    ("file", "reader", "name"),
    [
        ("My Data_2.csv", TableDataset, "my-data-2"),
        ("digits.NPZ", NpzDataset, "digits"),
        ("first 1,000.txt", TextDataset, "first-1-000"),
        ("…….txt", TextDataset, "own-images"),
    ],
)
def test_the_ending_chooses_the_reader(tmp_path: Path, file: str, reader: type, name: str) -> None:
    """A .csv, .npz or .txt file gets its reader and a name after the file, without being opened."""
    (tmp_path / file).write_bytes(b"nonsense")
    dataset = open_dataset(tmp_path / file)
    assert type(dataset) is reader
    assert dataset.name == name


def test_a_folder_is_a_folder_of_images(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder is called after itself, even when it is given as a dot."""
    (tmp_path / "Cats.v2").mkdir()
    monkeypatch.chdir(tmp_path / "Cats.v2")
    assert open_dataset(tmp_path / "Cats.v2") == FolderDataset("cats-v2", str(tmp_path / "Cats.v2"))
    assert open_dataset(".").name == "cats-v2"


def test_a_tilde_is_the_home_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """~ is understood where no shell has replaced it."""
    monkeypatch.setenv("HOME", str(tmp_path))
    np.savez(tmp_path / "toy.npz", images=np.zeros((2, 2, 2), np.uint8), labels=np.zeros(2, int))
    assert len(open_dataset("~/toy.npz").load().train) == 1


def test_nothing_there_is_a_data_error(tmp_path: Path) -> None:
    """A path without anything is named, with what would serve."""
    with pytest.raises(DataError, match=r"gone\.csv: got no such file or folder.*benchkit data list"):
        open_dataset(tmp_path / "gone.csv")


@pytest.mark.parametrize("path", ["x" * 5000, "~nobody-of-that-name/x.csv", "\0"])
def test_a_path_that_cannot_be_is_a_data_error(path: str) -> None:
    """Names that no file can have are not there, like any other missing file."""
    with pytest.raises(DataError, match="no such file or folder"):
        open_dataset(path)


def test_a_kind_that_nobody_reads_is_a_usage_error(tmp_path: Path) -> None:
    """Another ending is a wrong request that lists the endings."""
    (tmp_path / "toy.mat").touch()
    with pytest.raises(UsageError, match=r"'\.mat'.*\.csv, \.npz, \.txt"):
        open_dataset(tmp_path / "toy.mat")


@FUZZ
@given(st.text(st.characters(blacklist_characters="/\0", blacklist_categories=["Cs"]), min_size=1, max_size=20))
def test_any_file_name_gives_a_valid_name(tmp_path: Path, stem: str) -> None:
    """Whatever a file is called, the data set's name is lower-case words joined by hyphens."""
    path = tmp_path / f"{stem}.csv"
    path.touch()
    assert NAME_PATTERN.fullmatch(open_dataset(path).name)
