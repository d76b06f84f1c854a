"""Downloading, against real web servers on this machine."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from data_helpers import Mirror, gzipped, remote, running_mirror

from benchkit import DataError
from benchkit.data import fetch, read_raw

RAW = bytes(range(256)) * 40


@pytest.fixture(scope="module")
def server() -> Iterator[Mirror]:
    """Run one web server for the whole module."""
    with running_mirror() as mirror:
        yield mirror


@pytest.fixture
def mirror(server: Mirror, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Mirror:
    """Return an empty mirror; the cache is empty as well, and no time is lost between two tries."""
    server.pages.clear()
    server.asked.clear()
    monkeypatch.setenv("BENCHKIT_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("BENCHKIT_DATA", raising=False)
    monkeypatch.delenv("BENCHKIT_OFFLINE", raising=False)
    monkeypatch.setattr("pooch.core.time.sleep", lambda _seconds: None)
    return server


def dead_address() -> str:
    """Return an address on this machine where nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}/images.gz"


def everything_in(folder: Path) -> list[Path]:
    """Return all files below a folder."""
    return sorted(path for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("packed", [True, False])
def test_a_file_is_brought_once_and_lies_raw_in_the_cache(mirror: Mirror, tmp_path: Path, packed: bool) -> None:
    """Gzipped or raw, the download ends as the raw file; the second fetch asks nobody."""
    url = mirror.serve("images.gz" if packed else "images", gzipped(RAW) if packed else RAW)
    expected = tmp_path / "cache" / "toy" / "images"
    assert fetch(remote(RAW, url)) == expected
    assert expected.read_bytes() == RAW
    assert fetch(remote(RAW, url)) == expected
    assert len(mirror.asked) == 1
    assert everything_in(tmp_path) == [expected]


def test_the_next_mirror_serves_when_others_are_down_gone_or_corrupt(mirror: Mirror, tmp_path: Path) -> None:
    """A dead server, a 404, garbage, truncated gzip and other bytes are passed over for the mirror that works."""
    file = remote(
        RAW,
        dead_address(),
        f"{mirror.url}/gone.gz",
        mirror.serve("garbage.gz", b"<html>log in first</html>"),
        mirror.serve("truncated.gz", gzipped(RAW)[:-20]),
        mirror.serve("other.gz", gzipped(RAW[::-1])),
        mirror.serve("good.gz", gzipped(RAW)),
    )
    assert read_raw(file, download=True) == RAW
    assert mirror.asked[-1] == "/good.gz"
    assert len(everything_in(tmp_path)) == 1


def test_a_mirror_that_stumbles_once_is_asked_again(mirror: Mirror) -> None:
    """One bad answer is retried on the same mirror before the next one is tried."""
    url = mirror.serve("images.gz", gzipped(RAW)[:50], gzipped(RAW))
    assert fetch(remote(RAW, url)).read_bytes() == RAW
    assert mirror.asked == ["/images.gz", "/images.gz"]


def test_a_gz_address_that_was_unpacked_on_the_way_serves_as_well(mirror: Mirror) -> None:
    """Some servers send .gz files unpacked; what counts is the checksum of the raw bytes."""
    assert fetch(remote(RAW, mirror.serve("images.gz", RAW))).read_bytes() == RAW


def test_when_all_mirrors_fail_each_is_named_and_nothing_is_left(mirror: Mirror, tmp_path: Path) -> None:
    """The error lists every address with its reason and the command; no partial file stays behind."""
    gone, corrupt = f"{mirror.url}/gone.gz", mirror.serve("corrupt.gz", gzipped(RAW[1:]))
    with pytest.raises(DataError) as caught:
        fetch(remote(RAW, gone, corrupt))
    message = str(caught.value)
    assert f"{gone}: 404" in message
    assert f"{corrupt}: SHA256 hash" in message
    assert "benchkit data fetch toy" in message
    assert everything_in(tmp_path) == []


def test_a_mirror_cannot_fill_the_disk(mirror: Mirror, tmp_path: Path) -> None:
    """A body much longer than the file is cut off."""
    url = mirror.serve("images", bytes(10_000_000))
    with pytest.raises(DataError, match="more bytes than the file has"):
        fetch(remote(RAW, url))
    assert everything_in(tmp_path) == []


def test_offline_nothing_is_asked_and_the_command_is_named(mirror: Mirror, monkeypatch: pytest.MonkeyPatch) -> None:
    """With BENCHKIT_OFFLINE no connection is made, even where a mirror would serve."""
    file = remote(RAW, mirror.serve("images.gz", gzipped(RAW)))
    monkeypatch.setenv("BENCHKIT_OFFLINE", "1")
    for call in (lambda: fetch(file), lambda: read_raw(file, download=True)):
        with pytest.raises(DataError, match=r"off limits.*benchkit data fetch toy"):
            call()
    assert mirror.asked == []


def test_offline_a_file_that_is_here_is_served(mirror: Mirror, monkeypatch: pytest.MonkeyPatch) -> None:
    """Off the network, what was fetched before is still read."""
    file = remote(RAW, mirror.serve("images.gz", gzipped(RAW)))
    fetch(file)
    monkeypatch.setenv("BENCHKIT_OFFLINE", "1")
    assert read_raw(file, download=True) == RAW


def test_a_wrong_file_in_the_cache_is_replaced(mirror: Mirror, tmp_path: Path) -> None:
    """Fetching mends a truncated cached file; reading alone says so and downloads nothing."""
    file = remote(RAW, mirror.serve("images.gz", gzipped(RAW)))
    cached = tmp_path / "cache" / "toy" / "images"
    cached.parent.mkdir(parents=True)
    cached.write_bytes(RAW[:100])
    with pytest.raises(DataError, match="100 bytes"):
        read_raw(file, download=True)
    assert mirror.asked == []
    assert fetch(file).read_bytes() == RAW


def test_a_wrong_file_of_the_users_is_never_touched(
    mirror: Mirror, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A wrong file below BENCHKIT_DATA is reported and left as it is."""
    file = remote(RAW, mirror.serve("images.gz", gzipped(RAW)))
    theirs = tmp_path / "data" / "toy" / "images"
    theirs.parent.mkdir(parents=True)
    theirs.write_bytes(b"mine")
    monkeypatch.setenv("BENCHKIT_DATA", str(tmp_path / "data"))
    with pytest.raises(DataError, match="Delete it and run"):
        fetch(file)
    assert theirs.read_bytes() == b"mine"
    assert mirror.asked == []


def test_without_download_a_missing_file_is_an_error(mirror: Mirror) -> None:
    """read_raw(download=False) never asks a mirror."""
    with pytest.raises(DataError, match="no such file"):
        read_raw(remote(RAW, mirror.serve("images.gz", gzipped(RAW))), download=False)
    assert mirror.asked == []


def test_a_cache_that_cannot_be_written_is_a_data_error(
    mirror: Mirror, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A cache path that is a file ends as one paragraph that names it."""
    (tmp_path / "file").touch()
    monkeypatch.setenv("BENCHKIT_CACHE", str(tmp_path / "file"))
    with pytest.raises(DataError, match=str(tmp_path / "file")):
        fetch(remote(RAW, mirror.serve("images.gz", gzipped(RAW))))
