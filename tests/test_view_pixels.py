"""View ``pixels``."""

from __future__ import annotations

from benchkit_pixels import Pixels
from training_helpers import blobs


def test_pixels_are_the_images_themselves() -> None:
    """The view keeps shape, values and memory of the images."""
    normal = blobs(6)
    view = Pixels()
    assert view.offers() == ("pixels",)
    assert view.fit(normal, seed=0)["pixels"](normal.images) is normal.images
