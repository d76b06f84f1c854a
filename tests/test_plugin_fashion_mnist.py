"""Fashion-MNIST as a data set and as anomalies."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest
import torch
from benchkit_fashion_mnist import FashionAnomalies, FashionMnist, benchkit_anomaly_generators, benchkit_datasets
from data_helpers import gzipped, labelled

from benchkit import DataError, Unsupported
from benchkit.data import read_raw, to_bytes

real = pytest.mark.skipif(not os.environ.get("BENCHKIT_DATA"), reason="BENCHKIT_DATA is not set")


@pytest.fixture
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a machine without the files, where a connection would be an error; return the folder that is searched."""

    def refuse(*_: object) -> None:
        raise AssertionError("the network was touched")

    monkeypatch.setattr("socket.socket.connect", refuse)
    monkeypatch.setenv("BENCHKIT_DATA", str(tmp_path))
    monkeypatch.setenv("BENCHKIT_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("BENCHKIT_OFFLINE", raising=False)
    return tmp_path


def test_the_data_set_and_the_anomalies_are_offered() -> None:
    """The hooks offer `fashion-mnist` with four files from two mirrors, and `fashion`, which alters no image."""
    (dataset,), (anomalies,) = benchkit_datasets(), benchkit_anomaly_generators()
    assert (dataset.name, anomalies.name) == ("fashion-mnist", "fashion")
    assert not anomalies.alters_test
    assert [len(file.urls) for file in dataset.files()] == [2] * 4


def test_without_files_the_anomalies_are_unsupported_and_nothing_is_downloaded(nowhere: Path) -> None:
    """The cell is skipped with the command that brings the files; no connection is made."""
    with pytest.raises(Unsupported, match="`benchkit data fetch fashion-mnist`"):
        FashionAnomalies().generate(labelled(), seed=0)
    assert list(nowhere.rglob("*")) == []


def test_with_corrupt_files_the_anomalies_fail(nowhere: Path) -> None:
    """Files that are here but wrong are a DataError, not a silent skip."""
    for file in FashionMnist().files():
        path = nowhere / f"{file.path}.gz"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(gzipped(b"wrong"))
    with pytest.raises(DataError, match="5 bytes"):
        FashionAnomalies().generate(labelled(), seed=0)


@real
@pytest.mark.real
def test_the_real_files_are_the_published_ones() -> None:
    """The MD5 that is published for the training images is that of the file read here."""
    raw = read_raw(FashionMnist().files()[0], download=False)
    assert hashlib.md5(raw, usedforsecurity=False).hexdigest() == "f4a8712d7a061bf5bd6d2ca38dc4d50a"


@real
@pytest.mark.real
def test_the_real_anomalies_are_test_images_and_never_on_themselves() -> None:
    """The anomalies are Fashion-MNIST test images, drawn by the seed; on Fashion-MNIST itself there are none."""
    splits = FashionMnist().load()
    assert splits.train.labels.bincount().tolist() == [6000] * 10
    assert splits.test.labels.bincount().tolist() == [1000] * 10
    drawn = FashionAnomalies().generate(labelled(50, side=28), seed=3)
    assert torch.equal(drawn, FashionAnomalies().generate(labelled(50, side=28), seed=3))
    known = {image.tobytes() for image in to_bytes(splits.test.images)}
    assert len({image.tobytes() for image in to_bytes(drawn)} & known) == len(drawn) == 50
    with pytest.raises(Unsupported, match="normal images themselves"):
        FashionAnomalies().generate(splits.test, seed=0)
