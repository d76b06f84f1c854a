"""What a view shows, as files that read back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from data_helpers import labelled

from benchkit import StoreError, UsageError
from benchkit.data import open_dataset, read_text, to_levels
from benchkit.report.view_files import write_labels, write_view
from benchkit.runner.grey_images import GreyImages
from benchkit.runner.viewing import CHUNK, Seen

IMAGES = labelled(20)


def seen(*rows: np.ndarray) -> Seen:
    """Return what a view shows of twenty images: themselves, or these rows."""
    grey = GreyImages(to_levels(IMAGES.images), torch.device("cpu"))
    shown: Iterator[np.ndarray] = iter(rows or (grey.floats().numpy(),))
    return Seen("toy-view", shown, 20, IMAGES.labels.numpy(), grey, 18)


def floats(*shape: int) -> np.ndarray:
    """Return float32 of all magnitudes."""
    raw = np.random.default_rng(1).normal(size=shape) * 10.0 ** np.random.default_rng(2).integers(-30, 30, shape)
    return raw.astype(np.float32)


def test_csv_reads_back_to_the_same_bits(tmp_path: Path) -> None:
    """No header, one row an image, however the rows came."""
    rows = floats(20, 3, 2)
    assert write_view(seen(rows[:12], rows[12:]), tmp_path / "a.csv") == (3, 2)
    read = np.loadtxt(tmp_path / "a.csv", delimiter=",", dtype=np.float32)
    np.testing.assert_array_equal(read, rows.reshape(20, 6))


def test_numbers_are_written_as_short_as_they_can_be(tmp_path: Path) -> None:
    """A float32's own digits, not those of the double that is nearest."""
    write_view(seen(np.array([[0.1, 0.0, -2.5, 1e20]], np.float32)), tmp_path / "a.csv")
    assert (tmp_path / "a.csv").read_text() == "0.1,0.0,-2.5,1e+20\n"


def test_images_in_npz_are_a_data_set(tmp_path: Path) -> None:
    """The same images and labels as before."""
    assert write_view(seen(), tmp_path / "a.npz") == (1, 4, 4)
    splits = open_dataset(tmp_path / "a.npz").load()
    both = torch.cat([splits.train.images, splits.test.images]).flatten(1)
    assert sorted(both.tolist()) == sorted(IMAGES.images.flatten(1).tolist())


@pytest.mark.parametrize(
    "rows", [floats(20, 5), np.full((20, 1, 4, 4), 1.5, np.float32), np.zeros((20, 2, 4, 4), "f4")]
)
def test_other_rows_in_npz_are_vectors_and_a_data_set(rows: np.ndarray, tmp_path: Path) -> None:
    """Vectors, images out of range and maps of several channels, as they are."""
    write_view(seen(rows), tmp_path / "a.npz")
    with np.load(tmp_path / "a.npz") as read:
        np.testing.assert_array_equal(read["rows"], rows)
        assert read["labels"].tolist() == IMAGES.labels.tolist()
    assert open_dataset(tmp_path / "a.npz").load().train.images.shape[1:] == (1, 1, rows[0].size)


def test_the_text_form_reads_back(tmp_path: Path) -> None:
    """Labels and pixels in their order."""
    write_view(seen(), tmp_path / "a.txt")
    read = read_text(tmp_path / "a.txt")
    assert torch.equal(read.images, to_levels(IMAGES.images))
    assert torch.equal(read.labels, IMAGES.labels)


def test_the_text_form_has_no_place_for_activations(tmp_path: Path) -> None:
    """The message says what has."""
    for rows in (floats(20, 16), np.zeros((20, 1, 4, 4), np.float32)):
        with pytest.raises(UsageError, match=r"a\.txt: got the view 'toy-view'.*Write a \.csv or an \.npz"):
            write_view(seen(rows), tmp_path / "a.txt")
    assert list(tmp_path.iterdir()) == []


def test_anomalies_have_no_labels(tmp_path: Path) -> None:
    """Neither in the text form nor in a file of their own; an ``.npz`` does without."""
    anomalies = replace(seen(), labels=None)
    with pytest.raises(UsageError, match="no label"):
        write_view(anomalies, tmp_path / "a.txt")
    with pytest.raises(UsageError, match="no labels"):
        write_labels(anomalies, tmp_path / "l.csv")
    write_view(anomalies, tmp_path / "a.npz")
    with np.load(tmp_path / "a.npz") as read:
        assert read.files == ["images"]


def test_labels_are_one_a_line(tmp_path: Path) -> None:
    """In the order of the rows."""
    write_labels(seen(), tmp_path / "l.csv")
    assert np.loadtxt(tmp_path / "l.csv", dtype=int).tolist() == IMAGES.labels.tolist()


def test_what_cannot_be_written_says_so(tmp_path: Path) -> None:
    """Another kind of file, a folder that is not there; what breaks in between leaves nothing behind."""
    with pytest.raises(UsageError, match=r"ends in '\.xlsx'; expected \.csv, \.npz, \.txt"):
        write_view(seen(), tmp_path / "a.xlsx")
    with pytest.raises(StoreError, match="missing"):
        write_view(seen(), tmp_path / "missing" / "a.csv")

    def breaking() -> Iterator[np.ndarray]:
        yield floats(CHUNK, 2)
        raise RuntimeError("broken")

    with pytest.raises(RuntimeError, match="broken"):
        write_view(replace(seen(), rows=breaking()), tmp_path / "a.csv")
    assert list(tmp_path.iterdir()) == []
