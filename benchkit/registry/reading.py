"""Reads the objects that a plugin's hooks return and refuses those that the doors do not allow."""

from __future__ import annotations

import dataclasses
import inspect
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import cast

import pluggy

from benchkit.contract import NAME_PATTERN, AnomalyGenerator, Detector, View
from benchkit.errors import ContractError, PluginError, UsageError, a_kind, with_article
from benchkit.registry.loading import Source, open_plugin
from benchkit.registry.mending import file_of, place_of, right_hook
from benchkit.registry.records import KINDS, Kind, Load, Offer, PluginItem, PluginRecord, State
from benchkit.registry.settings import changeable, settings_of
from benchkit.registry.signatures import misfit
from benchkit.registry.text import printable, shortened

_MOST_SHOWN = 200  # letters of what a plugin prints
_MOST_OBJECTS = 10_000  # of one hook: the iteration of an endless one must end


@dataclass(frozen=True)
class Found:
    """A valid object and the names that it takes in its kind: its own and those of the views that it offers.

    Attributes:
        kind: as in ``PluginRecord``.
        offer: the object.
        views: the views that it offers, if it is a view.
        unavailable: why it cannot be used here; empty where it can.
    """

    kind: str
    offer: Offer[PluginItem]
    views: tuple[str, ...] = ()
    unavailable: str = ""

    @property
    def names(self) -> frozenset[str]:
        """The names that nobody else of this kind may take."""
        return frozenset({self.offer.item.name, *self.views})

    def record(self, state: State, error: str = "") -> PluginRecord:
        """Return the row of this object."""
        offer, item = self.offer, self.offer.item
        return PluginRecord(
            self.kind,
            item.name,
            *(offer.plugin, offer.distribution, offer.version),
            state,
            error,
            views=self.views,
            by_default=bool(getattr(item, "by_default", True)),
            view=item.view if isinstance(item, Detector) else "",
            group=item.group if isinstance(item, AnomalyGenerator) else "",
            settings=changeable(item),
            about=_about(item),
        )


def _about(item: object) -> str:
    """Return the first line of a class's docstring; what ``dataclass`` writes for want of one is none."""
    kind = type(item)
    doc = inspect.cleandoc(kind.__doc__ or "")
    return "" if doc.startswith(f"{kind.__name__}(") else printable(shortened(doc.partition("\n")[0]))


@dataclass(frozen=True)
class Fault:
    """Something that was refused: its kind (``plugin`` for a whole plugin), its name if it has one, the error."""

    kind: str
    name: str
    error: PluginError

    def record(self) -> PluginRecord:
        """Return the row of what was refused."""
        error = self.error
        return PluginRecord(self.kind, self.name, error.plugin, error.distribution, error.version, "broken", str(error))


@dataclass(frozen=True)
class Reading:
    """A plugin that was loaded: what it offers, what was refused, and what that took."""

    results: tuple[Found | Fault, ...]
    load: Load


def read_plugin(source: Source) -> Reading:
    """Load a plugin and call its hooks, each in isolation.

    Raises:
        PluginError: the plugin is one that the user asked for by its file, and something is wrong with it.
    """
    start = time.perf_counter()
    results = _results(source)
    for result in results:
        if source.required and isinstance(result, Fault):
            raise result.error
    seconds, place = time.perf_counter() - start, file_of(source.target) or source.target
    remarks = tuple(_remarks(source, place))
    return Reading(tuple(results), Load(source.plugin, source.distribution, seconds, place, remarks))


def _remarks(source: Source, place: str) -> Iterator[str]:
    said = printable("".join(source.heard))
    if said:
        got = said if len(said) <= _MOST_SHOWN else f"{said[:_MOST_SHOWN]} …"
        yield str(
            source.error(
                f"printed {got!r} while it was loaded; expected nothing: whoever reads what a command prints would "
                f"read that too, so it went to standard error. Take it out: {place}."
            )
        )


def _results(source: Source) -> list[Found | Fault]:
    try:
        manager = open_plugin(source)
    except PluginError as error:
        return [Fault("plugin", source.plugin, error)]
    return [result for kind in KINDS for result in _read_hook(source, manager, kind)]


def _read_hook(source: Source, manager: pluggy.PluginManager, kind: Kind) -> list[Found | Fault]:
    caller = getattr(manager.hook, kind.hook)
    if not caller.get_hookimpls():
        return []
    place = place_of(caller.get_hookimpls()[0].function) or file_of(source.target) or source.plugin
    try:
        objects = _objects(source, caller, kind, place)
    except PluginError as error:
        return [Fault(kind.name, "", error)]
    return [_read_object(source, kind, each, place) for each in objects]


