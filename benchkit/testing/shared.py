"""Promises that all four doors share, and how what a call left behind is judged."""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from benchkit.errors import PluginError, Unsupported, UsageError
from benchkit.registry import JSON, Offer, apply_settings, settings_of
from benchkit.runner.guard import PLUGIN_FAULTS, contract_error, described
from benchkit.runner.isolation.parcel import Parcel
from benchkit.testing.checks import Check, require
from benchkit.testing.watch import Seen
from benchkit.testing.witness import Witnessed

_NEVER_SET = ("name", "view")


class Specimen(Protocol):
    """Any object under examination."""

    @property
    def offer(self) -> Offer[Any]:
        """The object, and where it came from."""


def leaves_what_it_was_lent(calls: Sequence[tuple[str, Witnessed]], offer: Offer[Any]) -> None:
    """Require that no call wrote into what it was lent; ``calls`` by the name of the method."""
    for method, call in calls:
        require(
            not call.written,
            offer,
            f"{method}: got {' and '.join(call.written)} changed in place; expected them untouched. Clone first.",
        )


def leaves_random_states(calls: Sequence[tuple[str, Witnessed]], offer: Offer[Any]) -> None:
    """Require that no call drew from a global random state, or seeded it."""
    for method, call in calls:
        require(
            not call.drawn,
            offer,
            f"{method}: got {' and '.join(call.drawn)} global random state moved; expected it as it was. Draw from "
            "a source of your own: benchkit.source_of(self.name, seed), or random_state=seed.",
        )


def leaves_settings(calls: Sequence[tuple[str, Witnessed]], offer: Offer[Any]) -> None:
    """Require that no call left a setting of the whole process changed."""
    for method, call in calls:
        for name, (found, now) in call.changed.items():
            raise contract_error(
                offer,
                f"{method}: got {name} changed from {found} to {now}; expected it as it was. Put it back before you "
                "return, or do without.",
            )


def leaves_nothing_running(calls: Sequence[tuple[str, Seen]], offer: Offer[Any]) -> None:
    """Require that no call left a thread or a process behind."""
    for method, seen in calls:
        require(
            not seen.left_running,
            offer,
            f"{method}: got {', '.join(seen.left_running)} left running; expected them to end with the call. Use a "
            "with statement for pools.",
        )


def works(use: Callable[[], object], offer: Offer[Any], where: str) -> None:
    """Require that an unusual use raises nothing but ``Unsupported``.

    Args:
        use: the use.
        offer: the plugin's object.
        where: the method, and what is unusual.
    """
    try:
        use()
    except Unsupported:
        raise
    except PLUGIN_FAULTS as error:
        got = str(error.args[0]) if isinstance(error, PluginError) else described(error)
        expected = "a result like any other, or benchkit.Unsupported with the reason where it cannot be done"
        raise contract_error(offer, f"{where}: got {got.rstrip('.')}; expected {expected}.") from error


def each_or_unsupported(tries: Sequence[Callable[[], object]]) -> None:
    """Try all of several: one that is unsupported hides no fault of another.

    Raises:
        Unsupported: the first refusal, if there is one and nothing is wrong.
    """
    refusals = []
    for attempt in tries:
        try:
            attempt()
        except Unsupported as refusal:
            refusals.append(refusal)
    if refusals:
        raise refusals[0]


def _settings_survive_json(specimen: Specimen) -> None:
    """Make the object again, field by field, from its recorded settings, as ``--set`` would."""
    offer = specimen.offer
    recorded: dict[str, JSON] = settings_of(offer.item)
    read = json.loads(json.dumps(recorded, allow_nan=False))
    for field in dataclasses.fields(offer.item):
        if field.name in read and _can_be_set(offer, field) and not _is_nested(read[field.name]):
            again = _set_again(offer, field.name, read[field.name])
            require(
                again == recorded,
                offer,
                f"settings: got {_difference(recorded, again)} when {field.name} was set to what it is; expected the "
                "same settings. Change no field in __post_init__.",
            )


def _can_be_set(offer: Offer[Any], field: dataclasses.Field[Any]) -> bool:
    """Return whether ``--set`` may name it: a number that is not finite is recorded, but never set."""
    value = getattr(offer.item, field.name)
    not_finite = isinstance(value, float) and not math.isfinite(value)
    return field.init and field.name not in _NEVER_SET and not not_finite


def _set_again(offer: Offer[Any], field: str, value: JSON) -> dict[str, JSON]:
    try:
        (again,) = apply_settings([offer], {offer.item.name: {field: value}})
    except UsageError as error:
        message = f"settings: {error} The field's own value has to fit its type: mend the annotation."
        raise contract_error(offer, message) from error
    return settings_of(again.item)


def _is_nested(value: Any) -> bool:
    """Return whether there is a dataclass or mapping in it: recorded, but never set field by field."""
    return isinstance(value, dict) or (isinstance(value, list) and any(map(_is_nested, value)))


def _difference(recorded: dict[str, JSON], again: dict[str, JSON]) -> str:
    names = [name for name in recorded if again.get(name) != recorded[name]]
    return ", ".join(f"{name} = {again.get(name)!r} after {recorded[name]!r}" for name in names)


def _reaches_a_worker(specimen: Specimen) -> None:
    """Close the object up and open it, as on its way to a worker process."""
    offer, kind = specimen.offer, type(specimen.offer.item)
    try:
        (arrived,) = Parcel.of(offer.item).open()
    except PLUGIN_FAULTS as error:
        message = (
            f"worker: got {described(error)} when the object was sent to another process; expected it to arrive. "
            f"Define {kind.__qualname__} at the top of a module, with settings of plain types."
        )
        raise contract_error(offer, message) from error
    same = type(arrived) is kind and settings_of(arrived) == settings_of(offer.item)
    got = f"{type(arrived).__name__} {_difference(settings_of(offer.item), settings_of(arrived))}" if not same else ""
    require(same, offer, f"worker: got {got} where the object was sent to; expected the same object. Drop __reduce__.")


SETTINGS: Check[Any] = Check(
    "settings-recorded",
    "a result that cannot be made again from the settings recorded with it, or a field that --set cannot set.",
    _settings_survive_json,
)

WORKER: Check[Any] = Check(
    "reaches-worker",
    "an object that runs in your own process only: `benchkit run` works in others.",
    _reaches_a_worker,
)
