"""``benchkit plugins NAME``: all about one object, and how its settings are changed."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import fields
from fnmatch import fnmatchcase
from itertools import islice
from textwrap import indent
from typing import Any

from benchkit.cli.config import parse_changes, written
from benchkit.errors import UsageError, did_you_mean
from benchkit.registry import KINDS, PluginRecord, Setting, printable

_FLAGS = {"detector": "-d", "anomaly": "-a", "dataset": "--dataset"}


def chosen(records: Sequence[PluginRecord], patterns: Sequence[str], kind: str | None) -> list[PluginRecord]:
    """Return the records of which a name, a group or the name of an offered view fits one of the patterns.

    Args:
        records: what there is, of one kind maybe.
        patterns: names and globs.
        kind: the one kind that is asked for, for the message.

    Raises:
        UsageError: a pattern fits none; close matches and how to list what there is.
    """
    known = {name for record in records for name in _names(record)}
    for pattern in patterns:
        if not any(fnmatchcase(name, pattern) for name in known):
            listing = f"benchkit plugins --kind {kind}" if kind else "benchkit plugins"
            raise UsageError(
                f"plugins: got {pattern!r}; expected the name of {f'one {kind}' if kind else 'an object'}, a group, or "
                f"a pattern that one fits.{did_you_mean(pattern, known)} `{listing}` lists what there is."
            )
    return [
        record for record in records if any(fnmatchcase(name, each) for name in _names(record) for each in patterns)
    ]


def _names(record: PluginRecord) -> set[str]:
    return {record.name, record.group, *record.views} - {""}


def facts(record: PluginRecord) -> str:
    """Return what is known about an object, a line each, below its kind and name."""
    rows = [(label, printable(value)) for label, value in _facts(record) if value]
    parts = [_columns(rows)]
    if record.settings:
        cells = [(each.name, each.type, _shown(each.default), each.range) for each in record.settings]
        parts.append(_columns([("setting", "type", "default", "range"), *cells]))
    parts += [f"change one by: {example}" for example in islice(_examples(record), 1)]
    text = indent("\n\n".join(parts), "  ")
    return f"{record.kind} {printable(record.name)}\n{text}"


def _columns(rows: Sequence[Sequence[str]]) -> str:
    from tabulate import tabulate

    return tabulate(rows, tablefmt="plain", disable_numparse=True)


def _facts(record: PluginRecord) -> Iterator[tuple[str, str]]:
    yield "is", record.about
    yield "looks at", f"{record.view}; elsewhere as {record.name}@VIEW" if record.view else ""
    yield "offers", ", ".join(record.views)
    yield "group", record.group
    flag = _FLAGS.get(record.kind, "")
    asked = f"{flag} {record.name}"
    if record.kind in ("detector", "anomaly"):
        yield "taken", f"by default, or by {asked}" if record.by_default else f"if asked for: {asked}"
    elif flag:
        yield "taken", f"if asked for: {asked}"
    yield "plugin", record.plugin
    yield "distribution", " ".join(filter(None, (record.distribution, record.version)))
    yield "state", record.state
    yield "wrong", record.error


def _shown(value: Any) -> str:
    return printable(written(value))


def _examples(record: PluginRecord) -> Iterator[str]:
    """Yield how ``--set`` would write each setting as it is: its own first, then those that all of its kind have."""
    if record.state != "ok":
        return
    shared = {field.name for kind in KINDS if kind.name == record.kind for field in fields(kind.door)}
    for setting in sorted(record.settings, key=lambda each: each.name in shared):
        if _can_be_written(setting.default):
            yield f"--set {shlex.quote(_assignment(record.name, setting))}"


def _can_be_written(value: Any) -> bool:
    """Return whether ``--set`` takes such a value: no record within the record, and no text for an infinite number."""
    return not isinstance(value, dict) and value not in ("inf", "-inf", "nan")


def _assignment(name: str, setting: Setting) -> str:
    """Return ``NAME.FIELD=VALUE``, the value without quotes where it is understood without."""
    plain = f"{name}.{setting.name}={setting.default}"
    if isinstance(setting.default, str) and parse_changes([plain])[name][setting.name] == setting.default:
        return plain
    return f"{name}.{setting.name}={written(setting.default)}"
