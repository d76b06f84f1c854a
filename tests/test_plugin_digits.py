"""The embedded digits."""

from __future__ import annotations

import socket
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from benchkit_digits import Digits, _read, benchkit_datasets
from PIL import Image
from sklearn.datasets import load_digits

from benchkit import DataError
from benchkit.data import checksum, to_bytes


def test_it_is_offered_and_embedded() -> None:
    """The hook offers `digits`, which needs no files."""
    (dataset,) = benchkit_datasets()
    assert dataset.name == "digits"
    assert dataset.files() == ()


def test_all_1797_digits_are_there_once_split_by_class() -> None:
    """The two splits together hold scikit-learn's digits; of each class one in five is a test image."""
    splits = Digits().load()
    expected = np.bincount(load_digits().target)
    counts = splits.test.labels.bincount().numpy()
    np.testing.assert_array_equal(splits.train.labels.bincount().numpy() + counts, expected)
    np.testing.assert_array_equal(counts, np.round(expected * 0.2))
    assert splits.train.images.shape == (1438, 1, 28, 28)
    assert splits.test.images.shape == (359, 1, 28, 28)


def test_the_numbers_are_those_that_scikit_learn_reads() -> None:
    """Reading its file without importing it gives the same ink and the same labels, in the same order."""
    ink, labels = _read()
    expected = load_digits()
    np.testing.assert_array_equal(ink, expected.data)
    np.testing.assert_array_equal(labels, expected.target)


def test_a_missing_file_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Where scikit-learn lies without its data, the error names the file and how to bring it."""
    monkeypatch.setattr(
        "benchkit_digits.importlib.util.find_spec", lambda name: SimpleNamespace(origin=str(tmp_path / "__init__.py"))
    )
    with pytest.raises(DataError, match=r"digits\.csv\.gz.*pip install"):
        Digits().load()


def test_pixels_are_the_bilinear_enlargement_in_8_bits() -> None:
    """The images are those that Pillow's bilinear filter makes of the 8×8 originals, within one grey level."""
    splits = Digits().load()
    images = to_bytes(splits.train.images)
    assert splits.train.images.dtype == torch.uint8
    small = load_digits().images.astype(np.float32) / 16 * 255
    large = [np.asarray(Image.fromarray(one).resize((28, 28), Image.Resampling.BILINEAR)) for one in small[:2]]
    np.testing.assert_allclose(images[:2, 0].astype(float), np.stack(large), atol=1)


def test_two_loads_give_the_same_without_network_or_random_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Loading is deterministic, leaves the global random states alone, and opens no connection."""

    def refuse(*_: object) -> None:
        raise AssertionError("the network was touched")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    state, numpy_state = torch.random.get_rng_state(), np.random.get_state()[1].copy()
    assert checksum(Digits().load()) == checksum(Digits().load())
    assert torch.equal(torch.random.get_rng_state(), state)
    np.testing.assert_array_equal(np.random.get_state()[1], numpy_state)
