"""The command that makes a run again."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Mapping
from typing import Any

_SETTINGS = (
    "device", "jobs", "threshold", "prevalence", "batch_size", "timing_seconds", "timing_noise", "batch_sizes",
    "timeout", "memory_limit", "device_memory", "executor",
)  # fmt: skip


def command_of(manifest: Mapping[str, Any]) -> str:
    """Return ``benchkit run …`` with what the run was asked for and how; empty where that cannot be said.

    It cannot of a run that was begun from Python with objects in the place of names, of one by a benchkit that did not
    write the request down, and of seeds that ``--seeds`` does not make.
    """
    request, settings = (_mapping(manifest.get(name)) for name in ("request", "settings"))
    seeds = settings.get("seeds", [0])
    if not request or None in request.values() or not isinstance(seeds, list) or seeds != list(range(len(seeds))):
        return ""
    words = ["benchkit", "run", "--dataset", str(request.get("dataset")), *_asked_for(request)]
    words += [f"--set={word}" for word in _changes(_mapping(manifest.get("changes")))]
    words += [f"--sweep={word}" for word in _sweeps(_mapping(request.get("sweeps")))]
    return shlex.join([*words, "--seeds", str(len(seeds)), *_how(settings)])


def _mapping(found: object) -> Mapping[str, Any]:
    return found if isinstance(found, Mapping) else {}


def _listed(found: object) -> list[Any]:
    return found if isinstance(found, list) else []


def _asked_for(request: Mapping[str, Any]) -> Iterator[str]:
    options = {"detectors": "-d", "anomalies": "-a", "exclude": "--exclude", "plugin_files": "--plugin"}
    for name, option in {**options, "plugin_rules": "-p"}.items():
        for each in _listed(request.get(name)):
            yield from (option, str(each))


def _changes(changes: Mapping[str, Any]) -> Iterator[str]:
    for name, fields in changes.items():
        for field, value in _mapping(fields).items():
            yield f"{name}.{field}={_written(value)}"


def _sweeps(sweeps: Mapping[str, Any]) -> Iterator[str]:
    for name, fields in sweeps.items():
        for field, values in _mapping(fields).items():
            yield f"{name}.{field}={','.join(_written(value) for value in _listed(values))}"


def _written(value: object) -> str:
    """Return a value as it is written behind ``=``: JSON's numbers, texts and lists are TOML's; None is ``none``."""
    return "none" if value is None else json.dumps(value, ensure_ascii=False)


def _how(settings: Mapping[str, Any]) -> Iterator[str]:
    for name in _SETTINGS:
        value = settings.get(name)
        if value is not None and value != []:
            text = ",".join(map(str, value)) if isinstance(value, list) else str(value)
            yield from (f"--{name.replace('_', '-')}", text)
    if settings.get("save_scores") is False:
        yield "--no-scores"
