"""Views ``layer1``, ``layer2`` and ``logits``: the activations of a classifier, the subject model."""

from __future__ import annotations

from collections.abc import Iterable

from benchkit import View, hookimpl
from benchkit_subject.view import Subject

__all__ = ["Subject"]


@hookimpl
def benchkit_views() -> Iterable[View]:
    """Offer the subject model of the model-state experiment."""
    return (Subject(),)
