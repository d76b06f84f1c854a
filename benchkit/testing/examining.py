"""What happens inside the worker process of ``benchkit check``: plugins are loaded, and checks carried out."""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NoReturn

from benchkit.errors import BenchkitError
from benchkit.registry import load_registry, read_alone
from benchkit.runner.surroundings import surroundings_kept
from benchkit.testing.checks import Finding
from benchkit.testing.conformance import Case
from benchkit.testing.targets import cases_named


@dataclass(frozen=True)
class Asked:
    """What is to be checked.

    Attributes:
        targets: as for ``cases_named``.
        files: plugin files that are loaded as well.
        rules: ``no:NAME`` leaves a plugin out.
        folder: what paths are relative to.
    """

    targets: tuple[str, ...]
    files: tuple[Path, ...]
    rules: tuple[str, ...]
    folder: Path


_cases: list[Case] = []  # a worker process has one state, and there is no other place for it


def open_file(path: Path, folder: Path) -> None:
    """Load a plugin file, to see whether the process lives; what is wrong with the file is said by ``read``."""
    os.chdir(folder)
    with surroundings_kept(), contextlib.suppress(BenchkitError):
        read_alone(path)


def read(asked: Asked) -> list[Case]:
    """Load all plugins, and return the cases of what is asked for; they are carried out by ``find``.

    Raises:
        UsageError: as ``cases_named`` and ``load_registry``.
        PluginError: likewise.
    """
    os.chdir(asked.folder)
    with surroundings_kept():
        registry = load_registry(files=asked.files, rules=asked.rules)
        _cases[:] = cases_named(asked.targets, registry)
    return [replace(case, find=_nowhere) for case in _cases]


def find(number: int) -> Finding:
    """Carry out a case by its place in what ``read`` returned; what is said of an error travels, the error does not."""
    return replace(_cases[number].find(), error=None)


def _nowhere() -> NoReturn:
    raise RuntimeError("the case lies in a worker process; expected whoever reads it to ask for it there")
