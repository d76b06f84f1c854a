"""Where numbers come from: code, versions, plugins, machine."""

from __future__ import annotations

import importlib.metadata
import os
import subprocess
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from benchkit.registry import Offer, Registry, settings_of

_ENVIRONMENT = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OMP_WAIT_POLICY", "GOMP_SPINCOUNT", "CUBLAS_WORKSPACE_CONFIG")
_LIBRARIES = ("benchkit", "torch", "numpy", "scikit-learn", "pandas", "pluggy")


def now() -> str:
    """Return the time in UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def provenance(registry: Registry, hardware: dict[str, Any]) -> dict[str, Any]:
    """Return the part of ``run.json`` that says what made the numbers."""
    return {
        "git": _git(),
        "versions": {name: _version(name) for name in _LIBRARIES},
        "hardware": hardware,
        "environment": {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ},
        "plugins": sorted({_origin(record) for record in registry.plugins if record.state == "ok"}),
        "problems": [str(problem) for problem in registry.problems],
    }


def settings_by_name(offers: Iterable[Offer[Any]]) -> dict[str, dict[str, Any]]:
    """Return the settings of plugin objects as they ran."""
    return {offer.item.name: settings_of(offer.item) for offer in offers}


def _origin(record: Any) -> str:
    return " ".join(part for part in (record.plugin, record.distribution, record.version) if part)


def _version(distribution: str) -> str:
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return ""


def _git() -> dict[str, Any] | None:
    """Return commit and dirty flag of the working folder; None outside a git checkout."""
    commit = _ask_git("rev-parse", "HEAD")
    if commit is None:
        return None
    return {"commit": commit, "dirty": bool(_ask_git("status", "--porcelain", "--untracked-files=no"))}


def _ask_git(*arguments: str) -> str | None:
    try:
        answer = subprocess.run(("git", *arguments), capture_output=True, text=True, timeout=10, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    return answer.stdout.strip()
