"""MNIST: what is published about it, and the real files."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest
from benchkit_mnist import Mnist, MnistBeginning, benchkit_datasets

from benchkit import DataError
from benchkit.data import read_raw, to_bytes

real = pytest.mark.skipif(not os.environ.get("BENCHKIT_DATA"), reason="BENCHKIT_DATA is not set")


def test_it_is_offered_with_four_files_and_three_mirrors_each() -> None:
    """The hook offers `mnist`: four IDX files of the published sizes, each from several places, gzipped."""
    dataset, _ = benchkit_datasets()
    assert dataset.name == "mnist"
    assert [file.size for file in dataset.files()] == [16 + 60000 * 784, 8 + 60000, 16 + 10000 * 784, 8 + 10000]
    for file in dataset.files():
        assert len(file.urls) == 3
        assert all(url.endswith(f"/{Path(file.path).name}.gz") for url in file.urls)


def test_the_small_one_is_made_of_the_same_files() -> None:
    """The hook offers `mnist-1000`, and what is fetched for one is there for the other."""
    whole, small = benchkit_datasets()
    assert small.name == "mnist-1000"
    assert small.files() == whole.files()


def test_offline_without_files_the_command_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Loading without files and network says what brings the files."""
    monkeypatch.delenv("BENCHKIT_DATA", raising=False)
    monkeypatch.setenv("BENCHKIT_CACHE", str(tmp_path))
    monkeypatch.setenv("BENCHKIT_OFFLINE", "1")
    with pytest.raises(DataError, match="`benchkit data fetch mnist`"):
        Mnist().load()


@real
@pytest.mark.real
def test_the_real_files_are_the_published_ones() -> None:
    """The MD5 that torchvision and Keras quote for the training images is that of the file read here."""
    raw = read_raw(Mnist().files()[0], download=False)
    assert hashlib.md5(raw, usedforsecurity=False).hexdigest() == "6bbc9ace898e44ae57da46a324031adb"


@real
@pytest.mark.real
def test_the_real_images_are_read_as_published(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sizes, first labels, class counts and mean brightness are those in the literature."""
    monkeypatch.setenv("BENCHKIT_OFFLINE", "1")
    splits = Mnist().load()
    assert splits.train.images.shape == (60000, 1, 28, 28)
    assert splits.test.images.shape == (10000, 1, 28, 28)
    assert splits.train.labels[:10].tolist() == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]
    assert splits.test.labels[:10].tolist() == [7, 2, 1, 0, 4, 1, 4, 9, 5, 9]
    assert splits.train.labels.bincount().tolist() == [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]
    assert float(splits.train.images.double().mean()) / 255 == pytest.approx(0.1307, abs=5e-5)
    assert to_bytes(splits.train.images[:1]).max() == 255


@real
@pytest.mark.real
def test_the_small_one_is_the_beginning_of_the_training_images(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first thousand training images in their order; the test images are those of the whole."""
    monkeypatch.setenv("BENCHKIT_OFFLINE", "1")
    whole, small = Mnist().load(), MnistBeginning().load()
    assert small.train.images.equal(whole.train.images[:1000])
    assert small.train.labels.equal(whole.train.labels[:1000])
    assert small.test.images.equal(whole.test.images)
    assert small.test.labels.equal(whole.test.labels)
