"""Which plugins are used: the allow-list ``BENCHKIT_PLUGINS`` and the rules ``no:NAME``."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence

from benchkit.errors import UsageError, did_you_mean
from benchkit.registry.loading import Source

VARIABLE = "BENCHKIT_PLUGINS"
"""Comma-separated names of plugins or distributions; when set, no others are loaded. Plugin files always are."""


def is_left_out(source: Source, allowed: frozenset[str], refused: frozenset[str]) -> bool:
    """Return whether the rules leave this plugin out; an empty ``allowed`` allows all."""
    names = _names(source)
    return bool(names & refused) or bool(allowed and not source.required and not names & allowed)


def read_allowed(sources: Sequence[Source]) -> frozenset[str]:
    """Return the names in ``BENCHKIT_PLUGINS``; empty when it is not set.

    Raises:
        UsageError: it holds a name that no plugin and no distribution has.
    """
    words = [word.strip() for word in os.environ.get(VARIABLE, "").split(",")]
    return _known((word for word in words if word), sources, where=VARIABLE)


def read_refused(rules: Sequence[str], sources: Sequence[Source]) -> frozenset[str]:
    """Return the names in the rules ``no:NAME``.

    Raises:
        UsageError: a rule does not start with ``no:``, or names nobody.
    """
    for rule in rules:
        if not rule.startswith("no:"):
            raise UsageError(f"-p {rule}: got a rule that does not start with 'no:'; expected no:NAME.")
    return _known((rule.removeprefix("no:") for rule in rules), sources, where="-p no:NAME")


def _known(names: Iterable[str], sources: Sequence[Source], *, where: str) -> frozenset[str]:
    known = {name for source in sources for name in _names(source)}
    wanted = {name: _canonical(name) for name in names}
    for name, canonical in wanted.items():
        if canonical not in known:
            raise UsageError(
                f"{where}: got {name!r}; expected the name of a plugin or a distribution."
                f"{did_you_mean(canonical, known)} `benchkit plugins` lists them."
            )
    return frozenset(wanted.values())


def _names(source: Source) -> frozenset[str]:
    return frozenset(_canonical(name) for name in (source.plugin, source.distribution) if name)


def _canonical(name: str) -> str:
    """Return the name as the packaging standard compares names."""
    return re.sub(r"[-_.]+", "-", name).lower()
