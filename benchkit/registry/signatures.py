"""Whether what an object has to have can be called as benchkit calls it."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from benchkit import contract
from benchkit.registry.mending import place_of


def misfit(item: object) -> str:
    """Return which method of an object cannot be called with what its door states (got, expected), or nothing.

    Only methods that every object of the door has; a signature that Python cannot tell is taken as it is.
    """
    door = next((kind for kind in type(item).__mro__ if kind.__module__ == contract.__name__), object)
    for name in sorted(getattr(door, "__abstractmethods__", ())):
        stated = inspect.signature(getattr(door, name))
        method = getattr(item, name)
        if not _takes(method, stated):
            expected = stated.replace(parameters=[*stated.parameters.values()][1:])  # without self
            return (
                f"{type(item).__name__}.{name}: got {name}{_plain(inspect.signature(method))}; expected "
                f"{name}{_plain(expected)}, as it is called. Correct its parameters ({place_of(method)})."
            )
    return ""


def _takes(method: Callable[..., Any], stated: inspect.Signature) -> bool:
    of_door = [*stated.parameters.values()][1:]
    named = {each.name: None for each in of_door if each.kind is each.KEYWORD_ONLY}
    try:
        inspect.signature(method).bind(*[None] * (len(of_door) - len(named)), **named)
    except TypeError:
        return not callable(method)  # that is told from a call
    except ValueError:  # of what is not written in Python
        return True
    return True


def _plain(signature: inspect.Signature) -> str:
    """Return a signature without types, which are no part of how it is called."""
    names = [each.replace(annotation=each.empty) for each in signature.parameters.values()]
    return str(signature.replace(parameters=names, return_annotation=signature.empty))
