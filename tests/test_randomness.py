"""Sources of randomness."""

from __future__ import annotations

import torch

import benchkit
from benchkit.randomness import source_of


def test_a_name_and_a_seed_are_one_stream() -> None:
    """The same both times; another name or another seed draws otherwise."""
    drawn = [torch.rand(4, generator=source_of(*given)) for given in (("a", 0), ("a", 0), ("b", 0), ("a", 1))]
    assert torch.equal(drawn[0], drawn[1])
    assert not torch.equal(drawn[0], drawn[2])
    assert not torch.equal(drawn[0], drawn[3])


def test_it_is_public() -> None:
    """Plugin authors find it beside the doors, and it is drawn on the CPU."""
    assert benchkit.source_of is source_of
    assert source_of("a", 0).device.type == "cpu"


def test_the_stream_stays_what_it_was() -> None:
    """Anomalies of old runs have to come back to the bit: the seed is the first eight bytes of SHA-256, halved."""
    assert source_of("noise-1", 0).initial_seed() == 9063683488895600203