def _objects(source: Source, caller: Callable[[], list[object]], kind: Kind, place: str) -> list[object]:
    expected = f"expected an iterable of {kind.door.__name__} objects"
    with source.contained(kind.hook, place):
        results = caller()
        if not results:  # pluggy drops a result of None
            raise TypeError(f"got None; {expected}")
        for result in results:
            if isinstance(result, tuple(each.door for each in KINDS)):
                who = type(result).__name__
                raise TypeError(f"got one {who}; {expected}. Put it into a list: return [{who}(…)]")
        objects = [each for result in results for each in islice(iter(result), _MOST_OBJECTS + 1)]  # type: ignore[call-overload]
    if len(objects) > _MOST_OBJECTS:
        raise source.error(
            f"{kind.hook}: got more than {_MOST_OBJECTS} objects; {expected} that ends. Mend it: {place}."
        )
    return objects


def _read_object(source: Source, kind: Kind, item: object, place: str) -> Found | Fault:
    try:
        with source.contained(kind.hook, place):
            fault = fault_of(item, kind.door) or _at_sign(item)
            views = () if fault else _views_of(item)
            unavailable = "" if fault else printable(shortened(cast(PluginItem, item).unavailable()))
    except PluginError as error:
        return Fault(kind.name, "", error)
    if fault:
        name = getattr(item, "name", "") if isinstance(item, kind.door) else ""
        advice = "" if name else right_hook(item)
        refusal = source.error(f"{kind.hook}: {fault}{advice} Mend it: {place}.", of=ContractError)
        return Fault(kind.name, name if _is_name(name) else "", refusal)
    offer = Offer(cast(PluginItem, item), source.plugin, source.distribution, source.version)
    return Found(kind.name, offer, views, unavailable)


def fault_of(item: object, door: type[PluginItem]) -> str:
    """Return what the door ``door`` does not allow about ``item`` (got, expected), or an empty string."""
    if inspect.isclass(item):
        return f"got the class {item.__name__}; expected an instance, such as {item.__name__}()."
    if not isinstance(item, door):
        return f"got {a_kind(item)}; expected {with_article(door.__name__)}."
    checks: Sequence[Callable[[PluginItem], str]] = (_frozen, _named, _typed, _recordable, misfit)
    return next((fault for check in checks if (fault := check(item))), "")


def _frozen(item: PluginItem) -> str:
    kind = type(item)
    # Inherited parameters do not count: fields that an undecorated class adds would be no settings.
    if dataclasses.is_dataclass(kind) and "__dataclass_params__" in vars(kind):
        return ""
    return f"got {kind.__name__}, which is no dataclass itself; expected @dataclass(frozen=True) above the class."


def _named(item: PluginItem) -> str:
    parts = item.name.split("@", 1) if isinstance(item.name, str) else [""]
    if all(_is_name(part) for part in parts):
        return ""
    return f"got the name {item.name!r}; expected lower-case words joined by hyphens, such as 'pixel-ae'."


def _at_sign(item: object) -> str:
    name = getattr(item, "name", "")
    return f"got the name {name!r}; expected one without '@', which stands between detector and view." * ("@" in name)


def _typed(item: PluginItem) -> str:
    if isinstance(item, Detector) and not _is_name(item.view):
        return f"{item.name}.view: got {item.view!r}; expected the name of a view, such as 'pixels'."
    if isinstance(item, View):
        views = item.offers()
        if not isinstance(views, tuple) or not views or not all(_is_name(view) for view in views):
            return f"{item.name}.offers(): got {views!r}; expected a tuple of view names."
    unavailable: object = item.unavailable()
    if not isinstance(unavailable, str):
        return f"{item.name}.unavailable(): got {unavailable!r}; expected a string, empty where it can be used."
    leaks: object = item.leaks() if isinstance(item, View) else ""
    if not isinstance(leaks, str):
        return f"{item.name}.leaks(): got {leaks!r}; expected a string, empty where nothing leaks."
    for field in ("by_default", "takes_rows"):
        value: object = getattr(item, field, True)
        if type(value) is not bool:
            return f"{item.name}.{field}: got {value!r}; expected True or False, as a class attribute."
    return _typed_anomaly(item) if isinstance(item, AnomalyGenerator) else ""


def _typed_anomaly(item: AnomalyGenerator) -> str:
    labels = item.normal_labels
    if labels is not None and not (isinstance(labels, frozenset) and all(type(label) is int for label in labels)):
        return f"{item.name}.normal_labels: got {labels!r}; expected None or a frozenset of int."
    if item.group != "" and not _is_name(item.group):
        return f"{item.name}.group: got {item.group!r}; expected lower-case words joined by hyphens, or ''."
    return ""


def _recordable(item: PluginItem) -> str:
    try:
        settings_of(item)
    except UsageError as error:
        return str(error)
    return ""


def _views_of(item: object) -> tuple[str, ...]:
    return item.offers() if isinstance(item, View) else ()


def _is_name(text: object) -> bool:
    return isinstance(text, str) and NAME_PATTERN.fullmatch(text) is not None
