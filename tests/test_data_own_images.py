"""Files, folders, patterns, IDX files and the text form become images like a data set's; what is broken is named."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
import torch
from data_helpers import gzipped, idx_bytes, pixels
from picture_helpers import saved, seven
from PIL import Image

from benchkit import BenchkitError, DataError, LabelledImages, UsageError
from benchkit.data import write_text
from benchkit.data.likeness import Likeness
from benchkit.data.own_images import OwnImages, find_images, read_images

LIKENESS = Likeness(8, 8, "dark", "keep")


def take(*given: str | Path, likeness: Likeness = LIKENESS) -> OwnImages:
    """Find and read."""
    return read_images(find_images(given), likeness)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with three good pictures, and what is no business of anybody's."""
    for name in ("b.png", "a.JPG", "c.jpeg"):
        saved(seven(), tmp_path / name)
    (tmp_path / "notes.md").write_text("not a picture")
    saved(seven(), tmp_path / ".hidden.png")
    (tmp_path / "inner").mkdir()
    saved(seven(), tmp_path / "inner" / "d.png")
    return tmp_path


def test_of_a_folder_the_pictures_in_it_are_taken_by_name(folder: Path) -> None:
    """Neither other files nor hidden ones nor those further down."""
    assert [file.name for file in find_images([folder])] == ["a.JPG", "b.png", "c.jpeg"]


def test_patterns_reach_where_they_say(folder: Path) -> None:
    """Also into folders within folders."""
    assert [file.name for file in find_images([str(folder / "?.p*")])] == ["b.png"]
    assert [file.name for file in find_images([f"{folder}/**/*.png"])] == ["b.png", "d.png"]


def test_what_is_named_twice_is_read_once(folder: Path) -> None:
    """By its own name and by its folder's; the order is that in which they are named."""
    assert [file.name for file in find_images([folder / "c.jpeg", folder])] == ["c.jpeg", "a.JPG", "b.png"]


def test_a_file_whose_name_looks_like_a_pattern_is_a_file(tmp_path: Path) -> None:
    """What is there is not searched for."""
    path = saved(seven(), tmp_path / "a[1].png")
    assert find_images([path]) == [path]


@pytest.mark.parametrize(
    ("given", "error", "said"),
    [
        ("none.png", DataError, r"none\.png: got no such file or folder; expected a PNG"),
        ("*.gif", UsageError, r"\*\.gif': the pattern matches no file"),
        ("empty", DataError, r"empty: got an empty folder; .*FOLDER/\*/\*\.png"),
        ("others", DataError, r"others: got no pictures among 1 entries"),
    ],
)
def test_what_names_nothing_says_so(
    given: str, error: type[BenchkitError], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A missing file, a pattern without a match, an empty folder, a folder of other things."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    (tmp_path / "others").mkdir()
    (tmp_path / "others" / "a.txt").write_text("")
    with pytest.raises(error, match=said):
        find_images([given])
    with pytest.raises(UsageError, match="images: got none"):
        find_images([])


def test_broken_files_among_good_ones_are_named_and_the_others_read(folder: Path) -> None:
    """In their order, each with what to do."""
    (folder / "aa.png").write_bytes(b"\x89PNG\r\n\x1a\n and no more")
    (folder / "bb.png").write_text("a text")
    (folder / "cc.png").write_bytes(b"")
    saved(Image.new("L", (1, 1)), folder / "dd.png")
    own = take(folder)
    assert [Path(image.file).name for image in own.images] == ["a.JPG", "b.png", "c.jpeg"]
    assert [Path(each.file).name for each in own.refused] == ["aa.png", "bb.png", "cc.png", "dd.png"]
    said = [each.reason for each in own.refused]
    for each, expected in zip(said, ("unreadable picture", "first bytes", "an empty file", "1 × 1"), strict=True):
        assert expected in each
    assert all(each.file in each.reason for each in own.refused)


@pytest.mark.parametrize(
    ("name", "kind"), [("a.gif", "a GIF file"), ("a.bmp", "a BMP file"), ("a.webp", "a WebP file"), ("a.tif", "a TIFF")]
)
def test_pictures_of_other_kinds_are_refused_by_name(name: str, kind: str, tmp_path: Path) -> None:
    """An animated GIF as well: which of its frames is meant, only the user knows."""
    others = {"save_all": True, "append_images": [seven(ink=9)]} if name == "a.gif" else {}
    own = take(saved(seven().convert("RGB"), tmp_path / name, **others))
    assert own.images == ()
    assert kind in own.refused[0].reason
    assert "as PNG" in own.refused[0].reason


def test_a_gif_that_is_called_png_is_none(tmp_path: Path) -> None:
    """The content counts, not the name."""
    path = tmp_path / "a.png"
    seven().save(path, format="GIF")
    assert "a GIF file" in take(path).refused[0].reason


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names here")
def test_nobody_waits_for_a_pipe(tmp_path: Path) -> None:
    """It is no ordinary file."""
    os.mkfifo(tmp_path / "a.png")
    assert "no ordinary file" in take(tmp_path / "a.png").refused[0].reason


@pytest.mark.parametrize("packed", [False, True])
def test_an_idx_file_gives_its_images_with_the_labels_beside_it(packed: bool, tmp_path: Path) -> None:
    """Packed or not; the labels are found by the usual names."""
    images, labels, end = pixels(5, 8, 8), np.arange(5, dtype=np.uint8), ".gz" if packed else ""
    for kind, array in (("images-idx3", images), ("labels-idx1", labels)):
        raw = idx_bytes(array)
        (tmp_path / f"my-{kind}-ubyte{end}").write_bytes(gzipped(raw) if packed else raw)
    own = take(tmp_path / f"my-images-idx3-ubyte{end}")
    np.testing.assert_array_equal(np.stack([image.levels for image in own.images]), images)
    assert [(image.place, image.label) for image in own.images] == [(number, number) for number in range(5)]
    assert all(image.steps == () for image in own.images)


def test_an_idx_file_alone_has_no_labels(tmp_path: Path) -> None:
    """And nobody makes any up."""
    (tmp_path / "digits").write_bytes(idx_bytes(pixels(2, 8, 8)))
    assert [image.label for image in take(tmp_path / "digits").images] == [None, None]


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (idx_bytes(np.arange(4, dtype=np.uint8)), "expected images, N×H×W"),
        (idx_bytes(pixels(2, 8, 8))[:-1], "expected 144 bytes"),
        (gzipped(idx_bytes(pixels(2, 8, 8)))[:-9], "broken gzip data"),
        (idx_bytes(pixels(2, 1, 1)), "1 × 1 pixels"),
    ],
)
def test_a_broken_idx_file_is_refused(raw: bytes, said: str, tmp_path: Path) -> None:
    """Labels instead of images, truncated, badly packed, too small."""
    path = tmp_path / "a-idx3-ubyte"
    path.write_bytes(raw)
    (refused,) = take(path).refused
    assert said in refused.reason
    assert str(path) in refused.reason


