"""The kit's way in: what there is to check about a plugin, one case for each object and promise."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

from benchkit.errors import PluginError
from benchkit.registry import (
    KINDS,
    Offer,
    PluginItem,
    PluginRecord,
    Registry,
    given_offer,
    load_registry,
    origin_of,
    printable,
    read_alone,
)
from benchkit.registry.mending import leaving_out
from benchkit.testing import anomalies, datasets, detectors, views
from benchkit.testing.checks import Check, Finding, State, carry_out

OFFERED = "offered"
"""The only case of an object that cannot be examined: it needs what is not installed, or its plugin is broken."""


@dataclass(frozen=True)
class Case:
    """One promise of one object, ready to be checked: ``str(case)`` is ``mean-image: batch-of-one``.

    Attributes:
        kind: ``detector``, ``view``, ``anomaly`` or ``dataset``.
        name: the object's.
        plugin: the plugin that it came in.
        distribution: as in ``Offer``.
        version: as in ``Offer``.
        check: the name of the check.
        protects: what goes wrong where the promise is not kept.
        find: checks it and says what came of it; raises nothing.
    """

    kind: str
    name: str
    plugin: str
    distribution: str
    version: str
    check: str
    protects: str
    find: Callable[[], Finding] = field(repr=False)

    def __str__(self) -> str:
        return f"{self.name}: {self.check}"

    def __call__(self) -> Finding:
        """Check it.

        Returns:
            What came of it where nothing is wrong: it passed, or was not run or is unsupported for the reason given.

        Raises:
            PluginError: the promise is not kept; names the plugin, what was got and expected, and the next step.
        """
        finding = self.find()
        if finding.error is not None:
            raise finding.error
        return finding


@dataclass(frozen=True)
class _Door:
    """How the objects of a kind are examined: the promises, and what they are tried on."""

    checks: tuple[Check[Any], ...]
    specimen: Callable[[Offer[Any], Registry], Any]


_DOORS: Mapping[str, _Door] = {
    "dataset": _Door(datasets.CHECKS, datasets.DatasetSpecimen.of),
    "view": _Door(views.CHECKS, views.ViewSpecimen.of),
    "detector": _Door(detectors.CHECKS, detectors.DetectorSpecimen.of),
    "anomaly": _Door(anomalies.CHECKS, anomalies.AnomalySpecimen.of),
}


def cases_of(plugin: PluginItem | str | os.PathLike[str] | object, *, registry: Registry | None = None) -> list[Case]:
    """Return everything that can be checked about a plugin; nothing is checked yet.

    The cases of one object share what they fit, and those of all objects the views that detectors look at, which are
    trained on the kit's own images: call them in one process.

    Args:
        plugin: a module or another object with hooks, the path of a plugin file, or a single detector, view, anomaly
            generator or data set.
        registry: who offers the views that detectors look at, besides the plugin itself; the installed plugins unless
            it is given.

    Raises:
        UsageError: there is no such file, or the object is none that its door allows.
        PluginError: the plugin cannot be loaded, or a hook returns what its door does not allow.
    """
    registry = load_registry() if registry is None else registry
    kind = _kind_of(plugin)
    if kind is not None:
        offer: Offer[Any] = given_offer(registry, plugin, kind)
        return list(cases_for(kind, offer, registry))
    if isinstance(plugin, (str, os.PathLike)):
        own = read_alone(Path(plugin))
    else:
        name = str(getattr(plugin, "__name__", type(plugin).__name__))
        module = getattr(plugin, "__name__", type(plugin).__module__)
        distribution, version = origin_of(registry, module)
        own = read_alone(plugin, name=name, distribution=distribution, version=version)
    return list(cases_in(own, with_views(registry, own)))


def with_views(registry: Registry, own: Registry) -> Registry:
    """Return the registry in which a plugin's own views come before those of others."""
    return replace(registry, view_offers={**registry.view_offers, **own.view_offers})


def cases_in(own: Registry, registry: Registry) -> Iterator[Case]:
    """Yield the cases of everything in ``own``; detectors look at the views of ``registry``."""
    for record in own.plugins:
        yield from cases_listed(record, own, registry)


def cases_listed(record: PluginRecord, own: Registry, registry: Registry) -> Iterator[Case]:
    """Yield the cases of one row of ``own.plugins``; a single one of what cannot be examined."""
    offers: Mapping[str, Mapping[str, Offer[Any]]] = {
        "dataset": own.datasets,
        "view": own.views,
        "detector": own.detectors,
        "anomaly": own.anomalies,
    }
    if record.state == "ok":
        yield from cases_for(record.kind, offers[record.kind][record.name], registry)
    else:
        yield _not_offered(record)


def cases_for(kind: str, offer: Offer[Any], registry: Registry) -> Iterator[Case]:
    """Yield the cases of one object, which share one specimen."""
    door = _DOORS[kind]
    specimen = cache(lambda: door.specimen(offer, registry))
    for check in door.checks:
        yield Case(
            kind=kind,
            name=offer.item.name,
            plugin=offer.plugin,
            distribution=offer.distribution,
            version=offer.version,
            check=check.name,
            protects=check.protects,
            find=_finder(check, specimen, offer),
        )


def _finder(check: Check[Any], specimen: Callable[[], Any], offer: Offer[Any]) -> Callable[[], Finding]:
    return lambda: carry_out(check, specimen(), offer)


def _kind_of(plugin: object) -> str | None:
    return next((kind.name for kind in KINDS if isinstance(plugin, kind.door)), None)


def _not_offered(record: PluginRecord) -> Case:
    said = record.error.replace(leaving_out(record.plugin), "")  # nobody checks a plugin to do without it
    error = None if record.state == "unavailable" else PluginError(said)
    state: State = "not run" if error is None else "failed"
    finding = Finding(OFFERED, state, printable(said), error=error)
    return Case(
        kind=record.kind,
        name=record.name or record.plugin,
        plugin=record.plugin,
        distribution=record.distribution,
        version=record.version,
        check=OFFERED,
        protects="what every command leaves out.",
        find=lambda: finding,
    )
