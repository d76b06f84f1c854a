"""An anomaly's images, made as a run makes them."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
import torch
from toy_plugins import Brighter, ToyImages

import benchkit
from benchkit.registry import Offer
from benchkit.runner.guard import SpoiledInputsError
from benchkit.runner.making import make_anomalies
from benchkit.runner.protocol import generator_input, prepare
from benchkit.runner.shelf import Shelf

DATA = prepare(ToyImages(), torch.device("cpu"))


@dataclass(frozen=True)
class Spoils(Brighter):
    """Writes into the test images."""

    def generate(self, test: benchkit.LabelledImages, *, seed: int) -> torch.Tensor:
        """Brighten them where they lie."""
        return test.images.add_(0.1).clamp_(0, 1)


def offer(generator: benchkit.AnomalyGenerator) -> Offer[benchkit.AnomalyGenerator]:
    """Return it as a registry offers it."""
    return Offer(generator, "toys", "toys", "1.0")


def test_the_images_are_8_bit_and_lie_where_the_test_images_lie() -> None:
    """One for each test image that the generator may use; the global random state is left as found."""
    state = torch.get_rng_state()
    made = make_anomalies(offer(Brighter()), DATA, seed=0, shelf=Shelf(2**30))
    assert made.shape == generator_input(DATA, Brighter()).images.shape
    assert torch.equal(made.floats(), (made.floats() * 255).round() / 255)
    assert torch.equal(torch.get_rng_state(), state)


def test_a_generator_that_writes_into_the_test_images_is_told() -> None:
    """They are everybody's."""
    with pytest.raises(SpoiledInputsError, match="generate: got its inputs changed in place"):
        make_anomalies(offer(Spoils()), DATA, seed=0, shelf=Shelf(2**30))


def test_test_images_for_which_there_is_no_room_are_refused() -> None:
    """As a reason that says what would be enough, not as a memory error."""
    with pytest.raises(
        benchkit.Unsupported, match=r"anomaly .brighter. gets its test images as a whole.*--device-memory"
    ):
        make_anomalies(offer(Brighter()), DATA, seed=0, shelf=Shelf(1, limited=True))
