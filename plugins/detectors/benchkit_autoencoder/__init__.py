"""Dense autoencoders: ``pixel-ae``, ``pixel-ae-shallow`` and the model-state autoencoders."""

from __future__ import annotations

from collections.abc import Iterable

from benchkit import Detector, hookimpl
from benchkit_autoencoder.detector import Autoencoder

__all__ = ["Autoencoder"]

_DEEP = Autoencoder(name="pixel-ae")
_SHALLOW = Autoencoder(
    name="pixel-ae-shallow",
    hidden=(50,),
    output="sigmoid",
    batch_size=64,
    epochs=5,
    min_images=50_000,
    max_images=270_000,
    replacement=True,
)


def _model_state(layer: str) -> Autoencoder:
    return Autoencoder(
        name=f"model-state-ae-{layer}",
        view=layer,
        hidden=(16, 8, 16),
        output="linear",
        standardise=True,
        batch_size=64,
        epochs=10,
        min_images=50_000,
        max_images=300_000,
    )


@hookimpl
def benchkit_detectors() -> Iterable[Detector]:
    """Offer the dense autoencoders of the first, fourth and fifth experiments."""
    return (_DEEP, _SHALLOW, _model_state("layer1"), _model_state("layer2"))
