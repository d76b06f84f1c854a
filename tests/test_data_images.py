"""Arrays become images."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from data_helpers import FUZZ, pixels
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as array_strategies
from PIL import Image

from benchkit import DataError
from benchkit.data import make_labelled, resize, to_bytes, to_floats, to_images, to_levels


def test_every_8_bit_value_is_divided_by_255_and_comes_back() -> None:
    """The 256 values become value/255 in float32, exactly, and to_bytes undoes it."""
    values = np.arange(256, dtype=np.uint8).reshape(1, 16, 16)
    images = to_images(values)
    assert images.dtype == torch.float32
    np.testing.assert_array_equal(images[0, 0].numpy(), values[0].astype(np.float32) / np.float32(255))
    np.testing.assert_array_equal(to_bytes(images)[0], values)


def test_grey_levels_become_the_same_floats_wherever_they_are_put() -> None:
    """Into a tensor of their own or into one that is there, each level is level/255, and comes back."""
    levels = torch.arange(256, dtype=torch.uint8)
    room = torch.empty(256)
    assert to_floats(levels, out=room).data_ptr() == room.data_ptr()
    np.testing.assert_array_equal(room.numpy(), np.arange(256, dtype=np.float32) / np.float32(255))
    assert torch.equal(to_floats(levels), room)
    assert torch.equal(to_levels(room), levels)


@pytest.mark.parametrize("shape", [(10, 5, 5), (10, 1, 5, 5), (10, 5, 5, 1), (10, 25)])
@pytest.mark.parametrize("dtype", [np.uint8, np.int64, ">i2"])
def test_all_accepted_shapes_and_integers_give_the_same_images(shape: tuple[int, ...], dtype: object) -> None:
    """Channel first, channel last, none, or flat: the images are the same."""
    array = pixels(10, 5, 5)
    assert torch.equal(to_images(array.reshape(shape).astype(dtype)), to_images(array))


@pytest.mark.parametrize("dtype", [np.float16, np.float32, ">f8"])
def test_floats_from_0_to_1_are_kept(dtype: object) -> None:
    """Floating-point pixels in [0, 1] are taken as they are."""
    assert to_images(np.array([[[0, 0.25], [0.5, 1]]], dtype=dtype)).flatten().tolist() == [0, 0.25, 0.5, 1]


def test_the_input_is_neither_changed_nor_shared() -> None:
    """Writing into the images leaves the array alone, even one that may not be written."""
    array = np.full((1, 2, 2), 0.5, dtype=np.float32)
    array.flags.writeable = False
    to_images(array).zero_()
    assert array.min() == 0.5


@pytest.mark.parametrize(
    ("array", "found"),
    [
        (np.zeros((0, 4, 4), np.uint8), r"shape \(0, 4, 4\)"),
        (np.zeros((2, 783), np.uint8), r"shape \(2, 783\)"),
        (np.zeros((2, 0), np.uint8), r"shape \(2, 0\)"),
        (np.zeros((2, 3, 4, 4), np.uint8), r"shape \(2, 3, 4, 4\)"),
        (np.zeros(4, np.uint8), r"shape \(4,\)"),
        (np.zeros((1, 2, 2), bool), "type bool"),
        (np.zeros((1, 2, 2), complex), "type complex128"),
        (np.full((1, 2, 2), "a"), "type <U1"),
        (np.array([[[0, 256]]]), "a pixel of 256 in image 1"),
        (np.array([[[0, 0]], [[-1, 0]]]), "a pixel of -1 in image 2"),
        (np.array([[[0.0, 1.5]]]), "a pixel of 1.5 in image 1"),
        (np.array([[[0.0, np.nan]]]), "a pixel of nan in image 1"),
        (np.array([[[0.0, np.inf]]]), "a pixel of inf in image 1"),
    ],
)
def test_what_is_no_image_is_refused(array: np.ndarray, found: str) -> None:
    """Wrong shapes, types and ranges are DataErrors that say what was found."""
    with pytest.raises(DataError, match=f"here: got .*{found}"):
        to_images(array, where="here")


@FUZZ
@given(
    array_strategies.arrays(
        array_strategies.scalar_dtypes(), array_strategies.array_shapes(min_dims=0, max_dims=5, max_side=3)
    )
)
def test_any_array_gives_images_in_range_or_a_data_error(array: np.ndarray) -> None:
    """Whatever the array, the images are float32 N×1×H×W in [0, 1], or there is a DataError."""
    try:
        images = to_images(array)
    except DataError:
        return
    assert images.dtype == torch.float32
    assert images.shape[1] == 1
    assert images.numel() == array.size
    assert images.min() >= 0
    assert images.max() <= 1


@pytest.mark.parametrize(
    "labels",
    [
        np.array([0, 1, -1]),
        np.array([0, 1]),
        np.array([[0], [1], [2]]),
        np.array([0.0, 1.0, 2.0]),
        np.array([0, 1, 2**63], dtype=np.uint64),
        np.array(["a", "b", "c"]),
    ],
)
def test_labels_that_do_not_fit_are_refused(labels: np.ndarray) -> None:
    """Negative, too few, of another shape or type, or beyond int64: a DataError."""
    with pytest.raises(DataError, match="here: got labels of shape"):
        make_labelled(pixels(3), labels, where="here")


def test_labels_of_any_integer_type_become_int64() -> None:
    """Labels keep their values and become int64."""
    data = make_labelled(pixels(3), np.array([7, 0, 2], dtype=np.uint8))
    assert data.labels.dtype == torch.int64
    assert data.labels.tolist() == [7, 0, 2]


def test_whole_numbers_stay_bytes() -> None:
    """Pixels of any whole type become uint8, those of bytes without a copy; floats stay floats."""
    array = pixels(3)
    assert np.shares_memory(make_labelled(array, np.arange(3)).images.numpy(), array)
    wide = make_labelled(array.astype(">i4"), np.arange(3)).images
    assert wide.dtype == torch.uint8
    np.testing.assert_array_equal(wide[:, 0].numpy(), array)
    assert make_labelled(array / 255, np.arange(3)).images.dtype == torch.float32


def test_grey_levels_are_resized_as_their_floats() -> None:
    """The size is what changes, nothing else; at the same size they stay bytes."""
    levels = make_labelled(pixels(3, 8, 8), np.arange(3)).images
    assert torch.equal(resize(levels, 5, 5), resize(to_floats(levels), 5, 5))
    assert resize(levels, 8, 8) is levels


def test_the_same_size_is_returned_as_it_is() -> None:
    """Nothing is computed when nothing is to be resized."""
    images = to_images(pixels())
    assert resize(images, 4, 4) is images


@pytest.mark.parametrize("side", [28, 5, 3])
def test_resizing_agrees_with_pillow(side: int) -> None:
    """Growing and shrinking match Pillow's bilinear filter within rounding."""
    array = pixels(4, 8, 8)
    expected = [np.asarray(Image.fromarray(one).resize((side, side), Image.Resampling.BILINEAR)) for one in array]
    resized = to_bytes(resize(to_images(array), side, side))[:, 0].astype(int)
    assert np.abs(resized - np.stack(expected)).max() <= 1


@FUZZ
@given(st.integers(1, 9), st.integers(1, 9))
def test_resized_images_stay_in_range_and_the_original_as_it_was(height: int, width: int) -> None:
    """Any size gives images in [0, 1]; the input is not changed."""
    images = to_images(pixels(2, 6, 5))
    before = images.clone()
    resized = resize(images, height, width)
    assert resized.shape == (2, 1, height, width)
    assert resized.min() >= 0
    assert resized.max() <= 1
    assert torch.equal(images, before)
