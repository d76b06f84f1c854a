"""The user's own arrays."""

from __future__ import annotations

import io
import struct
import tracemalloc
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from data_helpers import FUZZ, labelled, pixels
from hypothesis import given
from hypothesis import strategies as st

from benchkit import DataError
from benchkit.data import checksum, split_stratified, to_bytes
from benchkit.data.npz import NpzDataset

DATA = labelled(20)
ARRAYS = {"images": to_bytes(DATA.images)[:, 0], "labels": DATA.labels.numpy()}


def saved(path: Path, **arrays: Any) -> NpzDataset:
    """Write arrays with numpy and return the data set that reads them."""
    np.savez_compressed(path, **arrays)
    return NpzDataset("toy", str(path))


def with_member(path: Path, raw: bytes, compression: int = zipfile.ZIP_DEFLATED) -> NpzDataset:
    """Write an archive whose ``images`` are these bytes and whose labels are sound."""
    labels = io.BytesIO()
    np.save(labels, ARRAYS["labels"])
    with zipfile.ZipFile(path, "w", compression) as archive:
        archive.writestr("images.npy", raw)
        archive.writestr("labels.npy", labels.getvalue())
    return NpzDataset("toy", str(path))


def npy(header: str, body: bytes = b"") -> bytes:
    """Write a version 1 .npy file with any header."""
    text = header.encode().ljust(118) + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text + body


@pytest.mark.parametrize("order", ["C", "F"])
def test_images_and_labels_are_split_as_always(tmp_path: Path, order: Any) -> None:
    """The keys images and labels give the stratified split, in either memory order."""
    arrays = {**ARRAYS, "images": np.asarray(ARRAYS["images"], order=order)}
    assert checksum(saved(tmp_path / "toy.npz", **arrays).load()) == checksum(split_stratified(DATA))


def test_the_keys_of_keras_keep_their_split(tmp_path: Path) -> None:
    """x_train, y_train, x_test and y_test are the published splits; other arrays do not matter."""
    images, labels = ARRAYS["images"], ARRAYS["labels"].astype(np.uint8)
    arrays = {"x_train": images[:12], "y_train": labels[:12], "x_test": images[12:], "y_test": labels[12:]}
    splits = saved(tmp_path / "toy.npz", **arrays, notes=np.array(["any"])).load()
    np.testing.assert_array_equal(to_bytes(splits.train.images)[:, 0], images[:12])
    np.testing.assert_array_equal(to_bytes(splits.test.images)[:, 0], images[12:])
    assert splits.test.labels.tolist() == labels[12:].tolist()


@pytest.mark.parametrize(
    ("arrays", "found"),
    [
        ({"x": pixels()}, r"arrays 'x'.*x_train, y_train, x_test, y_test; or images, labels"),
        ({**ARRAYS, "labels": ARRAYS["labels"][:-1]}, "20 whole numbers"),
        ({**ARRAYS, "labels": np.array([{}] * 20, dtype=object)}, "object of shape"),
        ({**ARRAYS, "images": ARRAYS["images"].astype(float)}, "a pixel of "),
        ({**ARRAYS, "images": np.array(3)}, r"images of shape \(\)"),
        (
            {"x_train": pixels(4), "y_train": [0] * 4, "x_test": pixels(4, 5, 5), "y_test": [0] * 4},
            r"training images \(4, 4\) and test images \(5, 5\)",
        ),
    ],
)
def test_other_arrays_are_refused(tmp_path: Path, arrays: dict[str, Any], found: str) -> None:
    """Missing keys, lengths that differ, pickled objects, and pixels out of range are DataErrors with the path."""
    arrays = {key: np.asarray(value) for key, value in arrays.items()}
    with pytest.raises(DataError, match=found) as caught:
        saved(tmp_path / "toy.npz", **arrays).load()
    assert str(tmp_path / "toy.npz") in str(caught.value)


@pytest.mark.parametrize(
    "header",
    [
        "{'descr': '|u1', 'fortran_order': False, 'shape': (1000000000000, 28, 28)}",
        "{'descr': '|u1', 'fortran_order': False, 'shape': (-20, -4, 4)}",
        "{'descr': '|O', 'fortran_order': False, 'shape': (20,)}",
        "{'descr': '|V0', 'fortran_order': False, 'shape': (20,)}",
        "{'descr': [('a', '|u1')], 'fortran_order': False, 'shape': (20,)}",
        "{'descr': 'nonsense', 'fortran_order': False, 'shape': (20,)}",
        "((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((",
        "__import__('os').abort()",
    ],
)
def test_a_lying_header_is_refused_without_taking_memory(tmp_path: Path, header: str) -> None:
    """What a header claims must be there; nothing is allocated on its word and nothing in it is run."""
    dataset = with_member(tmp_path / "toy.npz", npy(header, bytes(20)))
    tracemalloc.start()
    try:
        with pytest.raises(DataError, match=r"images in .*toy\.npz: got "):
            dataset.load()
        assert tracemalloc.get_traced_memory()[1] < 3_000_000
    finally:
        tracemalloc.stop()


def test_a_lying_archive_is_refused_without_taking_memory(tmp_path: Path) -> None:
    """A member that claims more bytes than its compressed ones can hold is refused."""
    dataset = with_member(tmp_path / "toy.npz", npy("{}"), zipfile.ZIP_STORED)
    raw = bytearray((tmp_path / "toy.npz").read_bytes())
    entry = raw.index(b"PK\x01\x02")
    raw[entry + 24 : entry + 28] = struct.pack("<I", 4_000_000_000)
    (tmp_path / "toy.npz").write_bytes(raw)
    with pytest.raises(DataError, match="images said to have 4,000,000,000 bytes"):
        dataset.load()


@pytest.mark.parametrize("compression", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_unusual_compression_is_refused(tmp_path: Path, compression: int) -> None:
    """Only what numpy itself writes is read: other methods unfold without a bound."""
    with pytest.raises(DataError, match="unusual"):
        with_member(tmp_path / "toy.npz", npy("{}"), compression).load()


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """No file: a DataError with the path."""
    with pytest.raises(DataError, match="no such file"):
        NpzDataset("toy", str(tmp_path / "toy.npz")).load()


def sound_archive() -> bytes:
    """Return the bytes of an archive that can be read."""
    stream = io.BytesIO()
    np.savez_compressed(stream, **ARRAYS)
    return stream.getvalue()


SOUND = sound_archive()


@FUZZ
@given(
    st.binary(max_size=50)
    | st.integers(0, len(SOUND) - 1).map(lambda length: SOUND[:length])
    | st.lists(st.tuples(st.integers(0, len(SOUND) - 1), st.integers(0, 255)), min_size=1, max_size=4).map(
        lambda changes: bytes(dict(changes).get(place, byte) for place, byte in enumerate(SOUND))
    )
)
def test_any_bytes_give_data_or_a_data_error(tmp_path: Path, raw: bytes) -> None:
    """Truncated, changed and random archives never raise anything else."""
    (tmp_path / "toy.npz").write_bytes(raw)
    try:
        splits = NpzDataset("toy", str(tmp_path / "toy.npz")).load()
    except DataError:
        return
    assert len(splits.train) > 0


@FUZZ
@given(st.binary(max_size=40).map(lambda tail: b"\x93NUMPY" + tail) | st.text(max_size=60).map(npy))
def test_any_member_gives_data_or_a_data_error(tmp_path: Path, raw: bytes) -> None:
    """Random bytes in the place of an array's header never raise anything else."""
    with pytest.raises(DataError):
        with_member(tmp_path / "toy.npz", raw).load()
