"""Choosing what a cell has to show: images of every rank, and what the fitted detector makes of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from benchkit.contract import Detector, Scorer
from benchkit.data import to_levels
from benchkit.errors import ContractError
from benchkit.registry import Offer, shortened
from benchkit.results import Exhibit, Shown
from benchkit.runner.grey_images import GreyImages, LabelledGrey
from benchkit.runner.guard import PLUGIN_FAULTS, contract_error, described, isolated
from benchkit.showing import Encoding, Reconstructing, Trained

OF_A_RANK = 12
"""Images of each kind that are kept of the least, the middle and the most anomalous: as the fifth experiment shows."""

IN_LATENT = 1000
"""Points of each kind that are kept of a latent space: as many normals as the second experiment shows."""

MOST_NUMBERS = 4096
"""Numbers of a latent space at most: principal components of more take seconds a cell."""

MOST_EPOCHS = 10_000
"""Losses that are kept at most."""

LARGEST = 1e30
"""What is shown is smaller: sums of squares stay finite, and so do the axes of a chart."""


@dataclass(frozen=True)
class Ranked:
    """Scored images of one kind.

    Attributes:
        images: N of them.
        place: int64, N: what they are known by.
        labels: int64, N; -1 where nobody knows.
        scores: float64, N.
    """

    images: GreyImages
    place: NDArray[np.int64]
    labels: NDArray[np.int64]
    scores: NDArray[np.float64]

    @classmethod
    def of_normal(cls, test: LabelledGrey, keep: NDArray[np.bool_], scores: NDArray[np.float64]) -> Ranked:
        """Return those of a task's normal test images that an anomaly is held against."""
        held = test.select(torch.from_numpy(keep))
        return cls(held.images, held.images.places().cpu().numpy(), held.labels.cpu().numpy(), scores)

    @classmethod
    def of_anomaly(cls, images: GreyImages, scores: NDArray[np.float64]) -> Ranked:
        """Return the images of an anomaly."""
        n = len(images)
        return cls(images, np.arange(n), np.full(n, -1), scores)


@dataclass
class Exhibitor:
    """Makes the exhibits of one fitted detector. What it raises while it shows itself costs the exhibit, not the cell.

    Attributes:
        offer: the detector.
        scorer: what its ``fit`` returned.
        way_in: from images to what the scorer takes.
        seed: of the fit.
    """

    offer: Offer[Detector]
    scorer: Scorer
    way_in: Callable[[Tensor], Tensor]
    seed: int
    _notes: list[str] = field(default_factory=list)

    def exhibit(self, normal: Ranked, anomaly: Ranked) -> Exhibit:
        """Return what one cell has to show."""
        self._notes = []
        spots = [self._spots(part) for part in (normal, anomaly)]
        latents, share = on_two_axes(*spots)
        shown = [self._shown(part, latent) for part, latent in zip((normal, anomaly), latents, strict=True)]
        return Exhibit(shown[0], shown[1], self._losses(), share, self.remarks)

    @property
    def remarks(self) -> str:
        """What went wrong so far, each once; empty where nothing did."""
        return shortened(" ".join(dict.fromkeys(self._notes)))

    def _spots(self, part: Ranked) -> Tensor | None:
        n = len(part.scores)
        index = np.linspace(0, n - 1, min(n, IN_LATENT), dtype=np.int64)
        return self._tried("encode", self._encoded, part, index)

    def _tried(
        self, method: str, made: Callable[[Tensor], Tensor | None], part: Ranked, index: NDArray[np.int64]
    ) -> Tensor | None:
        """Return what is made of some images; what goes wrong is noted."""
        try:
            with torch.no_grad(), isolated(self.seed):
                return made(self.way_in(part.images.take(torch.from_numpy(index))))
        except PLUGIN_FAULTS as error:
            self._notes.append(f"{method}: got {described(error)}.")
            return None

    def _encoded(self, inputs: Tensor) -> Tensor | None:
        found = encoded(self.scorer, inputs, self.offer)
        if found is None:
            is_space = inputs.ndim == 2 and inputs.shape[1] <= MOST_NUMBERS  # a view of vectors is a space by itself
            return inputs.double().cpu() if is_space else None
        return found.double().cpu()

    def _reconstructed(self, inputs: Tensor) -> Tensor | None:
        return reconstructed(self.scorer, inputs, self.offer) if inputs.ndim == 4 else None  # else it is no picture

    def _shown(self, part: Ranked, latent: NDArray[np.float32]) -> Shown:
        index = ranks(part.scores)
        images = to_levels(part.images.take(torch.from_numpy(index))).cpu().numpy()
        return Shown(index, part.place[index], part.labels[index], images, self.again(part, index), latent)

    def again(self, part: Ranked, index: NDArray[np.int64]) -> NDArray[np.uint8]:
        """Return the reconstructions of some images, uint8 k×1×H×W; 0×1×H×W where the scorer makes none."""
        made = self._tried("reconstruct", self._reconstructed, part, index)
        if made is None or made.shape[1:] != part.images.shape[1:]:
            return np.zeros((0, *part.images.shape[1:]), np.uint8)
        again: NDArray[np.uint8] = to_levels(made.float().clamp(0, 1)).cpu().numpy()
        return again

    def _losses(self) -> NDArray[np.float64]:
        try:
            with isolated(self.seed):  # they may be a property, which is code of the plugin
                losses = losses_of(self.scorer, self.offer)
        except PLUGIN_FAULTS as error:
            self._notes.append(f"losses: got {described(error)}.")
            losses = None
        return np.zeros(0) if losses is None else losses


