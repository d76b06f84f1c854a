"""The user's own folder of images."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from data_helpers import FUZZ, pixels
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from benchkit import DataError
from benchkit.data import to_bytes
from benchkit.data.folder import FolderDataset


def put(path: Path, array: np.ndarray) -> None:
    """Write one image."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(array).save(path)


def fill(root: Path, *classes: str, count: int = 5, side: int = 4) -> FolderDataset:
    """Write some PNG images of noise into each class."""
    for number, name in enumerate(classes):
        for position, array in enumerate(pixels(count * len(classes), side, side)[number * count :][:count]):
            put(root / name / f"{position}.png", array)
    return FolderDataset("toy", str(root))


def one_image(root: Path) -> np.ndarray:
    """Read a folder of one class whose images are all the same; return that image."""
    splits = FolderDataset("toy", str(root)).load()
    return to_bytes(splits.train.images)[0, 0]


def test_sorted_names_become_labels_and_pixels_stay(tmp_path: Path) -> None:
    """Classes are numbered in sorted order, of five images one is a test image, pixels come back exactly."""
    splits = fill(tmp_path, "dog", "cat").load()
    assert splits.test.labels.tolist() == [0, 1]
    assert splits.train.labels.tolist() == [0] * 4 + [1] * 4
    np.testing.assert_array_equal(to_bytes(splits.test.images)[:, 0], pixels(10)[[7, 2]])


def test_numeric_names_keep_their_number(tmp_path: Path) -> None:
    """Sub-folders 5 and 10 are the classes 5 and 10; one name that is no number, and all are counted."""
    assert set(fill(tmp_path, "10", "5").load().train.labels.tolist()) == {5, 10}
    assert set(fill(tmp_path, "cat").load().train.labels.tolist()) == {0, 1, 2}


def test_train_and_test_are_kept_apart(tmp_path: Path) -> None:
    """With train and test on top, the split is the user's, and a class has one label in both."""
    fill(tmp_path / "train", "a", "c")
    fill(tmp_path / "test", "b", "c", count=2)
    splits = FolderDataset("toy", str(tmp_path)).load()
    assert splits.train.labels.tolist() == [0] * 5 + [2] * 5
    assert splits.test.labels.tolist() == [1] * 2 + [2] * 2


def test_other_files_and_hidden_ones_do_not_matter(tmp_path: Path) -> None:
    """Notes, thumbnails and hidden folders are passed over."""
    dataset = fill(tmp_path, "a", "b")
    (tmp_path / ".cache").mkdir()
    (tmp_path / "LICENSE").write_text("free")
    (tmp_path / "a" / "Thumbs.db").write_text("x")
    (tmp_path / "a" / "._0.png").write_text("x")
    assert len(dataset.load().train) == 8


@pytest.mark.parametrize("suffix", [".jpg", ".JPEG"])
def test_jpeg_and_colours_become_8_bit_grey(tmp_path: Path, suffix: str) -> None:
    """A colour image becomes its ITU-R 601 luma."""
    for name in "ab":
        put(tmp_path / "x" / f"{name}{suffix}", np.full((8, 8, 3), [200, 100, 50], dtype=np.uint8))
    expected = round(0.299 * 200 + 0.587 * 100 + 0.114 * 50)
    assert np.abs(one_image(tmp_path).astype(int) - expected).max() <= 1


def test_16_bits_are_scaled_and_transparent_parts_are_background(tmp_path: Path) -> None:
    """65535 becomes 255, not a clipped value; what cannot be seen becomes 0."""
    deep, clear = tmp_path / "deep", tmp_path / "clear"
    for name in "ab":
        put(deep / "x" / f"{name}.png", np.array([[0, 257], [257 * 128, 65535]], dtype=np.uint16))
        put(clear / "x" / f"{name}.png", np.array([[[90, 90, 90, 255], [90, 90, 90, 0]]], dtype=np.uint8))
    assert one_image(deep).tolist() == [[0, 1], [128, 255]]
    assert one_image(clear).tolist() == [[90, 0]]


