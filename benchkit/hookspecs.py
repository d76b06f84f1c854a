"""The four hooks through which every plugin, built in or not, offers what it has.

A plugin is a module (or object) announced under the entry-point group ``benchkit``, or a file given with
``--plugin``. It marks its functions with ``benchkit.hookimpl``. Each hook returns an iterable of objects from
``benchkit.contract``.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import pluggy

if TYPE_CHECKING:
    from benchkit.contract import AnomalyGenerator, Dataset, Detector, View

PROJECT = "benchkit"
"""Entry-point group and pluggy project name."""

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)
"""Marks a plugin's function as the implementation of the hook of the same name."""


@hookspec
def benchkit_datasets() -> Iterable[Dataset]:
    """Offer data sets. Called once, when the registry is built; nothing may be loaded yet."""
    return ()


@hookspec
def benchkit_views() -> Iterable[View]:
    """Offer views. Called once, when the registry is built; nothing may be trained yet."""
    return ()


@hookspec
def benchkit_detectors() -> Iterable[Detector]:
    """Offer detectors. Called once, when the registry is built; fitting comes later."""
    return ()


@hookspec
def benchkit_anomaly_generators() -> Iterable[AnomalyGenerator]:
    """Offer anomaly generators. Called once, when the registry is built."""
    return ()
