"""benchkit: which detector finds which kind of anomaly, how surely, and how fast?

The doors for plugin authors and the functions for users are re-exported here, each imported on first use, so that
``benchkit --help`` answers at once.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from benchkit.api import Comparison, Run, Scoring, compare_runs, load_run, run, score
    from benchkit.contract import (
        ABOVE_ZERO,
        API_VERSION,
        AT_LEAST_ONE,
        LATER,
        AnomalyGenerator,
        Dataset,
        Detector,
        LabelledImages,
        LabelledRows,
        Ranges,
        RemoteFile,
        Rows,
        Scorer,
        Splits,
        SubjectDetector,
        View,
        Work,
    )
    from benchkit.errors import (
        BenchkitError,
        ContractError,
        DataError,
        NotComparableError,
        PluginConflictError,
        PluginError,
        PluginLoadError,
        StoreError,
        Unsupported,
        UsageError,
    )
    from benchkit.hookspecs import hookimpl
    from benchkit.randomness import source_of

__all__ = [
    "ABOVE_ZERO",
    "API_VERSION",
    "AT_LEAST_ONE",
    "LATER",
    "AnomalyGenerator",
    "BenchkitError",
    "Comparison",
    "ContractError",
    "DataError",
    "Dataset",
    "Detector",
    "LabelledImages",
    "LabelledRows",
    "NotComparableError",
    "PluginConflictError",
    "PluginError",
    "PluginLoadError",
    "Ranges",
    "RemoteFile",
    "Rows",
    "Run",
    "Scorer",
    "Scoring",
    "Splits",
    "StoreError",
    "SubjectDetector",
    "Unsupported",
    "UsageError",
    "View",
    "Work",
    "compare_runs",
    "hookimpl",
    "load_run",
    "run",
    "score",
    "source_of",
]

__version__ = "0.1.0"

_API = ("Comparison", "Run", "Scoring", "compare_runs", "load_run", "run", "score")


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'benchkit' has no attribute {name!r}")
    return getattr(importlib.import_module(_home(name)), name)


def _home(name: str) -> str:
    """Return the module that defines a public name."""
    if name in _API:
        return "benchkit.api"
    if name.endswith("Error") or name == "Unsupported":
        return "benchkit.errors"
    return {"hookimpl": "benchkit.hookspecs", "source_of": "benchkit.randomness"}.get(name, "benchkit.contract")
