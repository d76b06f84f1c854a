"""View ``pca``: principal components of contrast-normalised images, what the field's shallow baselines look at."""

from __future__ import annotations

from collections.abc import Iterable

from benchkit import View, hookimpl
from benchkit_principal.view import Principal

__all__ = ["Principal"]


@hookimpl
def benchkit_views() -> Iterable[View]:
    """Offer ``pca``."""
    return (Principal(),)
