"""Sweeps: one detector becomes several, each with another value of a setting."""

from __future__ import annotations

import dataclasses
import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase

from benchkit.contract import NAME_PATTERN, Detector
from benchkit.errors import UsageError, did_you_mean
from benchkit.registry.records import Offer
from benchkit.registry.settings import apply_settings

Sweeps = Mapping[str, Mapping[str, Sequence[object]]]
"""For each detector the fields to sweep and their values: ``{"pixel-ae-shallow": {"hidden": [[20], [50]]}}``."""


def apply_sweeps(offers: Sequence[Offer[Detector]], sweeps: Sweeps) -> list[Offer[Detector]]:
    """Return the detectors, each that is swept in the place of its variants.

    A variant is called after what it was given: ``pixel-ae-shallow-hidden-20``, before any ``@view``. Several fields of
    one detector give every combination.

    Args:
        offers: what was selected.
        sweeps: what to vary; ``gaussian`` also reaches ``gaussian@logits``.

    Raises:
        UsageError: a name that was not selected, a field that does not exist, a value that does not fit, no values, or
            two variants of one name.
    """
    names = [offer.item.name for offer in offers]
    for name, fields in sweeps.items():
        if name not in names and name not in [each.partition("@")[0] for each in names]:
            raise UsageError(
                f"sweep: got {name!r}, which is no selected detector; expected one of {', '.join(names)}."
                f"{did_you_mean(name, names)} A detector is swept that -d chooses; an anomaly or a view is not."
            )
        for field, values in fields.items():
            if not values:
                raise UsageError(f"sweep: got no values for {name}.{field}; expected one at least, such as 20,50.")
    swept = [variant for offer in offers for variant in _variants(offer, sweeps)]
    _check_names([offer.item.name for offer in swept])
    return swept


def check_not_set(sweeps: Sweeps, changes: Mapping[str, Mapping[str, object]]) -> None:
    """Refuse a field that is set as well as swept: no variant would have what was set.

    Raises:
        UsageError: names it.
    """
    for name, fields in sweeps.items():
        for pattern, values in changes.items():
            twice = [field for field in fields if field in values and fnmatchcase(name, pattern)]
            if twice:
                raise UsageError(
                    f"sweep: got {name}.{twice[0]}, which is set as well, to {values[twice[0]]!r}; expected one of the "
                    "two. Leave the setting out, or put its value among those of the sweep."
                )


def _variants(offer: Offer[Detector], sweeps: Sweeps) -> Iterator[Offer[Detector]]:
    name, at, view = offer.item.name.partition("@")
    fields = {**sweeps.get(name, {}), **sweeps.get(offer.item.name, {})}
    for values in itertools.product(*fields.values()):
        chosen = dict(zip(fields, values, strict=True))
        (changed,) = apply_settings([offer], {offer.item.name: chosen}) if chosen else (offer,)
        parts = [name, *(f"{_word(field)}-{_word(value)}" for field, value in chosen.items())]
        item = dataclasses.replace(changed.item, name="-".join(parts) + at + view)
        yield dataclasses.replace(changed, item=item)


def _word(value: object) -> str:
    """Return a value as lower-case words joined by hyphens, as a name has to be."""
    if isinstance(value, (list, tuple)):
        return "-".join(map(_word, value)) or "none"
    text = str(value).lower()
    text = f"minus-{text[1:]}" if text.startswith("-") else text
    return re.sub(r"[^a-z0-9]+", "-", text).strip("-") or "other"


def _check_names(names: Sequence[str]) -> None:
    for name in names:
        if names.count(name) > 1:
            raise UsageError(
                f"sweep: got two detectors called {name!r}; expected values that can be told apart, each once, and "
                "variants that are called like no other detector of the run."
            )
        if not all(NAME_PATTERN.fullmatch(part) for part in name.split("@", 1)):
            raise UsageError(f"sweep: got a variant called {name!r}; expected lower-case words joined by hyphens.")