def test_labels_that_do_not_fit_are_named(tmp_path: Path) -> None:
    """The file of labels, not that of the images."""
    (tmp_path / "images-idx3").write_bytes(idx_bytes(pixels(5, 8, 8)))
    (tmp_path / "labels-idx1").write_bytes(idx_bytes(np.arange(4, dtype=np.uint8)))
    assert "labels-idx1: got labels of shape (4,)" in take(tmp_path / "images-idx3").refused[0].reason


def test_a_packed_file_that_unfolds_without_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The limit is looked at while it is unpacked."""
    monkeypatch.setattr("benchkit.data.own_images._MOST_BYTES", 1000)
    (tmp_path / "a.gz").write_bytes(gzipped(b"\0" * 100_000))
    assert "expected at most 1,000 bytes" in take(tmp_path / "a.gz").refused[0].reason


def test_the_text_form_comes_with_its_labels(tmp_path: Path) -> None:
    """As `benchkit.data.write_text` writes it."""
    images = LabelledImages(torch.from_numpy(pixels(3, 8, 8))[:, None], torch.tensor([7, 0, 7]))
    write_text(tmp_path / "a.txt", images)
    own = take(tmp_path / "a.txt")
    np.testing.assert_array_equal(np.stack([image.levels for image in own.images]), pixels(3, 8, 8))
    assert [image.label for image in own.images] == [7, 0, 7]
    (tmp_path / "b.txt").write_text("hello\n")
    assert "line 1" in take(tmp_path / "b.txt").refused[0].reason


def test_one_file_has_one_polarity(tmp_path: Path) -> None:
    """A bright image among the dark ones of an IDX file is not inverted; a bright picture by itself is."""
    levels = np.zeros((5, 8, 8), np.uint8)
    levels[2] = 255
    (tmp_path / "all").write_bytes(idx_bytes(levels))
    likeness = Likeness(8, 8, "dark")
    assert [int(image.levels.max()) for image in take(tmp_path / "all", likeness=likeness).images] == [0, 0, 255, 0, 0]
    path = saved(Image.fromarray(levels[2]), tmp_path / "one.png")
    assert take(path, likeness=likeness).images[0].levels.max() == 0
