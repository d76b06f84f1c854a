"""Whether a name is still free: among what plugins offer, what is installed, and what can be imported."""

from __future__ import annotations

import importlib.util
from importlib.metadata import PackageNotFoundError, entry_points, packages_distributions, version

from benchkit.errors import UsageError
from benchkit.hookspecs import PROJECT
from benchkit.registry import Registry, printable
from benchkit.scaffold.naming import Names


def check_free(names: Names, registry: Registry) -> None:
    """Raise if a plugin of these names would meet another one.

    Raises:
        UsageError: an installed plugin offers the name, or its distribution or module is there already; says who.
    """
    fault = _offered(names, registry) or _installed(names) or _importable(names)
    if fault:
        raise UsageError(f"benchkit new {names.kind} {names.name!r}: {fault} Choose another name.")


def _offered(names: Names, registry: Registry) -> str:
    for record in registry.plugins:
        if record.kind == names.kind and names.name in (record.name, *record.views):
            who = f"plugin {record.plugin!r} ({record.distribution} {record.version})"
            return (
                f"got a name that {who} offers already; expected a new one, as a name that is offered twice is used "
                "from neither."
            )
    for offer in registry.anomalies.values() if names.kind == "anomaly" else ():
        if offer.item.group == names.name:
            who = f"plugin {offer.plugin!r} ({offer.distribution} {offer.version})"
            return f"got the name of a group of anomalies of {who}; expected one that selects nothing else."
    return ""


def _installed(names: Names) -> str:
    try:
        installed = version(names.distribution)
    except PackageNotFoundError:
        return ""
    return (
        f"the distribution {names.distribution} {installed} is installed already; expected a new one, as "
        "installing the other would replace it."
    )


def _importable(names: Names) -> str:
    spec = importlib.util.find_spec(names.module)
    if spec is None:
        return ""
    owner = _owner(names.module) or spec.origin or ", ".join(spec.submodule_search_locations or ())
    return f"the module {names.module} is there already, in {printable(owner)}; expected a new one."


def _owner(module: str) -> str:
    """Return the distribution that announces a module as a plugin, or else holds it."""
    for entry_point in entry_points(group=PROJECT):
        if entry_point.module == module and entry_point.dist:
            return f"{entry_point.dist.name} {entry_point.dist.version}"
    return " and ".join(packages_distributions().get(module, ()))
