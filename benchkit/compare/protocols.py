"""Were the cells of two runs measured in the same way? If not, what differs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from benchkit.compare.matching import Pair
from benchkit.results import StoredRun

_SETTINGS = ("threshold", "prevalence")
_NAMED = 3


def protocol_difference(base: StoredRun, head: StoredRun, pairs: Sequence[Pair]) -> str:
    """Return one sentence on cells whose protocol hashes differ: how many, and in what; empty where none do."""
    differing = [pair for pair in pairs if pair.base["protocol"] != pair.head["protocol"]]
    if not differing:
        return ""
    causes = [*_data_and_cuts(base, head, differing), *_anomalies(base, head, differing)]
    return (
        f"The protocol differs on {len(differing)} of {len(pairs)} cells: "
        f"{'; '.join(causes) or 'run.json does not say in what'}."
    )


def _data_and_cuts(base: StoredRun, head: StoredRun, differing: Sequence[Pair]) -> Iterator[str]:
    """Yield what differs in the part of the hash that all cells of a run share."""
    if all(_shared_part(pair.base) == _shared_part(pair.head) for pair in differing):
        return
    for part, names in (("protocol", None), ("settings", _SETTINGS), ("leaks", None)):
        old, new = _part(base, part), _part(head, part)
        for name in names or dict.fromkeys([*old, *new]):
            if name != "hash" and old.get(name) != new.get(name):
                named = f"what {name} leaks" if part == "leaks" else name
                yield f"{named} is {old.get(name)} in BASE and {new.get(name)} in HEAD"


def _anomalies(base: StoredRun, head: StoredRun, differing: Sequence[Pair]) -> Iterator[str]:
    """Yield which anomalies were made in another way."""
    old, new = _part(base, "anomalies"), _part(head, "anomalies")
    names = list(dict.fromkeys(pair.key[2] for pair in differing if _own_part(pair.base) != _own_part(pair.head)))
    for name in names[:_NAMED]:
        changed = settings_difference(old.get(name), new.get(name))
        yield f"{name}: {changed or 'the same settings of a generator of another class or module'}"
    if len(names) > _NAMED:
        yield f"and {len(names) - _NAMED} more anomalies"


def settings_difference(old: Any, new: Any) -> str:
    """Return which settings of a plugin object changed: ``epochs 10 → 1, hidden [16] → [32]``."""
    one, other = (side if isinstance(side, Mapping) else {} for side in (old, new))
    changed = [name for name in dict.fromkeys([*one, *other]) if one.get(name) != other.get(name)]
    return ", ".join(f"{name} {one.get(name)} → {other.get(name)}" for name in changed)


def _shared_part(row: Mapping[str, Any]) -> str:
    return str(row["protocol"]).partition("-")[0]


def _own_part(row: Mapping[str, Any]) -> str:
    return str(row["protocol"]).partition("-")[2]


def _part(run: StoredRun, name: str) -> Mapping[str, Any]:
    part = run.manifest.get(name)
    return part if isinstance(part, dict) else {}
