"""A data set of four IDX files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from data_helpers import gzipped, idx_bytes, pixels, remote

from benchkit import DataError, RemoteFile
from benchkit.data import load_idx, load_idx_splits


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the only folder that is searched."""
    monkeypatch.setenv("BENCHKIT_DATA", str(tmp_path))
    monkeypatch.setenv("BENCHKIT_CACHE", str(tmp_path / "cache"))
    (tmp_path / "toy").mkdir()
    return tmp_path / "toy"


def put(folder: Path, name: str, array: np.ndarray) -> RemoteFile:
    """Put an array into the folder, gzipped, as a published file."""
    raw = idx_bytes(array)
    (folder / f"{name}.gz").write_bytes(gzipped(raw))
    return remote(raw, path=f"toy/{name}")


def test_four_files_make_two_splits(folder: Path) -> None:
    """Pixels stay the bytes that they are, labels become int64, training and test stay apart."""
    train, test = pixels(6), pixels(4)
    files = [
        put(folder, "train-images", train),
        put(folder, "train-labels", np.arange(6, dtype=np.uint8)),
        put(folder, "test-images", test),
        put(folder, "test-labels", np.arange(4, dtype=np.uint8)),
    ]
    splits = load_idx_splits(*files)
    np.testing.assert_array_equal(splits.train.images[:, 0].numpy(), train)
    np.testing.assert_array_equal(splits.test.images[:, 0].numpy(), test)
    assert splits.train.images.dtype == torch.uint8
    assert splits.train.labels.tolist() == list(range(6))
    assert splits.test.labels.tolist() == list(range(4))


def test_images_without_as_many_labels_are_refused(folder: Path) -> None:
    """Two sound files that do not belong together are a DataError that names both."""
    images, labels = put(folder, "images", pixels(6)), put(folder, "labels", np.zeros(5, dtype=np.uint8))
    with pytest.raises(DataError, match=r"toy/images with toy/labels.*6 whole numbers"):
        load_idx(images, labels, download=False)


def test_labels_in_the_place_of_images_are_refused(folder: Path) -> None:
    """A file of labels is no file of images."""
    labels = put(folder, "labels", np.zeros(5, dtype=np.uint8))
    with pytest.raises(DataError, match=r"images of shape \(5,\)"):
        load_idx(labels, labels, download=False)
