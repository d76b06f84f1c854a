"""What a scorer may show of itself beside its scores: reconstructions, a latent space, a learning curve.

All three are optional. A run keeps what they show of a few images of each cell (see ``benchkit.results.exhibit``), and
the pictures and the report page are drawn from that.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:  # the doors are read by `benchkit --help`, which must not pay for importing torch
    from torch import Tensor


@runtime_checkable
class Reconstructing(Protocol):
    """A scorer that makes its inputs again, such as an autoencoder's."""

    def reconstruct(self, inputs: Tensor, /) -> Tensor:
        """Return the reconstructions of ``inputs`` (n×…, in the detector's view): finite floats of the same shape."""


@runtime_checkable
class Encoding(Protocol):
    """A scorer that has a latent space."""

    def encode(self, inputs: Tensor, /) -> Tensor:
        """Return where ``inputs`` (n×…, in the detector's view) lie in the latent space: finite floats, n×k, k ≥ 1."""


@runtime_checkable
class Trained(Protocol):
    """A scorer that remembers how it was trained.

    Attributes:
        losses: the mean training loss of each epoch, in order; finite.
    """

    losses: Sequence[float]
