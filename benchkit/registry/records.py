"""What the registry knows: offers, one row for each plugin object, and the registry itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, TypeAlias, TypeVar

from benchkit.contract import AnomalyGenerator, Dataset, Detector, View
from benchkit.errors import PluginConflictError, PluginError, UsageError, did_you_mean

PluginItem: TypeAlias = Dataset | View | Detector | AnomalyGenerator
"""What a plugin may offer."""

ItemT_co = TypeVar("ItemT_co", bound=PluginItem, covariant=True)

State = Literal["ok", "unavailable", "broken", "conflict", "left out"]


@dataclass(frozen=True)
class Kind:
    """One of the four doors.

    Attributes:
        name: what the command line calls it.
        door: the class that its objects derive from.
        hook: the hook through which they are offered.
    """

    name: str
    door: type[PluginItem]
    hook: str


KINDS: tuple[Kind, ...] = (
    Kind("dataset", Dataset, "benchkit_datasets"),
    Kind("view", View, "benchkit_views"),
    Kind("detector", Detector, "benchkit_detectors"),
    Kind("anomaly", AnomalyGenerator, "benchkit_anomaly_generators"),
)


@dataclass(frozen=True)
class Offer(Generic[ItemT_co]):
    """An object and where it came from.

    Attributes:
        item: the data set, view, detector or anomaly generator.
        plugin: entry point or file name; ``(given)`` for an object handed over in Python.
        distribution: the distribution that it came in, the path of a plugin file, or empty.
        version: version of the distribution, the first 12 digits of a plugin file's SHA-256, or empty.
    """

    item: ItemT_co
    plugin: str
    distribution: str
    version: str


@dataclass(frozen=True)
class Setting:
    """A field of a plugin object that ``--set`` changes.

    Attributes:
        name: of the field.
        type: as it would be annotated: ``int``, ``float | None``, ``tuple[int, ...]``.
        default: its value in this object, as ``settings_of`` records it.
        range: what numbers it may be, in words; empty where its class states none.
    """

    name: str
    type: str
    default: Any
    range: str = ""


@dataclass(frozen=True)
class PluginRecord:
    """One row of ``benchkit plugins``.

    Attributes:
        kind: ``dataset``, ``view``, ``detector`` or ``anomaly``; ``plugin`` for one that offers nothing (broken as
            a whole, or left out).
        name: name of the object, or of the plugin where the kind is ``plugin``; empty when it could not be read.
        plugin: entry point or file name.
        distribution: as in ``Offer``.
        version: as in ``Offer``.
        state: ``ok``, ``unavailable`` (it needs what is not installed), ``broken``, ``conflict`` or ``left out``.
        error: one paragraph when unavailable, broken or in conflict.
        views: the names of the views that a view object offers.
        by_default: whether a run takes it that names none of its kind.
        view: what a detector looks at; empty for what is none.
        group: of an anomaly, by which it is chosen together with others; empty where it is in none.
        settings: what can be changed about it, in the order of its fields.
        about: the first line of its class's docstring; empty where there is none.
    """

    kind: str
    name: str
    plugin: str
    distribution: str
    version: str
    state: State
    error: str = ""
    views: tuple[str, ...] = ()
    by_default: bool = True
    view: str = ""
    group: str = ""
    settings: tuple[Setting, ...] = ()
    about: str = ""


@dataclass(frozen=True)
class Load:
    """What it took to load a plugin.

    Attributes:
        plugin: entry point or file name.
        distribution: as in ``Offer``.
        seconds: to import it and to ask its hooks. What several plugins import, the first of them pays for.
        place: its file, or what its entry point names.
        remarks: what is odd about it and breaks nothing, one paragraph each.
    """

    plugin: str
    distribution: str
    seconds: float
    place: str
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Registry:
    """Everything that is offered, by kind and name, and everything that is wrong.

    Attributes:
        plugins: one row for each object, sorted by kind and name.
        datasets: usable data sets by name.
        views: usable view objects by their own name; one may offer several views (see ``view_for``).
        detectors: usable detectors by name.
        anomalies: usable anomaly generators by name.
        problems: errors of broken and conflicting plugins.
        loads: what it took to load each plugin, in the order in which that was done.
        view_offers: usable view objects by the name of each view that they offer.
        conflicts: the error for each (kind, name) that is offered twice.
        unavailable: why each (kind, name) that is offered cannot be used here, and what would mend that.
    """

    plugins: tuple[PluginRecord, ...] = ()
    datasets: Mapping[str, Offer[Dataset]] = field(default_factory=dict)
    views: Mapping[str, Offer[View]] = field(default_factory=dict)
    detectors: Mapping[str, Offer[Detector]] = field(default_factory=dict)
    anomalies: Mapping[str, Offer[AnomalyGenerator]] = field(default_factory=dict)
    problems: tuple[PluginError, ...] = ()
    loads: tuple[Load, ...] = ()
    view_offers: Mapping[str, Offer[View]] = field(default_factory=dict)
    conflicts: Mapping[tuple[str, str], PluginConflictError] = field(default_factory=dict)
    unavailable: Mapping[tuple[str, str], str] = field(default_factory=dict)

    def view_for(self, name: str) -> Offer[View]:
        """Return the view object that offers the view ``name``.

        Raises:
            UsageError: no plugin offers such a view.
            PluginConflictError: two plugins offer it.
        """
        self.check_usable("view", name)
        if name not in self.view_offers:
            raise UsageError(self.unknown("view", name, self.view_offers))
        return self.view_offers[name]

    def check_usable(self, kind: str, name: str) -> None:
        """Raise if two plugins offer ``name`` within ``kind``, or if it is offered and cannot be used here.

        Raises:
            PluginConflictError: two plugins offer it.
            UsageError: it is unavailable; says what would mend that.
        """
        if (kind, name) in self.conflicts:
            raise self.conflicts[kind, name]
        if (kind, name) in self.unavailable:
            raise UsageError(f"{kind} {name!r}: unavailable: {self.unavailable[kind, name]}")

    def unknown(self, kind: str, name: str, known: Mapping[str, object]) -> str:
        """Return the message for a name that nobody offers: close matches and how to list them."""
        notes = " A plugin is broken or in conflict; the list says why." if self.problems else ""
        if any(record.state == "left out" for record in self.plugins):
            notes += " Some plugins are left out, by -p or BENCHKIT_PLUGINS."
        return (
            f"unknown {kind} {name!r}.{did_you_mean(name, known)} "
            f"`benchkit plugins --kind {kind}` lists what there is.{notes}"
        )
