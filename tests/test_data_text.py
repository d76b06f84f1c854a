"""The text form: `label ** p0 p1 …`."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from data_helpers import FUZZ, labelled, pixels
from hypothesis import given
from hypothesis import strategies as st

from benchkit import DataError, LabelledImages
from benchkit.data import checksum, make_labelled, read_text, split_stratified, to_bytes, to_floats, write_text
from benchkit.data.text import TextDataset


def test_the_form_is_that_of_the_experiment(tmp_path: Path) -> None:
    """One image a line: the label, two stars, 784 pixels from 0 to 255, single blanks."""
    images = pixels(2, 28, 28)
    write_text(tmp_path / "toy.txt", make_labelled(images, torch.tensor([5, 0]).numpy()))
    lines = (tmp_path / "toy.txt").read_text().splitlines()
    assert lines[0] == "5 ** " + " ".join(str(value) for value in images[0].flatten())
    assert [len(line.split(" ")) for line in lines] == [786, 786]


@FUZZ
@given(st.integers(1, 6), st.integers(1, 5), st.integers(0, 999))
def test_what_was_written_is_read(tmp_path: Path, side: int, count: int, label: int) -> None:
    """Pixels and labels come back exactly, for any square size."""
    data = LabelledImages(labelled(count, side=side).images, torch.full((count,), label))
    write_text(tmp_path / "toy.txt", data)
    read = read_text(tmp_path / "toy.txt")
    assert torch.equal(to_floats(read.images), data.images)
    assert torch.equal(read.labels, data.labels)


def test_as_a_data_set_it_is_split_as_always(tmp_path: Path) -> None:
    """The data set of a text file is the stratified split of its images."""
    write_text(tmp_path / "toy.txt", labelled(20))
    assert checksum(TextDataset("toy", str(tmp_path / "toy.txt")).load()) == checksum(split_stratified(labelled(20)))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", "no rows"),
        ("5 ** 1 2 3 4\n5 * 1 2 3 4\n", "line 2 of .*label"),
        ("5 1 2 3 4\n", "line 1 of .*label"),
        ("five ** 1 2 3 4\n", "line 1 of .*label"),
        ("5 **  1 2 3 4\n", "line 1 of .*'' in cell 2"),
        ("5 ** 1 2  3 4\n", "line 1 of .*'' in cell 4"),
        ("5 ** 1 2 3 4\n5 ** 1 2 3\n", "line 2 of .*4 cells"),
        ("5 ** 1 2 3 4\n\n5 ** 1 2 3 4\n", "line 2 of "),
        ("5 ** 1 2 ** 4\n", "line 1 of .*'\\*\\*' in cell 4"),
        ("5 ** 1 2 3 256\n", "a pixel of 256 in image 1"),
        ("-5 ** 1 2 3 4\n", "labels .* from -5"),
        ("5 ** " + " ".join(["0"] * 783) + "\n", r"images of shape \(1, 783\).*784"),
    ],
)
def test_a_wrong_text_names_file_and_place(tmp_path: Path, text: str, found: str) -> None:
    """Whatever is not the form is a DataError with path and line."""
    (tmp_path / "toy.txt").write_text(text)
    with pytest.raises(DataError, match=found) as caught:
        read_text(tmp_path / "toy.txt")
    assert str(tmp_path / "toy.txt") in str(caught.value)


@FUZZ
@given(st.binary(max_size=60) | st.text("0123456789* \n", max_size=60).map(str.encode))
def test_any_bytes_give_images_or_a_data_error(tmp_path: Path, raw: bytes) -> None:
    """No other exception ever leaves the reader, and what it reads it writes back."""
    path = tmp_path / "toy.txt"
    path.write_bytes(raw)
    try:
        images = read_text(path)
    except DataError:
        return
    write_text(path, images)
    assert (to_bytes(read_text(path).images) == to_bytes(images.images)).all()


def test_images_that_are_not_square_cannot_be_written(tmp_path: Path) -> None:
    """The form has no place for a shape, so 2×3 images are refused before a file is made."""
    with pytest.raises(DataError, match="2×3"):
        write_text(tmp_path / "toy.txt", make_labelled(pixels(2, 2, 3), torch.tensor([0, 1]).numpy()))
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_cannot_be_written_is_a_data_error(tmp_path: Path) -> None:
    """A folder that does not exist is named in one paragraph."""
    with pytest.raises(DataError, match=str(tmp_path / "gone" / "toy.txt")):
        write_text(tmp_path / "gone" / "toy.txt", labelled())
