"""Builds the registry: plugins found, loaded, read, and conflicts between them settled."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from benchkit.errors import PluginConflictError, PluginError
from benchkit.registry.loading import Source, announced, plugin_file
from benchkit.registry.reading import Fault, Found, Reading, read_plugin
from benchkit.registry.records import KINDS, Offer, PluginRecord, Registry
from benchkit.registry.rules import is_left_out, read_allowed, read_refused

Conflicts = dict[tuple[str, str], PluginConflictError]


def load_registry(*, files: Sequence[Path] = (), rules: Sequence[str] = ()) -> Registry:
    """Find and load every plugin.

    Args:
        files: plugin files to load besides the installed plugins.
        rules: ``no:NAME`` leaves out the plugin, or all plugins of the distribution, of that name.

    Returns:
        What is offered, sorted by name. A broken installed plugin is listed among the problems; the others work.

    Raises:
        UsageError: a file does not exist or is no ``.py``; a rule or ``BENCHKIT_PLUGINS`` names nobody.
        PluginError: something is wrong with one of ``files``.
    """
    unique = {path.resolve(): path for path in files}
    sources = announced() + [plugin_file(path) for path in unique.values()]
    allowed, refused = read_allowed(sources), read_refused(rules, sources)
    left_out = [source for source in sources if is_left_out(source, allowed, refused)]
    readings = [read_plugin(source) for source in sources if source not in left_out]
    return _assemble(readings, left_out)


def read_alone(plugin: object, *, name: str = "", distribution: str = "", version: str = "") -> Registry:
    """Return what one plugin offers, whether it is installed or not.

    Args:
        plugin: a module, or another object with hooks, or the path of a plugin file.
        name: what the plugin is called in messages; of a file its name.
        distribution: the distribution that it came in, if that is known.
        version: of that.

    Raises:
        UsageError: there is no such file.
        PluginError: it cannot be loaded, or something is wrong with what it offers.
    """
    if isinstance(plugin, Path):
        source = plugin_file(plugin)
    else:
        source = Source(name, distribution, version, lambda: plugin, True)
    registry = _assemble([read_plugin(source)], [])
    for problem in registry.problems:
        raise problem
    return registry


def _assemble(readings: Sequence[Reading], left_out: Sequence[Source]) -> Registry:
    results = [result for reading in readings for result in reading.results]
    found = [result for result in results if isinstance(result, Found)]
    faults = [result for result in results if isinstance(result, Fault)]
    conflicts = _conflicts(found)
    agreed = [each for each in found if not _conflict_of(each, conflicts)]
    usable = [each for each in agreed if not each.unavailable]
    problems: list[PluginError] = [fault.error for fault in faults]
    problems += list(dict.fromkeys(conflicts.values()))
    records = [_row(each, conflicts) for each in found] + [fault.record() for fault in faults]
    records += [
        PluginRecord("plugin", each.plugin, each.plugin, each.distribution, each.version, "left out")
        for each in left_out
    ]
    by_kind = {kind.name: _by_name(usable, kind.name) for kind in KINDS}
    return Registry(
        plugins=tuple(sorted(records, key=_order)),
        datasets=by_kind["dataset"],
        views=by_kind["view"],
        detectors=by_kind["detector"],
        anomalies=by_kind["anomaly"],
        problems=tuple(problems),
        loads=tuple(reading.load for reading in readings),
        view_offers=dict(sorted((view, each.offer) for each in usable for view in each.views)),  # type: ignore[misc]
        conflicts=conflicts,
        unavailable={(each.kind, name): each.unavailable for each in agreed for name in each.names if each.unavailable},
    )


def _by_name(usable: Iterable[Found], kind: str) -> dict[str, Offer[Any]]:
    offers = [each.offer for each in usable if each.kind == kind]
    return {offer.item.name: offer for offer in sorted(offers, key=lambda offer: offer.item.name)}


def _conflicts(found: Sequence[Found]) -> Conflicts:
    """Return one error for each name taken twice, and the same error for every name of the objects concerned."""
    claims: dict[tuple[str, str], list[Found]] = defaultdict(list)
    for each in found:
        for name in each.names:
            claims[each.kind, name].append(each)
    conflicts: Conflicts = {}
    for (kind, name), rivals in sorted(claims.items(), key=lambda claim: claim[0]):
        if len(rivals) > 1:
            error = _conflict_error(kind, name, rivals)
            conflicts |= {(kind, other): error for rival in rivals for other in rival.names - {name}} | conflicts
            conflicts[kind, name] = error
    return conflicts


def _conflict_error(kind: str, name: str, rivals: Sequence[Found]) -> PluginConflictError:
    offers = [rival.offer for rival in rivals]
    who = " and ".join(f"plugin {each.plugin!r} ({each.distribution} {each.version})" for each in offers)
    plugins = dict.fromkeys(offer.plugin for offer in offers)
    remedies = " or ".join(f"`-p no:{plugin}`" for plugin in plugins)
    if len(plugins) == 1:  # names of plugins may agree where those of distributions do not
        remedies = " or ".join(f"`-p no:{offer.distribution}`" for offer in offers)
    return PluginConflictError(
        f"{kind} {name!r}: offered twice, by {who}; expected one. Neither is used: leave one out with {remedies}."
    )


def _conflict_of(each: Found, conflicts: Conflicts) -> PluginConflictError | None:
    return conflicts.get((each.kind, each.offer.item.name))


def _row(each: Found, conflicts: Conflicts) -> PluginRecord:
    conflict = _conflict_of(each, conflicts)
    if conflict:
        return each.record("conflict", str(conflict))
    return each.record("unavailable", each.unavailable) if each.unavailable else each.record("ok")


def _order(record: PluginRecord) -> tuple[int, str, str, str]:
    kinds = [kind.name for kind in KINDS]
    position = kinds.index(record.kind) if record.kind in kinds else len(kinds)
    return position, record.name, record.plugin, record.distribution
