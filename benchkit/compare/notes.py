"""What is worth knowing beside the verdicts: other settings, other versions, runs that did not finish."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from benchkit.compare.matching import Matching
from benchkit.compare.protocols import settings_difference
from benchkit.results import StoredRun

_KINDS = {"detectors": "detector", "views": "view"}
_LIBRARIES = ("benchkit", "torch", "numpy", "scikit-learn")


def notes_on(base: StoredRun, head: StoredRun, matching: Matching) -> tuple[str, ...]:
    """Return one sentence for each thing that a reader of the verdicts should know; may hold text of plugins."""
    return (*_of_reading(base, head), *_settings(base, head), *_versions(base, head), *_left_out(matching))


def _of_reading(base: StoredRun, head: StoredRun) -> Iterator[str]:
    for name, run in (("BASE", base), ("HEAD", head)):
        if run.manifest.get("state", "finished") != "finished":
            yield f"{name} did not finish: cells may be missing. Go on with it: benchkit run --resume {run.folder}"
        yield from (f"{name}: {note}" for note in run.notes)


def _settings(base: StoredRun, head: StoredRun) -> Iterator[str]:
    for field, kind in _KINDS.items():
        old, new = _part(base, field), _part(head, field)
        for name in old:
            if name in new and old[name] != new[name]:
                yield f"The settings of the {kind} {name} changed: {settings_difference(old[name], new[name])}."


def _versions(base: StoredRun, head: StoredRun) -> Iterator[str]:
    old, new = _part(base, "versions"), _part(head, "versions")
    changed = [
        f"{name} {old[name]} → {new[name]}"
        for name in _LIBRARIES
        if name in old and name in new and old[name] != new[name]
    ]
    if changed:
        yield f"Versions differ: {', '.join(changed)}."


def _left_out(matching: Matching) -> Iterator[str]:
    if matching.left_out:
        yield f"{matching.left_out} cells of BASE are not in HEAD, which was made of a part of it (--subset)."


def _part(run: StoredRun, name: str) -> Mapping[str, Any]:
    part = run.manifest.get(name)
    return part if isinstance(part, dict) else {}
