"""Settings of plugin objects: reading, hashing and changing the fields of a frozen dataclass."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import math
import re
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from numbers import Integral, Real
from typing import Any, TypeAlias, TypeVar, get_args, get_type_hints

from benchkit.contract import LATER
from benchkit.errors import UsageError, a_kind, did_you_mean
from benchkit.ranges import range_text, ranges_of
from benchkit.registry.conversion import converted
from benchkit.registry.records import Offer, PluginItem, Setting

JSON: TypeAlias = bool | int | float | str | list["JSON"] | dict[str, "JSON"] | None

_FIXED = {"name": "it is how results are told apart", "view": "choose it with NAME@VIEW"}

ItemT = TypeVar("ItemT", bound=PluginItem)


def settings_of(item: object) -> dict[str, JSON]:
    """Return all fields of a plugin object as JSON types, the same for equal objects; see ``LATER`` for exceptions.

    Tuples become lists, frozen sets sorted lists, nested dataclasses dictionaries, and numbers that are not
    finite the strings ``inf``, ``-inf`` and ``nan``.

    Raises:
        UsageError: a field holds something that cannot be recorded (a tensor, a function).
    """
    if not dataclasses.is_dataclass(item):
        raise UsageError(f"settings: got {a_kind(item)}; expected a dataclass.")
    return {field.name: _recorded(item, field) for field in dataclasses.fields(item) if not _is_left_out(item, field)}


def _recorded(item: object, field: dataclasses.Field[Any]) -> JSON:
    return _plain(getattr(item, field.name), f"{type(item).__name__}.{field.name}")


def _is_left_out(item: object, field: dataclasses.Field[Any]) -> bool:
    """Return whether a field that came later is what it is by default."""
    return LATER.items() <= field.metadata.items() and bool(getattr(item, field.name) == field.default)


def settings_hash(item: object) -> str:
    """Return the first 12 hexadecimal digits of the SHA-256 of the settings as canonical JSON."""
    return recorded_hash(settings_of(item))


def recorded_hash(settings: Mapping[str, JSON]) -> str:
    """Return ``settings_hash`` from what ``settings_of`` returned, as ``run.json`` holds it."""
    text = json.dumps(settings, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _plain(value: object, where: str) -> JSON:
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, Real):  # NumPy's numbers too
        return _plain_number(value)
    if isinstance(value, (tuple, list)):
        return [_plain(element, where) for element in value]
    if isinstance(value, (frozenset, set)):
        return sorted(
            (_plain(element, where) for element in value), key=lambda plain: json.dumps(plain, sort_keys=True)
        )
    if isinstance(value, Mapping):
        return {str(key): _plain(element, where) for key, element in value.items()}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return settings_of(value)
    raise UsageError(
        f"{where}: got {a_kind(value)}; expected a setting that can be recorded: None, bool, int, float, str, "
        "or tuples, frozen sets, dictionaries and dataclasses of them."
    )


def _plain_number(value: Real) -> JSON:
    if isinstance(value, Integral):
        return int(value)
    return float(value) if math.isfinite(value) else str(float(value))


def apply_settings(offers: Sequence[Offer[ItemT]], settings: Mapping[str, Mapping[str, object]]) -> list[Offer[ItemT]]:
    """Return the offers with changed fields.

    Args:
        offers: what was selected.
        settings: for each name or glob the fields and their new values; ``gaussian`` also reaches
            ``gaussian@logits``. Later entries win. Lists stand for tuples and frozen sets; the string ``none``
            stands for None where a field may be None.

    Raises:
        UsageError: a name or glob matches nothing, a field does not exist, a value does not fit.
    """
    for pattern in settings:
        if not any(_matches(offer, pattern) for offer in offers):
            names = [offer.item.name for offer in offers]
            raise UsageError(
                f"settings for {pattern!r}: got a name that matches nothing selected; expected one of "
                f"{', '.join(names)}.{did_you_mean(pattern, names)}"
            )
    return [_changed(offer, settings) for offer in offers]


def _matches(offer: Offer[PluginItem], pattern: str) -> bool:
    name = offer.item.name
    return fnmatchcase(name, pattern) or fnmatchcase(name.partition("@")[0], pattern)


def _changed(offer: Offer[ItemT], settings: Mapping[str, Mapping[str, object]]) -> Offer[ItemT]:
    changes: dict[str, object] = {}
    for pattern, values in settings.items():
        if _matches(offer, pattern):
            changes |= {field: _checked(offer.item, field, value) for field, value in values.items()}
    if not changes:
        return offer
    try:
        return dataclasses.replace(offer, item=dataclasses.replace(offer.item, **changes))  # type: ignore[arg-type]
    except (ValueError, TypeError) as error:
        raise UsageError(f"settings of {offer.item.name!r}: {error}") from error


def changeable(item: PluginItem) -> tuple[Setting, ...]:
    """Return what ``apply_settings`` can change about an object, with types and present values."""
    values = {field.name: _recorded(item, field) for field in dataclasses.fields(item)}
    ranges = {setting: range_text(*limits) for setting, limits in ranges_of(type(item)).items()}
    return tuple(
        Setting(field, _type_name(_hint(item, field)), values[field], ranges.get(field, "")) for field in _fields(item)
    )


def _fields(item: PluginItem) -> list[str]:
    return [each.name for each in dataclasses.fields(item) if each.init and each.name not in _FIXED]


def _type_name(hint: Any) -> str:
    """Return a type as it would be annotated, the modules of its parts left out."""
    if isinstance(hint, type) and not get_args(hint):
        return hint.__name__
    return re.sub(r"(?<![\w.'\"])(?:[A-Za-z_]\w*\.)+(?=[A-Za-z_])", "", str(hint))


def _checked(item: PluginItem, field: str, value: object) -> object:
    fields = _fields(item)
    if field in _FIXED:
        raise UsageError(f"settings of {item.name!r}: {field!r} cannot be set: {_FIXED[field]}.")
    if field not in fields:
        raise UsageError(
            f"settings of {item.name!r}: got the unknown field {field!r}; expected one of "
            f"{', '.join(fields)}.{did_you_mean(field, fields)}"
        )
    if isinstance(value, float) and not math.isfinite(value):
        raise UsageError(f"settings of {item.name!r}: got {field} = {value}; expected a finite number.")
    hint = _hint(item, field)
    try:
        return converted(value, hint)
    except TypeError as error:
        expected = getattr(hint, "__name__", None) if isinstance(hint, type) else None
        raise UsageError(
            f"settings of {item.name!r}: got {field} = {value!r} ({type(value).__name__}); expected "
            f"{expected or str(hint)}, such as {getattr(item, field)!r}."
        ) from error


def _hint(item: PluginItem, field: str) -> Any:
    """Return the field's type; where its annotations cannot be evaluated, the type of its present value."""
    try:
        return get_type_hints(type(item))[field]
    except (NameError, TypeError, AttributeError, KeyError):
        value = getattr(item, field)
        return Any if value is None else type(value)
