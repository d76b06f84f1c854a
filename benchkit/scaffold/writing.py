"""Writes a new folder as a whole or not at all, and never into one that is there."""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Mapping
from pathlib import Path

from benchkit.errors import UsageError


def check_place(folder: Path) -> None:
    """Raise if a new folder cannot be made there.

    Raises:
        UsageError: something of that name is there, if only a link to nowhere, or the folder that it is to lie in
            is not.
    """
    if os.path.lexists(folder):
        raise UsageError(
            f"{folder}: is there already; expected a new folder, as nothing is ever overwritten. Choose another name "
            "or another place, --into FOLDER, or remove it yourself."
        )
    if not folder.parent.is_dir():
        raise UsageError(
            f"--into {folder.parent}: got no folder; expected one that is there. Make it, or name another."
        )


def write_folder(folder: Path, files: Mapping[str, str]) -> None:
    """Write a new folder: beside its place at first, and there when it is complete.

    Args:
        folder: what is to be made, in a folder that is there.
        files: the text of each file by its path in the folder.

    Raises:
        UsageError: as ``check_place``; or its place cannot be written to.
        OSError: the disk is full. Nothing is left.
    """
    check_place(folder)
    draft = folder.with_name(f".{folder.name}.{uuid.uuid4().hex}.tmp")
    try:
        _make(draft)
        for name, text in files.items():
            path = draft / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
        check_place(folder)  # again: where something came meanwhile, only an empty folder would give way below
        draft.rename(folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _make(draft: Path) -> None:
    try:
        draft.mkdir()
    except OSError as error:
        raise UsageError(
            f"--into {draft.parent}: {error.strerror}; expected a folder that can be written to. Name another."
        ) from error
