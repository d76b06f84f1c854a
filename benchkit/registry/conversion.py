"""Checks that a value from a command line or a TOML file fits the type of a field."""

from __future__ import annotations

from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin


def converted(value: object, hint: Any) -> object:
    """Return ``value`` as the type ``hint`` wants it.

    Integers serve as floats, lists as tuples and frozen sets, the string ``none`` as None, and a single value as a
    tuple of any length: ``hidden=50`` is one hidden layer. A bool is no number.

    Raises:
        TypeError: the value does not fit.
    """
    origin = get_origin(hint) or hint
    if origin is Any:
        return tuple(value) if isinstance(value, list) else value
    if origin in (Union, UnionType):
        return _one_of(value, get_args(hint))
    if origin is Literal and value in get_args(hint):
        return value
    if origin in (tuple, frozenset, list):
        return _collection(value, origin, get_args(hint))
    return _scalar(value, origin)


def _scalar(value: object, hint: Any) -> object:
    if hint is NoneType and value in (None, "none"):
        return None
    if hint is float and type(value) in (int, float):
        return float(value)  # type: ignore[arg-type]
    if isinstance(hint, type) and type(value) is hint:
        return value
    raise TypeError(f"{value!r} does not fit {hint}")


def _one_of(value: object, hints: tuple[Any, ...]) -> object:
    for hint in hints:
        try:
            return converted(value, hint)
        except TypeError:
            continue
    raise TypeError(f"{value!r} fits none of {hints}")


def _collection(value: object, origin: Any, hints: tuple[Any, ...]) -> object:
    is_fixed = origin is tuple and hints and hints[-1] is not Ellipsis
    if not isinstance(value, (list, tuple)):
        if origin is not tuple or is_fixed or not hints:
            raise TypeError(f"{value!r} is not a list")
        value = [value]
    if is_fixed and len(hints) != len(value):
        raise TypeError(f"{value!r} does not have {len(hints)} elements")
    kinds = hints if is_fixed else (hints[0] if hints else Any,) * len(value)
    return origin(converted(element, kind) for element, kind in zip(value, kinds, strict=True))
