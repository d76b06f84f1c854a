"""Chooses from the registry: names, globs, groups, detectors on another view, and objects given in Python."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TypeVar

from benchkit.contract import AnomalyGenerator, Dataset, Detector
from benchkit.errors import UsageError, did_you_mean
from benchkit.registry.given import given_offer
from benchkit.registry.records import Offer, PluginItem, Registry

ItemT = TypeVar("ItemT", bound=PluginItem)


def select_detectors(
    registry: Registry, patterns: Sequence[str | Detector] = (), exclude: Sequence[str] = ()
) -> list[Offer[Detector]]:
    """Choose detectors.

    Args:
        registry: who is there.
        patterns: names, globs, either with ``@VIEW`` behind it (that detector on another view, named
            ``NAME@VIEW``; a view may be a glob too), or detector objects. None at all chooses those that
            are taken ``by_default``.
        exclude: names and globs to leave out. Those that name an anomaly are accepted and change nothing here,
            so that one list serves both selections.

    Returns:
        The chosen detectors, each once, ordered by name.

    Raises:
        UsageError: a name is unknown, a glob or an exclusion matches nothing, or nothing is left.
        PluginConflictError: a chosen name is offered by two plugins. (Globs pass over such names.)
    """
    offers = [] if patterns else [offer for offer in registry.detectors.values() if offer.item.by_default]
    for pattern in patterns:
        if not isinstance(pattern, str):
            offers.append(given_offer(registry, pattern, "detector"))
            continue
        base, at, view = pattern.partition("@")
        chosen = _matching(registry, "detector", base, registry.detectors)
        views = _views(registry, view) if at else []
        offers += [_on_view(offer, each) for offer in chosen for each in views] if at else chosen
    return _remaining(registry, "detector", offers, exclude, lambda offer: ())


def select_anomalies(
    registry: Registry, patterns: Sequence[str | AnomalyGenerator] = (), exclude: Sequence[str] = ()
) -> list[Offer[AnomalyGenerator]]:
    """Choose anomaly generators by name, glob or group, or given as objects; otherwise as ``select_detectors``.

    None at all chooses those that are taken ``by_default``.
    """
    groups = _groups(registry)
    offers = [] if patterns else [offer for offer in registry.anomalies.values() if offer.item.by_default]
    for pattern in patterns:
        if not isinstance(pattern, str):
            offers.append(given_offer(registry, pattern, "anomaly"))
        elif pattern in groups:
            offers += groups[pattern] + [registry.anomalies[name] for name in {pattern} & set(registry.anomalies)]
        else:
            offers += _matching(registry, "anomaly", pattern, registry.anomalies, also=groups)
    return _remaining(registry, "anomaly", offers, exclude, lambda offer: (offer.item.group,))


def select_dataset(registry: Registry, choice: str | os.PathLike[str] | Dataset) -> Offer[Dataset]:
    """Choose the data set: a name, a path that ``benchkit.data.open_dataset`` reads, or an object.

    Raises:
        UsageError: nobody offers such a name and there is no such path.
        PluginConflictError: two plugins offer the name.
        DataError: the path cannot be read as a data set.
    """
    if not isinstance(choice, (str, os.PathLike)):
        return given_offer(registry, choice, "dataset")
    name = os.fspath(choice)
    registry.check_usable("dataset", name)
    if name in registry.datasets:
        return registry.datasets[name]
    if _is_path(name):
        from benchkit.data import open_dataset  # only here: it brings torch

        return given_offer(registry, open_dataset(Path(name)), "dataset")
    raise UsageError(registry.unknown("dataset", name, registry.datasets) + " A path serves as well.")


def _is_path(name: str) -> bool:
    path = Path(name)
    return len(path.parts) > 1 or path.is_absolute() or path.suffix != "" or path.exists()


def _groups(registry: Registry) -> dict[str, list[Offer[AnomalyGenerator]]]:
    groups: dict[str, list[Offer[AnomalyGenerator]]] = {}
    for offer in registry.anomalies.values():
        if offer.item.group:
            groups.setdefault(offer.item.group, []).append(offer)
    return groups


def _matching(
    registry: Registry,
    kind: str,
    pattern: str,
    offers: Mapping[str, Offer[ItemT]],
    also: Iterable[str] = (),
) -> list[Offer[ItemT]]:
    registry.check_usable(kind, pattern)
    chosen = [offer for name, offer in offers.items() if fnmatchcase(name, pattern)]
    if not chosen and _is_glob(pattern):
        raise UsageError(_no_match(registry, kind, pattern))
    if not chosen:
        raise UsageError(registry.unknown(kind, pattern, dict.fromkeys((*offers, *also))))
    return chosen


def _views(registry: Registry, pattern: str) -> list[str]:
    if not _is_glob(pattern):
        registry.view_for(pattern)
        return [pattern]
    views = [view for view in registry.view_offers if fnmatchcase(view, pattern)]
    if not views:
        raise UsageError(_no_match(registry, "view", pattern))
    return views


def _on_view(offer: Offer[Detector], view: str) -> Offer[Detector]:
    """Return the detector on ``view``; unchanged when it looks there anyway, so that no row comes twice."""
    if offer.item.view == view:
        return offer
    item = dataclasses.replace(offer.item, view=view, name=f"{offer.item.name}@{view}")
    return dataclasses.replace(offer, item=item)


def _remaining(
    registry: Registry,
    kind: str,
    offers: Iterable[Offer[ItemT]],
    exclude: Sequence[str],
    groups_of: Callable[[Offer[ItemT]], tuple[str, ...]],
) -> list[Offer[ItemT]]:
    chosen = _once(kind, offers)
    _check_exclusions(registry, chosen, exclude)
    left = [
        offer
        for name, offer in sorted(chosen.items())
        if not any(fnmatchcase(each, pattern) for pattern in exclude for each in (name, *groups_of(offer)) if each)
    ]
    if not left:
        raise UsageError(
            f"no {kind} is selected: nothing is offered, or everything is excluded. "
            f"`benchkit plugins --kind {kind}` lists what there is."
        )
    return left


def _once(kind: str, offers: Iterable[Offer[ItemT]]) -> dict[str, Offer[ItemT]]:
    chosen: dict[str, Offer[ItemT]] = {}
    for offer in offers:
        name = offer.item.name
        if chosen.setdefault(name, offer).item != offer.item:
            raise UsageError(f"{kind} {name!r}: got two different ones of that name; expected names that differ.")
    return chosen


def _check_exclusions(registry: Registry, chosen: Iterable[str], exclude: Sequence[str]) -> None:
    known = {*chosen, *_excludable(registry)}
    for pattern in exclude:
        if not any(fnmatchcase(name, pattern) for name in known):
            raise UsageError(
                f"--exclude {pattern!r}: matches no detector and no anomaly.{did_you_mean(pattern, known)} "
                "`benchkit plugins` lists them."
            )


def _excludable(registry: Registry) -> Iterator[str]:
    """Yield every name that either selection could meet, so that one list of exclusions serves both."""
    yield from registry.detectors
    yield from registry.anomalies
    yield from _groups(registry)
    yield from (name for _, name in (*registry.conflicts, *registry.unavailable))
    yield from (f"{name}@{view}" for name in registry.detectors for view in registry.view_offers)


def _no_match(registry: Registry, kind: str, pattern: str) -> str:
    for (of, name), reason in registry.unavailable.items():
        if of == kind and fnmatchcase(name, pattern):
            return f"{kind} {pattern!r}: the pattern matches only what is unavailable, such as {name}: {reason}"
    return f"{kind} {pattern!r}: the pattern matches nothing. `benchkit plugins --kind {kind}` lists what there is."


def _is_glob(pattern: str) -> bool:
    return any(letter in pattern for letter in "*?[")
