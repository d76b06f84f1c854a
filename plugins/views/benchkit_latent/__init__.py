"""View ``latent``: the bottleneck of a pixel autoencoder."""

from __future__ import annotations

from collections.abc import Iterable

from benchkit import View, hookimpl
from benchkit_latent.view import Latent

__all__ = ["Latent"]


@hookimpl
def benchkit_views() -> Iterable[View]:
    """Offer ``latent``."""
    return (Latent(),)
