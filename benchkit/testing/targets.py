"""What ``benchkit check`` is asked about: an object, a plugin, a distribution, or a plugin file."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from benchkit.errors import UsageError, did_you_mean
from benchkit.registry import PluginRecord, Registry, read_alone, select_detectors
from benchkit.testing.conformance import Case, cases_for, cases_in, cases_listed, with_views


def cases_named(targets: Sequence[str], registry: Registry) -> list[Case]:
    """Return the cases of all that is named, each object once.

    Args:
        targets: names or globs of objects, views included; ``NAME@VIEW``, a detector on another view; names of plugins
            or distributions, for all that they offer; paths of plugin files. An object comes before a plugin of the
            same name.
        registry: who is there. The views of the plugin files come before its own.

    Raises:
        UsageError: a name is unknown, or what it names is not available here; there is no such file.
        PluginError: a plugin file cannot be loaded.
    """
    files = {target: read_alone(_existing(target)) for target in targets if is_file(target)}
    for own in files.values():
        registry = with_views(registry, own)
    found: dict[tuple[str, ...], Case] = {}
    for target in targets:
        cases = cases_in(files[target], registry) if target in files else _named(target, registry)
        for case in cases:
            found.setdefault((case.kind, case.name, case.plugin, case.distribution, case.check), case)
    return list(found.values())


def is_file(target: str) -> bool:
    """Return whether a target is the path of a plugin file, there or not, and no name."""
    return target.endswith(".py") or "/" in target or os.sep in target


def _existing(target: str) -> Path:
    path = Path(target)
    if path.is_dir():
        raise UsageError(
            f"{target}: got a folder; expected a plugin file, or the name of what is installed: `pip install {target}` "
            "first, and name the distribution."
        )
    if not path.is_file():
        raise UsageError(f"{target}: got no such file; expected a plugin file, such as ./mine.py.")
    return path


def _named(target: str, registry: Registry) -> Iterator[Case]:
    if "@" in target:
        for offer in select_detectors(registry, [target]):
            yield from cases_for("detector", offer, registry)
        return
    records = _objects(target, registry) or _of_plugin(target, registry)
    if not records:
        raise UsageError(_unknown(target, registry))
    for record in records:
        if len({each.state for each in records}) == 1:
            registry.check_usable(record.kind, record.name)
        yield from cases_listed(record, registry, registry)


def _objects(target: str, registry: Registry) -> list[PluginRecord]:
    rows = [record for record in registry.plugins if record.kind != "plugin"]
    return [row for row in rows if any(fnmatchcase(name, target) for name in (row.name, *row.views) if name)]


def _of_plugin(target: str, registry: Registry) -> list[PluginRecord]:
    rows = [record for record in registry.plugins if record.state != "left out"]
    return [row for row in rows if _canonical(target) in map(_canonical, (row.plugin, row.distribution))]


def _canonical(name: str) -> str:
    """Return the name as the packaging standard compares names."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _unknown(target: str, registry: Registry) -> str:
    known = dict.fromkeys(_names(registry.plugins))
    left_out = "" if all(row.state != "left out" for row in registry.plugins) else " Some plugins are left out."
    return (
        f"check {target!r}: got a name that nobody has; expected that of an object, a plugin or a distribution, or the "
        f"path of a plugin file.{did_you_mean(target, known)} `benchkit plugins` lists them.{left_out}"
    )


def _names(rows: Iterable[PluginRecord]) -> Iterator[str]:
    for row in rows:
        yield from (name for name in (row.name, *row.views, row.plugin, row.distribution) if name)
