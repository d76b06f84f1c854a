"""A request as ``run.json`` keeps it, so that a run can be gone on with by its folder alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

from benchkit.errors import StoreError, UsageError
from benchkit.results import read_manifest
from benchkit.runner.request import Request
from benchkit.runner.settings import RunSettings


def record_request(request: Request) -> dict[str, Any]:
    """Return the request as JSON types; None where an object was given in the place of a name."""
    return {
        "dataset": str(request.dataset) if isinstance(request.dataset, str | Path) else None,
        "detectors": _names(request.detectors),
        "anomalies": _names(request.anomalies),
        "exclude": list(request.exclude),
        "sweeps": {name: dict(fields) for name, fields in request.sweeps.items()},
        "plugin_files": [str(Path(file).absolute()) for file in request.plugin_files],
        "plugin_rules": list(request.plugin_rules),
    }


def _names(given: Sequence[Any]) -> list[str] | None:
    return list(given) if all(isinstance(each, str) for each in given) else None


def recall_request(folder: Path, how: Mapping[str, Any]) -> Request:
    """Return the request of an earlier run.

    Args:
        folder: the run's folder.
        how: the fields of its settings that are to be others this time: jobs, time-out and the like.

    Raises:
        UsageError: there is no run, or its request can't be had from what it left.
        StoreError: it is damaged.
    """
    _, manifest = read_manifest(folder)
    kept, changes = manifest.get("request"), manifest.get("changes")
    if not isinstance(kept, dict):
        raise UsageError(
            f"--resume {folder}: got a run of a benchkit that did not write down what was asked for; expected one that "
            "did (schema 2). Begin a new run."
        )
    if None in kept.values():
        raise UsageError(
            f"--resume {folder}: got a run that was begun from Python with objects; expected names. Go on with it from "
            "Python: benchkit.run(…, resume=FOLDER) with the same objects."
        )
    try:
        return _request(kept, changes if isinstance(changes, dict) else {}, settings_from(manifest, how))
    except (KeyError, TypeError, ValueError) as error:
        raise StoreError(
            f"{folder}: run.json: got a request that can't be read ({type(error).__name__}: {error}); expected what "
            "benchkit wrote. It was edited or damaged: restore it from a copy, or begin a new run."
        ) from error


def _request(kept: Mapping[str, Any], changes: Mapping[str, Any], settings: RunSettings) -> Request:
    return Request(
        dataset=kept["dataset"],
        detectors=tuple(kept["detectors"]),
        anomalies=tuple(kept["anomalies"]),
        exclude=tuple(kept["exclude"]),
        changes=changes,
        sweeps=kept.get("sweeps", {}),
        plugin_files=tuple(Path(file) for file in kept["plugin_files"]),
        plugin_rules=tuple(kept["plugin_rules"]),
        settings=settings,
    )


BEFORE_SCHEMA_4: Mapping[str, Any] = {"timing_noise": 0.0, "batch_sizes": []}
"""What runs did that were begun before these settings were there: every timing spent its budget."""


def settings_from(manifest: Mapping[str, Any], how: Mapping[str, Any]) -> RunSettings:
    """Return an earlier run's settings, its time-out too, but for what is said this time; nobody is beside it now."""
    before = {**BEFORE_SCHEMA_4, **manifest["settings"]}
    kept = {field.name: before[field.name] for field in fields(RunSettings) if field.name in before}
    return RunSettings(
        **{**kept, "seeds": tuple(kept["seeds"]), "batch_sizes": tuple(kept["batch_sizes"]), "beside": None, **how}
    )
