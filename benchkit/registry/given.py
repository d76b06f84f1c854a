"""Objects that are handed over in Python instead of being offered by a plugin."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from functools import lru_cache
from importlib.metadata import packages_distributions, version
from typing import TypeVar

from benchkit.errors import UsageError
from benchkit.registry.reading import fault_of
from benchkit.registry.records import KINDS, Offer, PluginItem, Registry
from benchkit.registry.text import printable, shortened

GIVEN = "(given)"
"""What stands where the plugin's name would."""

ItemT = TypeVar("ItemT", bound=PluginItem)


def given_offer(registry: Registry, item: ItemT, kind: str) -> Offer[ItemT]:
    """Return an object of the kind ``kind`` as an offer, with the distribution that its class came in if that is known.

    Raises:
        UsageError: the door does not allow the object.
    """
    door = next(each.door for each in KINDS if each.name == kind)
    fault = fault_of(item, door)
    reason = "" if fault else printable(shortened(item.unavailable()))
    if fault or reason:
        raise UsageError(f"{kind} given in Python: {fault or f'{item.name!r} is unavailable: {reason}'}")
    distribution, release = origin_of(registry, type(item).__module__)
    return Offer(item, GIVEN, distribution, release)


def origin_of(registry: Registry, module: str) -> tuple[str, str]:
    """Return name and version of the distribution that a module came in; both empty where that is not known."""
    # The registry first: the package metadata of an editable installation does not list its modules.
    package = module.partition(".")[0]
    everything = (registry.datasets, registry.views, registry.detectors, registry.anomalies)
    for offers in everything:
        for offer in offers.values():
            if type(offer.item).__module__.partition(".")[0] == package:
                return offer.distribution, offer.version
    names = _distributions(tuple((entry, _changed(entry)) for entry in sys.path)).get(package, [])
    return (names[0], version(names[0])) if names else ("", "")


@lru_cache(maxsize=4)
def _distributions(path: tuple[tuple[str, int], ...]) -> Mapping[str, list[str]]:
    """Return the distributions of each package.

    All metadata are read for that, which takes a third of a second where a hundred are installed: once for each state
    of the search path, not for each object.
    """
    return packages_distributions()


def _changed(entry: str) -> int:
    """Return when a folder got or lost an entry; 0 where there is none."""
    try:
        return os.stat(entry or os.curdir).st_mtime_ns
    except OSError:
        return 0
