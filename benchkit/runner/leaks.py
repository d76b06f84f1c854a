"""What a view was shown in training that a detector must not be: it makes another protocol of every row behind it."""

from __future__ import annotations

from collections.abc import Mapping

from benchkit.contract import Detector, View
from benchkit.registry import Offer
from benchkit.runner.guard import contract_error


def leaks_of(detector: Offer[Detector], views: Mapping[str, Offer[View]]) -> str:
    """Return what a detector is shown by way of its view; empty where that is nothing.

    Raises:
        ContractError: the view does not say it in a text.
    """
    view = views.get(detector.item.view)
    return _leaks(view) if view else ""


def leaks_by_view(views: Mapping[str, Offer[View]]) -> dict[str, str]:
    """Return what each view leaks, without those that leak nothing, as it stands in ``run.json``.

    Raises:
        ContractError: as ``leaks_of``.
    """
    return {name: text for name, offer in views.items() if (text := _leaks(offer))}


def _leaks(view: Offer[View]) -> str:
    text: object = view.item.leaks()
    if not isinstance(text, str):
        raise contract_error(view, f"leaks: got {text!r}; expected a text, empty where nothing leaks.")
    return text
