"""Vectors become a data set."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from data_helpers import FUZZ
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as array_strategies

from benchkit import DataError
from benchkit.data import open_dataset, to_levels
from benchkit.data.vectors import begins_with_decimal, parse_vectors, vectors_as_images

VECTORS = np.array([[0.0, -1.5, 6.25], [3.0, 2.0, 1.0], [0.0, 0.0, 0.0], [1e-7, 6.0, -1.0]], np.float32)


@pytest.mark.parametrize(
    ("line", "decimal"),
    [
        ("0.5,1", True), ("-1e-07,2", True), ("3.", True), (".5,1", True), ("+2.0E3", True),
        ("5,0.5", False), ("label,0.5", False), ("", False), (".", False), ("-.,1", False), ("e5,1", False),
    ],
)  # fmt: skip
def test_vectors_are_known_by_their_first_number(line: str, decimal: bool) -> None:
    """A label is a whole number; a float has a point or an exponent."""
    assert begins_with_decimal(line) == decimal


@FUZZ
@given(array_strategies.arrays(np.float32, (3, 4), elements=st.floats(width=32, allow_nan=False, allow_infinity=False)))
def test_every_float_comes_back_from_its_shortest_form(vectors: np.ndarray) -> None:
    """The same bits, as export-view writes them."""
    lines = [",".join(map(str, row)) for row in vectors]
    np.testing.assert_array_equal(parse_vectors(lines, where="here"), vectors)


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (["0.5,1", "0.5"], "line 8 of here: got '0.5'; expected 2 numbers"),
        (["0.5,1", "0.5,x"], "line 8 of here"),
        (["0.5,1", "0.5,nan"], "line 8 of here"),
        (["0.5,", "0.5,1"], "cells that are no numbers"),
        (["0.5,1-2"], "cells that are no numbers"),
        (["5.0,0.0,1.0,2.0,3.0", "7.0,0.1,1.0,2.0,3.0"], "looks like labels of square images"),
    ],
)
def test_what_are_no_vectors_is_refused(lines: list[str], said: str) -> None:
    """Ragged lines, words, and a table of labelled images whose numbers were all written as floats."""
    with pytest.raises(DataError, match=said):
        parse_vectors(lines, where="here", first_line=7)


def test_one_linear_map_brings_all_numbers_to_the_range_of_pixels() -> None:
    """The lowest is 0, the highest 1, and what was equally far apart still is."""
    data = vectors_as_images(VECTORS)
    assert data.images.shape == (4, 1, 1, 3)
    np.testing.assert_allclose(data.images[:, 0, 0].numpy(), (VECTORS + 1.5) / 7.75, atol=1e-6)
    assert data.labels.tolist() == [0] * 4


def test_labels_are_kept_and_more_dimensions_become_one() -> None:
    """Such as the maps of a convolution."""
    data = vectors_as_images(np.arange(24.0).reshape(2, 3, 2, 2), np.array([4, 1]))
    assert data.images.shape == (2, 1, 1, 12)
    assert data.labels.tolist() == [4, 1]


def test_numbers_that_are_all_the_same_are_an_empty_image() -> None:
    """Nothing is divided by nothing."""
    assert vectors_as_images(np.full((3, 2), 7.5)).images.max() == 0


@pytest.mark.parametrize(
    "vectors", [np.zeros(3), np.zeros((0, 3)), np.array([[np.nan, 1]]), np.array([[np.inf, 1]]), np.array([[1e300, 1]])]
)
def test_what_cannot_be_mapped_is_refused(vectors: np.ndarray) -> None:
    """No rows, and what is not finite or no float32."""
    with pytest.raises(DataError, match="here: got vectors of shape"):
        vectors_as_images(vectors, where="here")


def test_both_kinds_of_file_are_data_sets(tmp_path: Path) -> None:
    """A CSV of floats, and an ``.npz`` with rows and labels: the same images."""
    rows = np.random.default_rng(0).normal(size=(20, 32)).astype(np.float32)
    (tmp_path / "a.csv").write_text("".join(",".join(map(str, row)) + "\n" for row in rows))
    np.savez(tmp_path / "a.npz", rows=rows, labels=np.zeros(20, int))
    loaded = [open_dataset(tmp_path / name).load() for name in ("a.csv", "a.npz")]
    for splits in loaded:
        assert splits.train.images.shape == (16, 1, 1, 32)
    assert np.array_equal(to_levels(loaded[0].test.images).numpy(), to_levels(loaded[1].test.images).numpy())
