"""benchkit: which detector finds which kind of anomaly, how surely, and how fast?

The doors for plugin authors and the two functions for users are re-exported here. ``run``, ``load_run`` and
``Run`` are imported on first use, so that ``import benchkit`` and ``benchkit --help`` do not import torch.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from benchkit.contract import (
    API_VERSION,
    AnomalyGenerator,
    Dataset,
    Detector,
    LabelledImages,
    RemoteFile,
    Scorer,
    Splits,
    View,
)
from benchkit.errors import (
    BenchkitError,
    ContractError,
    DataError,
    PluginConflictError,
    PluginError,
    PluginLoadError,
    StoreError,
    Unsupported,
    UsageError,
)
from benchkit.hookspecs import hookimpl

if TYPE_CHECKING:
    from benchkit.api import Run, load_run, run

__all__ = [
    "API_VERSION",
    "AnomalyGenerator",
    "BenchkitError",
    "ContractError",
    "DataError",
    "Dataset",
    "Detector",
    "LabelledImages",
    "PluginConflictError",
    "PluginError",
    "PluginLoadError",
    "RemoteFile",
    "Run",
    "Scorer",
    "Splits",
    "StoreError",
    "Unsupported",
    "UsageError",
    "View",
    "hookimpl",
    "load_run",
    "run",
]

__version__ = "0.1.0"

_LAZY = {"Run", "load_run", "run"}


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        return getattr(importlib.import_module("benchkit.api"), name)
    raise AttributeError(f"module 'benchkit' has no attribute {name!r}")
