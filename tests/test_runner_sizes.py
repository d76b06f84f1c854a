"""Sizes of memory and of batches as people write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchkit import UsageError
from benchkit.runner import batch_sizes_from, parse_size
from benchkit.runner.sizes import MOST_IMAGES


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("1000000", 10**6),
        ("0", 0),
        ("1k", 10**3),
        ("1kB", 10**3),
        ("1KiB", 2**10),
        ("512MiB", 2**29),
        ("512Mi", 2**29),
        ("4GB", 4 * 10**9),
        ("4 gb", 4 * 10**9),
        ("1.5G", 15 * 10**8),
        ("4.1MB", 41 * 10**5),
        ("0.5GiB", 2**29),
        (" 2T ", 2 * 10**12),
        ("7B", 7),
    ],
)
def test_a_size_is_bytes(text: str, size: int) -> None:
    """Powers of 1,000 and of 1,024, in either case, with a space or without."""
    assert parse_size(text) == size


@pytest.mark.parametrize(
    "text",
    ["", "GB", "-1GB", "4PB", "4GBB", "1e9", "4,5GB", "four", "0x10", ".5G", "4\nGB4", "४GB", "9" * 400,
     "9" * 305 + "TB"],
)  # fmt: skip
def test_what_is_no_size_is_refused(text: str) -> None:
    """The message repeats it and shows sizes."""
    with pytest.raises(UsageError, match=r"memory limit: got .*512MiB"):
        parse_size(text)


@given(text=st.text(max_size=20))
def test_any_text_is_a_size_or_a_usage_error(text: str) -> None:
    """No other exception, and no negative size."""
    try:
        assert parse_size(text) >= 0
    except UsageError:
        return


@pytest.mark.parametrize("given", ["1,64,1024", " 1024, 64 ,1", [64, 1, 1024], (1, 64, 1024)])
def test_sizes_of_batches_are_ascending(given: str | list[int]) -> None:
    """As text or as numbers, in any order."""
    assert batch_sizes_from(given) == (1, 64, 1024)


def test_no_sizes_are_none() -> None:
    """From Python, an empty list asks for nothing."""
    assert batch_sizes_from([]) == ()


@pytest.mark.parametrize(
    "given",
    ["", "0", "-1", "1,,2", "1,1", "1;2", "1.5", "1e3", "many", "१", "9" * 400, str(MOST_IMAGES + 1), [1.0], [True],
     ["1"], [0], [3, 3], [None]],
)  # fmt: skip
def test_what_is_no_size_of_a_batch_is_refused(given: str | list[int]) -> None:
    """The message repeats it and shows how it is written."""
    with pytest.raises(UsageError, match=r"batch sizes: got .*; expected whole numbers .* such as 1,64,1024,16384"):
        batch_sizes_from(given)


@given(text=st.text(max_size=20))
def test_any_text_is_sizes_of_batches_or_a_usage_error(text: str) -> None:
    """No other exception, and no size of nothing."""
    try:
        assert min(batch_sizes_from(text)) >= 1
    except UsageError:
        return
