"""Looking at images through a view: all at once, or some at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from benchkit.contract import Rows, View
from benchkit.registry import Offer
from benchkit.runner.grey_images import GreyImages
from benchkit.runner.guard import PLUGIN_FAULTS, Verdict, check_inputs, contract_error, explain, isolated, untouched
from benchkit.training import Mapped

Look = Callable[[Tensor], Tensor]


class ViewFaultError(Exception):
    """What a view did wrong, already put into words: the cells of the detectors that look there say so."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(verdict[1])
        self.verdict = verdict


@dataclass(frozen=True)
class Sight:
    """A fitted view.

    Attributes:
        view: its name.
        offer: the object that offers it.
        look: from images to the view's inputs.
        seed: of the global random states, for a look that draws from them.
    """

    view: str
    offer: Offer[View]
    look: Look
    seed: int

    def row(self, images: GreyImages) -> Tensor | None:
        """Return what is seen of the first image, 1×…; None where it is the very image that is shown."""
        first = images.take(torch.arange(min(1, len(images))))
        with isolated(self.seed):
            seen = self._seen(first)
        return None if seen.shape == first.shape and seen.data_ptr() == first.data_ptr() else seen

    def all(self, images: GreyImages, like: Tensor) -> Tensor:
        """Return what is seen of all images, N×…, where ``like`` was seen of the first."""
        made = torch.empty((len(images), *like.shape[1:]), dtype=like.dtype, device=like.device)
        start = 0
        with isolated(self.seed):
            for some in images.chunks():
                seen = self._seen(some)
                if seen.shape[1:] != like.shape[1:] or seen.dtype != like.dtype:
                    got, first = f"{tuple(seen.shape)} {seen.dtype}", f"{tuple(like.shape)} {like.dtype}"
                    raise contract_error(
                        self.offer, f"view {self.view!r}: got {got} after {first}; expected rows of one kind."
                    )
                made[start : start + len(seen)] = seen
                start += len(seen)
        return made

    def rows(self, images: GreyImages) -> Rows:
        """Return what is seen of the images as rows, each computed when it is taken."""
        return Mapped(images, self._blamed)

    def _seen(self, images: Tensor) -> Tensor:
        with torch.no_grad(), untouched(images, self.offer, f"view {self.view!r}"):
            return check_inputs(self.look(images), images, self.view, self.offer)

    def _blamed(self, images: Tensor) -> Tensor:
        """Look from within somebody else's call, whose fault it is not."""
        try:
            return self._seen(images)
        except PLUGIN_FAULTS as error:
            raise ViewFaultError(explain(error, self.offer, f"view {self.view!r}")) from error
