"""A new folder is written as a whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from benchkit.errors import UsageError
from benchkit.scaffold.writing import write_folder

FILES = {"a.py": "ä\n", "tests/b.py": "b\n", "c.md": "c\n"}


class Meanwhile(dict[str, str]):
    """Files during whose writing something else happens."""

    def __init__(self, happens: Any) -> None:
        super().__init__(FILES)
        self._happens = happens

    def items(self) -> Iterator[tuple[str, str]]:  # type: ignore[override]
        """Let it happen before the last one."""
        yield from list(super().items())[:-1]
        self._happens()
        yield from list(super().items())[-1:]


def test_every_file_is_there_in_utf_8(tmp_path: Path) -> None:
    """In folders of their own, with nothing beside them, open to whom the user lets in."""
    write_folder(tmp_path / "new", FILES)
    assert os.listdir(tmp_path) == ["new"]
    found = {path.relative_to(tmp_path / "new").as_posix() for path in (tmp_path / "new").rglob("*.*")}
    assert found == set(FILES)
    assert (tmp_path / "new" / "a.py").read_bytes() == "ä\n".encode()
    (tmp_path / "other").mkdir()
    assert (tmp_path / "new").stat().st_mode == (tmp_path / "other").stat().st_mode


@pytest.mark.parametrize("there", ["folder", "file", "link", "dangling"])
def test_nothing_that_is_there_is_overwritten(tmp_path: Path, there: str) -> None:
    """A folder, if only an empty one, a file, a link, if only to nowhere."""
    place = tmp_path / "new"
    if there == "folder":
        place.mkdir()
    elif there == "file":
        place.write_text("mine")
    else:
        place.symlink_to(tmp_path if there == "link" else tmp_path / "nowhere")
    with pytest.raises(UsageError, match=r"new: is there already; expected a new folder.*Choose another name"):
        write_folder(place, FILES)
    assert os.listdir(tmp_path) == ["new"]
    assert place.is_symlink() == (there in ("link", "dangling"))


@pytest.mark.parametrize("parent", ["nowhere", "file"])
def test_a_place_that_is_no_folder_is_refused(tmp_path: Path, parent: str) -> None:
    """It is not made either: the name may be a mistake."""
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match=rf"--into .*{parent}: got no folder; expected one that is there"):
        write_folder(tmp_path / parent / "new", FILES)
    assert os.listdir(tmp_path) == ["file"]


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="needs a folder that nobody can write to")
def test_a_place_that_cannot_be_written_to_is_refused() -> None:
    """As in the system's own words."""
    with pytest.raises(UsageError, match=r"--into /proc: .+; expected a folder that can be written to"):
        write_folder(Path("/proc/new"), FILES)


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_of_what_could_not_be_finished_nothing_is_left(tmp_path: Path, error: BaseException) -> None:
    """A full disk, Ctrl-C."""

    def fail() -> None:
        raise error

    with pytest.raises(type(error)):
        write_folder(tmp_path / "new", Meanwhile(fail))
    assert os.listdir(tmp_path) == []


def test_what_comes_meanwhile_is_kept(tmp_path: Path) -> None:
    """Somebody else makes the folder while it is written."""
    place = tmp_path / "new"

    def come() -> None:
        place.mkdir()
        (place / "theirs").touch()

    with pytest.raises(UsageError, match="is there already"):
        write_folder(place, Meanwhile(come))
    assert os.listdir(tmp_path) == ["new"]
    assert os.listdir(place) == ["theirs"]
