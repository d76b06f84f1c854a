"""Writes a distribution for a new plugin, and says what to do with it."""

from __future__ import annotations

import os
import shlex
from pathlib import Path

from benchkit.registry import load_registry
from benchkit.scaffold.naming import Names
from benchkit.scaffold.rendering import files_of, rendered
from benchkit.scaffold.taken import check_free
from benchkit.scaffold.writing import check_place, write_folder


def write_distribution(names: Names, into: Path) -> Path:
    """Write a distribution with a small plugin that works, its tests, a README and a CI workflow.

    Args:
        names: what it is called.
        into: where its folder is made.

    Returns:
        The folder.

    Raises:
        UsageError: a name is taken, the folder is there already or cannot be made. Nothing is left.
    """
    folder = into / names.distribution
    check_place(folder)
    check_free(names, load_registry())  # seconds: plugins import torch
    write_folder(folder, files_of(names))
    return folder


def next_steps(names: Names, folder: Path) -> str:
    """Return what to type next, a command a line: install, run, check."""
    place = os.path.join(folder.parent, folder.name)  # keeps the "./" by which pip knows a folder
    return rendered("next_steps", names, place=shlex.quote(place))