def encoded(scorer: Scorer, inputs: Tensor, offer: Offer[Detector]) -> Tensor | None:
    """Return where inputs lie in a scorer's latent space: n×k; None where it has none.

    Raises:
        ContractError: it did not return one finite row of floats an input.
    """
    if not isinstance(scorer, Encoding):
        return None
    got: object = scorer.encode(inputs)
    if not isinstance(got, Tensor) or got.ndim != 2 or len(got) != len(inputs) or not 0 < got.shape[1] <= MOST_NUMBERS:
        raise _refused("encode", got, f"{len(inputs)} rows of 1 to {MOST_NUMBERS:,} numbers", offer)
    return _finite("encode", got, offer)


def reconstructed(scorer: Scorer, inputs: Tensor, offer: Offer[Detector]) -> Tensor | None:
    """Return what a scorer makes of inputs, in their own shape; None where it makes nothing of them.

    Raises:
        ContractError: it did not return finite floats of that shape.
    """
    if not isinstance(scorer, Reconstructing):
        return None
    got: object = scorer.reconstruct(inputs)
    if not isinstance(got, Tensor) or got.shape != inputs.shape:
        raise _refused("reconstruct", got, f"shape {tuple(inputs.shape)}", offer)
    return _finite("reconstruct", got, offer)


def losses_of(scorer: Scorer, offer: Offer[Detector]) -> NDArray[np.float64] | None:
    """Return the mean training loss of each epoch; None where the scorer does not remember them.

    Raises:
        ContractError: they are not finite numbers.
    """
    if not isinstance(scorer, Trained):
        return None
    try:
        losses = np.asarray([float(loss) for loss in scorer.losses], dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise _refused("losses", scorer.losses, "a number an epoch", offer) from error
    if losses.size > MOST_EPOCHS or not (np.abs(losses) < LARGEST).all():
        got = f"{losses.size:,} numbers" if losses.size > MOST_EPOCHS else "numbers that are not finite, or too large"
        raise contract_error(
            offer, f"losses: got {got}; expected {MOST_EPOCHS:,} at most, one an epoch, each below {LARGEST:g}."
        )
    return losses


def _finite(method: str, got: Tensor, offer: Offer[Detector]) -> Tensor:
    if not got.is_floating_point() or not bool((got.abs() < LARGEST).all()):  # NaN is not below anything
        raise _refused(method, got, f"finite floats below {LARGEST:g}", offer)
    return got.detach()


def _refused(method: str, got: object, expected: str, offer: Offer[Detector]) -> ContractError:
    found = f"{tuple(got.shape)} {got.dtype}" if isinstance(got, Tensor) else type(got).__name__
    return contract_error(offer, f"{method}: got {found}; expected {expected}.")


def ranks(scores: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return which images to show, by increasing score: the least anomalous, the middle and the most, each once."""
    order, n = np.argsort(scores, kind="stable"), len(scores)
    middle = max(0, n // 2 - OF_A_RANK // 2)
    wanted = [range(OF_A_RANK), range(middle, middle + OF_A_RANK), range(n - OF_A_RANK, n)]
    places = sorted({place for places in wanted for place in places if 0 <= place < n})
    return order[places].astype(np.int64)


def on_two_axes(
    normal: Tensor | None, anomaly: Tensor | None
) -> tuple[tuple[NDArray[np.float32], NDArray[np.float32]], float]:
    """Return both kinds as m×2: their own numbers where there are two at most, else the normals' principal components.

    Returns:
        The points of both, and the share of the normals' variance that the two axes hold.
    """
    nothing = np.zeros((0, 2), np.float32)
    if normal is None or anomaly is None or normal.shape[1] != anomaly.shape[1]:
        return (nothing, nothing), 1.0
    pair = [each.numpy().astype(np.float64) for each in (normal, anomaly)]
    if pair[0].shape[1] == 1:
        pair = [np.column_stack([each, np.zeros(len(each))]) for each in pair]
    share = 1.0
    if pair[0].shape[1] > 2:
        centre = pair[0].mean(0)
        axes, share = _principal(pair[0] - centre)
        pair = [(each - centre) @ axes.T for each in pair]
    return (pair[0].astype(np.float32), pair[1].astype(np.float32)), share


def _principal(centred: NDArray[np.float64]) -> tuple[NDArray[np.float64], float]:
    """Return two principal axes, 2×k, each of the sign that its largest part is positive, and their share."""
    _, values, axes = np.linalg.svd(centred, full_matrices=False)
    largest = np.abs(axes[:2]).argmax(1)
    signs = np.sign(axes[:2][np.arange(len(largest)), largest])
    squares = values**2
    return axes[:2] * signs[:, None], float(squares[:2].sum() / max(squares.sum(), np.finfo(np.float64).tiny))
