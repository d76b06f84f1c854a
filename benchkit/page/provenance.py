"""Where a run's numbers come from, as lists of facts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from benchkit.registry import printable
from benchkit.report.formats.parts import one_line
from benchkit.results import StoredRun


@dataclass(frozen=True)
class Facts:
    """One list of facts.

    Attributes:
        title: what they are about.
        rows: name and value of each.
    """

    title: str
    rows: tuple[tuple[str, str], ...]


def facts_of(run: StoredRun) -> list[Facts]:
    """Return what ``run.json`` says of code, machine, protocol and settings; lists without any fact are left out."""
    manifest = run.manifest
    ran = {name: manifest.get(name) for name in ("state", "started", "finished", "cells", "seconds")}
    found = [
        _facts("Run", {"id": run.folder.absolute().name, **ran}),
        _facts("Code", _code(manifest)),
        _facts("Hardware", manifest.get("hardware")),
        _facts("Protocol", manifest.get("protocol")),
        _facts("Settings", manifest.get("settings")),
        _facts("Changed settings of plugins", manifest.get("changes")),
        _facts("Environment", manifest.get("environment")),
    ]
    return [each for each in found if each.rows]


def _code(manifest: Mapping[str, Any]) -> dict[str, Any]:
    git, versions = manifest.get("git"), manifest.get("versions")
    known = dict(git) if isinstance(git, Mapping) else {}
    if "dirty" in known:
        known["dirty"] = "yes: files were changed since the commit" if known["dirty"] else "no"
    return {**{f"git {name}": value for name, value in known.items()}, **_mapping(versions)}


def _mapping(found: object) -> dict[str, Any]:
    return {str(name): value for name, value in found.items()} if isinstance(found, Mapping) else {}


def _facts(title: str, found: object) -> Facts:
    return Facts(title, tuple((one_line(name.replace("_", " ")), _said(value)) for name, value in _known(found)))


def _known(found: object) -> list[tuple[str, Any]]:
    return [(name, value) for name, value in _mapping(found).items() if value not in (None, "", [], {})]


def _said(value: object) -> str:
    if isinstance(value, Mapping):
        return printable(", ".join(f"{name} {_said(inner)}" for name, inner in value.items()))
    if isinstance(value, list | tuple):
        return printable(", ".join(_said(each) for each in value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:,.6g}" if isinstance(value, float) else printable(str(value))


def plugins_of(run: StoredRun) -> list[dict[str, str]]:
    """Return each detector with what it looks at, the plugin that offers it, its distribution and its settings."""
    fields = ["detector", "view", "plugin", "distribution", "settings"]
    kinds = run.cells[fields].astype(str).drop_duplicates().to_dict("records")
    return [{str(name): one_line(str(value)) for name, value in kind.items()} for kind in kinds]


def others_of(run: StoredRun) -> list[str]:
    """Return the plugins that were there as ``run.json`` lists them: name, distribution and version."""
    found = run.manifest.get("plugins")
    return [one_line(str(each)) for each in found] if isinstance(found, list) else []


def problems_of(run: StoredRun) -> list[str]:
    """Return what was wrong with plugins when the run began, and what was mended when it was read."""
    found = run.manifest.get("problems")
    listed = [str(each) for each in found] if isinstance(found, list) else []
    return [printable(each) for each in (*listed, *run.notes)]
