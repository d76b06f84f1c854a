"""Views of one task's images: trained once, looked at by every detector, computed once."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping

from torch import Tensor

from benchkit.contract import LabelledImages, View
from benchkit.errors import UsageError
from benchkit.registry import Offer
from benchkit.runner.guard import PLUGIN_FAULTS, check_inputs, contract_error, isolated, untouched
from benchkit.runner.ledger import Ledger
from benchkit.runner.protocol import with_own_labels
from benchkit.training import batched

Look = Callable[[Tensor], Tensor]


class ViewRoom:
    """Fits each view object at most once and keeps the looks of the view in use.

    Attributes:
        views: who offers each view.

    Args:
        views: who offers each view.
        normal: normal training images.
        seed: seed of the views' training.
        ledger: takes the seconds.
    """

    def __init__(self, views: Mapping[str, Offer[View]], normal: LabelledImages, seed: int, ledger: Ledger) -> None:
        self.views = views
        self._normal = normal
        self._seed = seed
        self._ledger = ledger
        self._looks: dict[str, Mapping[str, Look] | BaseException] = {}  # by the object's name: it may be unhashable
        self._fit_seconds: dict[str, float] = {}
        self._inputs: dict[tuple[str, Hashable], Tensor] = {}

    def offer(self, view: str) -> Offer[View]:
        """Return who offers the view.

        Raises:
            UsageError: nobody does; the plugin that should is missing, broken or left out.
        """
        if view not in self.views:
            raise UsageError(f"view {view!r}: got no plugin that offers it; `benchkit plugins` shows what is there.")
        return self.views[view]

    def look(self, view: str) -> Look:
        """Return the function from images to the view's inputs; the first call trains it.

        Raises:
            Exception: whatever the view's ``fit`` raised, again at every call.
        """
        offer = self.offer(view)
        if offer.item.name not in self._looks:
            self._looks[offer.item.name] = self._fit(offer)
        looks = self._looks[offer.item.name]
        if isinstance(looks, BaseException):
            raise looks
        if view not in looks:
            raise contract_error(offer, f"fit: got the views {sorted(looks)}; expected {view!r} among them.")
        return looks[view]

    def _fit(self, offer: Offer[View]) -> Mapping[str, Look] | BaseException:
        try:
            with untouched(self._normal.images, offer, "fit"), isolated(self._seed):
                return self._timed_fit(offer)
        except PLUGIN_FAULTS as error:
            return error

    def _timed_fit(self, offer: Offer[View]) -> Mapping[str, Look]:
        with self._ledger.time("view", offer.item.name) as watch:
            looks: object = offer.item.fit(with_own_labels(self._normal), seed=self._seed)
        fitted = _checked(looks, offer)
        self._fit_seconds[offer.item.name] = watch.seconds
        return fitted

    def is_fitted(self, view: str) -> bool:
        """Return whether the view's object was trained, or failed to be."""
        return self.offer(view).item.name in self._looks

    def give(self, view: str, looks: object, seconds: float) -> None:
        """Take what the view's object gave when it was trained elsewhere, together with others.

        Raises:
            ContractError: it is no mapping.
        """
        offer = self.offer(view)
        self._looks[offer.item.name] = _checked(looks, offer)
        self._fit_seconds[offer.item.name] = seconds

    def fit_seconds(self, view: str) -> float | None:
        """Return how long the view's object was trained; None before."""
        return self._fit_seconds.get(self.views[view].item.name) if view in self.views else None

    def inputs(self, view: str, key: Hashable, images: Tensor) -> Tensor:
        """Return the view of ``images``, kept under ``key`` until another view is asked for.

        Raises:
            ContractError: the view's function did not return one finite float row an image.
        """
        if (view, key) not in self._inputs:
            self._forget_all_but(view)
            look = self.look(view)
            offer = self.offer(view)
            with (
                untouched(images, offer, f"view {view!r}"),
                self._ledger.time("view"),  # without a name: whoever dies here may die of what the detector has taken
                isolated(self._seed),
            ):
                seen = images if _shows_itself(look, images) else batched(look, images)
            self._inputs[view, key] = check_inputs(seen, images, view, offer)
        return self._inputs[view, key]

    def _forget_all_but(self, view: str) -> None:
        self._inputs = {key: kept for key, kept in self._inputs.items() if key[0] == view}


def _checked(looks: object, offer: Offer[View]) -> Mapping[str, Look]:
    if not isinstance(looks, Mapping):
        raise contract_error(offer, f"fit: got {type(looks).__name__}; expected a mapping of view to function.")
    return looks


def _shows_itself(look: Look, images: Tensor) -> bool:
    """Whether a view returns the very images that it is given: a copy of all of them is much memory for nothing."""
    first = images[:1]
    seen: object = look(first)
    return isinstance(seen, Tensor) and seen.shape == first.shape and seen.data_ptr() == first.data_ptr()
