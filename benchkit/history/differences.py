"""In words: what changed from one point to the next, and why two series are not one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from benchkit.history.measured import Measured
from benchkit.history.series import Key
from benchkit.report.labels import natural

_SHOWN = 4


def what_changed(before: Measured, after: Measured) -> Iterator[str]:
    """Yield one phrase for each thing that changed and may explain another number; the protocol is the same."""
    if before.settings_hash != after.settings_hash:
        yield _settings(before.settings, after.settings)
    if before.distribution != after.distribution:
        yield f"plugin {before.distribution or 'unknown'} → {after.distribution or 'unknown'}"


def other_series(before: Key, after: Key) -> str:
    """Return in one sentence why numbers of two keys cannot be compared, though they are shown as the same."""
    reasons = [
        *_protocol(before.protocol, after.protocol),
        *_anomalies(dict(before.parts), dict(after.parts)),
        *([f"timed on {after.machine}, not {before.machine}"] if before.machine != after.machine else []),
    ]
    return f"Not to be compared with the series above: {'; '.join(reasons)}."


def _settings(before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    changed = [name for name in (*before, *(set(after) - set(before))) if before.get(name) != after.get(name)]
    if not changed:
        return "settings changed"
    each = [f"{name} {before.get(name, '—')} → {after.get(name, '—')}" for name in changed[:_SHOWN]]
    return f"settings: {', '.join(each)}{', …' if len(changed) > _SHOWN else ''}"


def _protocol(before: str, after: str) -> Iterator[str]:
    if before != after:
        yield f"another protocol ({after or 'unknown'}, not {before or 'unknown'})"


def _anomalies(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[str]:
    more, less = set(after) - set(before), set(before) - set(after)
    if more or less:
        yield f"other anomalies ({', '.join([*_signed('+', more), *_signed('-', less)])})"
    others = {name for name in set(before) & set(after) if before[name] != after[name]}
    if others:
        yield f"other settings of {', '.join(sorted(others, key=natural))}"


def _signed(sign: str, names: set[str]) -> Iterator[str]:
    ordered = sorted(names, key=natural)
    yield from (f"{sign}{name}" for name in ordered[:_SHOWN])
    if len(ordered) > _SHOWN:
        yield f"{sign}{len(ordered) - _SHOWN} more"