def test_the_odd_one_out_is_named(tmp_path: Path) -> None:
    """An image of another size is a DataError with its path, its size and the size of the others."""
    dataset = fill(tmp_path, "a", "b")
    put(tmp_path / "b" / "3.png", pixels(1, 4, 6)[0])
    with pytest.raises(DataError, match=r"b.3\.png: got 4×6; expected 4×4"):
        dataset.load()


def test_train_and_test_of_two_sizes_are_refused(tmp_path: Path) -> None:
    """The two halves of a published split must fit together."""
    fill(tmp_path / "train", "a")
    fill(tmp_path / "test", "a", side=5)
    with pytest.raises(DataError, match="4×4 images in train and 5×5 in test"):
        FolderDataset("toy", str(tmp_path)).load()


def test_folders_without_images_are_refused(tmp_path: Path) -> None:
    """No folder, no sub-folders, an empty class, one number twice: each says what is missing."""
    for path, found in [(tmp_path / "gone", "gone: got no readable folder"), (tmp_path, "no sub-folders")]:
        with pytest.raises(DataError, match=found):
            FolderDataset("toy", str(path)).load()
    dataset = fill(tmp_path, "1")
    (tmp_path / "2").mkdir()
    with pytest.raises(DataError, match="2: got no images among 0 entries"):
        dataset.load()
    (tmp_path / "2").rmdir()
    fill(tmp_path, "01")
    with pytest.raises(DataError, match="sub-folders 01, 1"):
        dataset.load()


def png_of(width: int, height: int) -> bytes:
    """Return a PNG file whose header claims this size and that holds hardly a byte of pixels."""
    chunks = [b"IHDR" + struct.pack(">2I5B", width, height, 8, 0, 0, 0, 0), b"IDAT" + zlib.compress(b"\0"), b"IEND"]
    framed = [struct.pack(">I", len(one) - 4) + one + struct.pack(">I", zlib.crc32(one)) for one in chunks]
    return b"\x89PNG\r\n\x1a\n" + b"".join(framed)


@pytest.mark.parametrize(
    ("raw", "found"),
    [
        (b"", "unreadable image"),
        (b"GIF89a", "unreadable image"),
        (png_of(4, 4), "unreadable image"),
        (png_of(9000, 9000), "9000×9000; expected at most"),
        (png_of(60000, 60000), "unreadable image .*decompression bomb"),
        (png_of(12000, 12000), "unreadable image .*decompression bomb"),
    ],
    ids=["empty", "gif", "truncated", "large", "bomb", "half a bomb"],
)
def test_a_broken_or_boundless_image_is_named(tmp_path: Path, raw: bytes, found: str) -> None:
    """A broken file, and one that claims millions of pixels, are refused before memory is taken."""
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "0.png").write_bytes(raw)
    with pytest.raises(DataError, match=rf"0\.png: got .*{found}"):
        FolderDataset("toy", str(tmp_path)).load()


def sound_image() -> bytes:
    """Return the bytes of a PNG image that can be read."""
    stream = io.BytesIO()
    Image.fromarray(pixels(1)[0]).save(stream, "PNG")
    return stream.getvalue()


SOUND = sound_image()


@FUZZ
@given(
    st.integers(0, len(SOUND) - 1).map(lambda length: SOUND[:length])
    | st.tuples(st.integers(0, len(SOUND) - 1), st.integers(0, 255)).map(
        lambda change: SOUND[: change[0]] + bytes([change[1]]) + SOUND[change[0] + 1 :]
    )
)
def test_any_bytes_give_data_or_a_data_error(tmp_path: Path, raw: bytes) -> None:
    """Truncated and changed images never raise anything else."""
    (tmp_path / "a").mkdir(exist_ok=True)
    for name in "01":
        (tmp_path / "a" / f"{name}.png").write_bytes(raw)
    try:
        splits = FolderDataset("toy", str(tmp_path)).load()
    except DataError:
        return
    assert len(splits.train) == len(splits.test) == 1
