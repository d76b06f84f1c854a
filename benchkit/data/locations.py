"""Where data files are looked for: the folders of ``BENCHKIT_DATA``, then the user's cache."""

from __future__ import annotations

import os
from pathlib import Path, PurePosixPath

import platformdirs

from benchkit.contract import RemoteFile


def is_offline() -> bool:
    """Tell whether the network must not be touched (``BENCHKIT_OFFLINE`` is set and not ``0``)."""
    return os.environ.get("BENCHKIT_OFFLINE", "") not in ("", "0")


def cache_folder() -> Path:
    """Return the folder that downloads go to: ``BENCHKIT_CACHE``, or else the user's cache for benchkit."""
    chosen = os.environ.get("BENCHKIT_CACHE", "")
    return Path(chosen).expanduser() if chosen else Path(platformdirs.user_cache_dir("benchkit"))


def search_folders() -> list[Path]:
    """Return the folders that are searched, in this order.

    The folders of ``BENCHKIT_DATA`` (several are separated as in ``PATH``), then the user's cache.
    """
    chosen = os.environ.get("BENCHKIT_DATA", "").split(os.pathsep)
    return [*(Path(folder).expanduser() for folder in chosen if folder), cache_folder()]


def find(file: RemoteFile) -> Path | None:
    """Return the first place that holds ``file``, raw or with ``.gz`` behind its name; None when there is none.

    Nothing is opened and nothing downloaded: ``verify`` tells whether the bytes are right.
    """
    for folder in search_folders():
        for candidate in (folder / file.path, folder / f"{file.path}.gz"):
            if os.path.isfile(candidate):  # unlike Path.is_file, False where a folder may not be entered
                return candidate
    return None


def fetch_command(file: RemoteFile) -> str:
    """Return the command that brings ``file``: by convention its first folder is the data set's name."""
    parts = PurePosixPath(file.path).parts
    return f"benchkit data fetch {parts[0] if len(parts) > 1 else 'NAME'}"
