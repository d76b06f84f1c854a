"""An anomaly's images, made by its generator as a run makes them."""

from __future__ import annotations

from benchkit.contract import AnomalyGenerator
from benchkit.registry import Offer
from benchkit.runner.grey_images import GreyImages
from benchkit.runner.guard import isolated, untouched
from benchkit.runner.memory import too_large
from benchkit.runner.protocol import Prepared, anomalous_images, generator_input
from benchkit.runner.shelf import Shelf


def make_anomalies(offer: Offer[AnomalyGenerator], data: Prepared, *, seed: int, shelf: Shelf) -> GreyImages:
    """Return the images, laid where the test images lie.

    Args:
        offer: who makes them.
        data: the data set, cut by the protocol.
        seed: of what is drawn at random.
        shelf: says whether there is room for the test images as floats.

    Raises:
        Exception: whatever ``generate`` raised.
        ContractError: what it made is no anomaly, or it wrote into the test images.
        Unsupported: there are no test images, or too many.
    """
    given = generator_input(data, offer.item)
    if not shelf.takes(given.images.float_bytes, at_any_price=True):
        raise too_large(f"anomaly {offer.item.name!r}", "test images", given.images.shape, shelf)
    with isolated(seed):
        test = given.floats()
        with untouched(test.images, offer, "generate"):
            return given.images.like(anomalous_images(offer.item, test, seed=seed))
