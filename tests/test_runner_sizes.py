"""Sizes as people write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchkit import UsageError
from benchkit.runner import parse_size


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
        ("0.5GiB", 2**29),
        (" 2T ", 2 * 10**12),
        ("7B", 7),
    ],
)
def test_a_size_is_bytes(text: str, size: int) -> None:
    """Powers of 1,000 and of 1,024, in either case, with a space or without."""
    assert parse_size(text) == size


@pytest.mark.parametrize(
    "text", ["", "GB", "-1GB", "4PB", "4GBB", "1e9", "4,5GB", "four", "0x10", ".5G", "4\nGB4", "४GB", "9" * 400]
)
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
