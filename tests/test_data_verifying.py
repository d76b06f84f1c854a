"""The bytes on the disk are the published ones, or an error says what to do."""

from __future__ import annotations

import dataclasses
import gzip
from pathlib import Path

import pytest
from data_helpers import gzipped, remote

from benchkit import DataError
from benchkit.data import read_raw, verify

RAW = b"published bytes" * 100
FILE = remote(RAW)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return where the raw file belongs."""
    monkeypatch.setenv("BENCHKIT_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("BENCHKIT_CACHE", str(tmp_path / "cache"))
    path = tmp_path / "data" / "toy" / "images"
    path.parent.mkdir(parents=True)
    return path


def test_the_raw_and_the_gzipped_file_give_the_same_bytes(place: Path) -> None:
    """A file is read and verified raw or gzipped, whatever the compression."""
    zipped = place.with_name("images.gz")
    for level in (1, 9):
        zipped.write_bytes(gzip.compress(RAW, level))
        assert read_raw(FILE, download=False) == RAW
        assert verify(FILE) == zipped
    place.write_bytes(RAW)
    assert read_raw(FILE, download=False) == RAW
    assert verify(FILE) == place


def test_an_upper_case_checksum_is_the_same_checksum(place: Path) -> None:
    """Hexadecimal digits compare without regard to case."""
    place.write_bytes(RAW)
    assert verify(dataclasses.replace(FILE, sha256=FILE.sha256.upper())) == place


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"", "0 bytes"),
        (RAW[:-1], "1,499 bytes"),
        (RAW + b"!", "more than 1,500 bytes"),
        (RAW[:-1] + b"!", "SHA-256"),
    ],
)
def test_a_wrong_raw_file_is_named_with_what_mends_it(place: Path, content: bytes, found: str) -> None:
    """Truncated, lengthened and changed files are refused; the message has path, finding and command."""
    place.write_bytes(content)
    with pytest.raises(DataError) as caught:
        read_raw(FILE, download=False)
    message = str(caught.value)
    assert str(place) in message
    assert found in message
    assert "benchkit data fetch toy" in message


@pytest.mark.parametrize(
    "content", [b"", b"no gzip", gzipped(RAW)[:-9], gzipped(RAW)[:-1], gzipped(RAW) + b"trailing", gzipped(RAW[:-1])]
)
def test_a_broken_gzip_file_is_refused(place: Path, content: bytes) -> None:
    """Truncated, corrupt and trailing gzip bytes end as a DataError that names the file."""
    place.with_name("images.gz").write_bytes(content)
    with pytest.raises(DataError, match=r"images\.gz.*benchkit data fetch toy"):
        verify(FILE)


def test_a_gzip_bomb_is_not_unpacked(place: Path) -> None:
    """No more than the published size is unpacked, whatever the file would unfold to."""
    place.with_name("images.gz").write_bytes(gzipped(bytes(50_000_000)))
    with pytest.raises(DataError, match="more than 1,500 bytes"):
        verify(FILE)


def test_a_missing_file_names_the_folders_and_the_command(place: Path) -> None:
    """What is not there is reported with where it was looked for and how to get it."""
    with pytest.raises(DataError) as caught:
        verify(FILE)
    assert str(place.parent.parent) in str(caught.value)
    assert "benchkit data fetch toy" in str(caught.value)


def test_an_unreadable_file_is_a_data_error(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that the system will not open is reported, not raised as an OSError."""
    place.write_bytes(RAW)

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(DataError, match=r"unreadable file.*Permission denied"):
        verify(FILE)
