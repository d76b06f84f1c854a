"""Views of one task's images: trained once, looked at by every detector, kept while there is room."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping

from torch import Tensor

from benchkit.contract import Detector, LabelledImages, LabelledRows, Rows, SubjectDetector, View
from benchkit.errors import UsageError
from benchkit.registry import Offer
from benchkit.runner.grey_images import GreyImages, LabelledGrey
from benchkit.runner.guard import PLUGIN_FAULTS, contract_error, isolated, untouched
from benchkit.runner.ledger import Ledger
from benchkit.runner.memory import rows_for
from benchkit.runner.shelf import Shelf
from benchkit.runner.sight import Look, Sight

TRAIN, CALIBRATION, NORMAL = "train", "calibration", "normal"
"""Keys of a task's normal images. Those of the training come as a whole where that can be, others as there is room."""


class ViewRoom:
    """Fits each view object at most once, and looks at images through it.

    Attributes:
        views: who offers each view.

    Args:
        views: who offers each view.
        normal: normal training images.
        seed: seed of the views' training.
        ledger: takes the seconds.
        shelf: where what was seen is kept.
        classes: those of ``normal``: rooms with the same have the same images.
    """

    def __init__(
        self,
        views: Mapping[str, Offer[View]],
        normal: LabelledGrey,
        seed: int,
        ledger: Ledger,
        shelf: Shelf,
        classes: Hashable = None,
    ) -> None:
        self.views = views
        self._normal = normal
        self._seed = seed
        self._ledger = ledger
        self._shelf = shelf
        self._classes = classes
        self._looks: dict[str, Mapping[str, Look] | BaseException] = {}  # by the object's name: it may be unhashable
        self._fit_seconds: dict[str, float] = {}
        self._rows: dict[str, Tensor | None] = {}

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
        return look_among(self.looks(view), view, self.offer(view))

    def looks(self, view: str) -> Mapping[str, Look]:
        """Return all functions of the object that offers the view; otherwise as ``look``."""
        offer = self.offer(view)
        if offer.item.name not in self._looks:
            self._looks[offer.item.name] = self._fit(offer)
        looks = self._looks[offer.item.name]
        if isinstance(looks, BaseException):
            raise looks
        return looks

    def _fit(self, offer: Offer[View]) -> Mapping[str, Look] | BaseException:
        try:
            normal = self.normal_for(offer)
            with untouched(normal.images, offer, "fit"), isolated(self._seed):
                return self._timed_fit(offer, normal)
        except PLUGIN_FAULTS as error:
            return error

    def _timed_fit(self, offer: Offer[View], normal: LabelledImages | LabelledRows) -> Mapping[str, Look]:
        with self._ledger.time("view", offer.item.name) as watch:
            looks: object = offer.item.fit(normal, seed=self._seed)  # type: ignore[arg-type] # rows to who takes them
        fitted = checked_looks(looks, offer)
        self._fit_seconds[offer.item.name] = watch.seconds
        return fitted

    def normal_for(self, offer: Offer[View]) -> LabelledImages | LabelledRows:
        """Return the normal training images as a view's ``fit`` gets them.

        Raises:
            Unsupported: there are too many for one that takes no rows.
        """
        images, labels = self.floats(TRAIN, self._normal.images), self._normal.labels.clone()
        if isinstance(images, Tensor):
            return LabelledImages(images, labels)
        return LabelledRows(rows_for(offer.item, images, self._shelf), labels)

    def is_fitted(self, view: str) -> bool:
        """Return whether the view's object was trained, or failed to be."""
        return self.offer(view).item.name in self._looks

    def give(self, view: str, looks: Mapping[str, Look], seconds: float) -> None:
        """Take what the view's object gave when it was trained elsewhere, together with others."""
        name = self.offer(view).item.name
        self._looks[name], self._fit_seconds[name] = looks, seconds

    def fit_seconds(self, view: str) -> float | None:
        """Return how long the view's object was trained; None before."""
        return self._fit_seconds.get(self.views[view].item.name) if view in self.views else None

    def training(self, detector: Detector) -> Tensor | Rows:
        """Return the training inputs as a detector's ``fit`` gets them.

        Raises:
            Unsupported: there are too many for one that takes no rows.
            ContractError: as ``inputs``.
        """
        inputs = self.shown(detector, TRAIN, self._normal.images)
        return inputs if isinstance(inputs, Tensor) else rows_for(detector, inputs, self._shelf)

    def shown(self, detector: Detector, key: Hashable, images: GreyImages) -> Tensor | Rows:
        """Return what a detector gets of ``images``: its view of them, or themselves where it looks on its own."""
        if isinstance(detector, SubjectDetector):
            self.look(detector.view)  # a view that cannot be trained is to be found out here, not in the detector
            return self.floats(key, images)
        return self.inputs(detector.view, key, images)

    def inputs(self, view: str, key: Hashable, images: GreyImages) -> Tensor | Rows:
        """Return the view of ``images``, which are always the same under one key.

        Returns:
            N×… on the device, kept while there is room; rows where there is none, each computed when it is taken.

        Raises:
            ContractError: the view's function did not return one finite float row an image.
        """
        sight = Sight(view, self.offer(view), self.look(view), self._seed)
        row = self._row(sight, images)
        if row is None:
            return self.floats(key, images)
        needed = len(images) * row.element_size() * row.shape[1:].numel()
        if not self._shelf.takes(needed, at_any_price=key == TRAIN):
            return sight.rows(images)
        return self._kept((self._classes, self._seed, view, key), needed, lambda: sight.all(images, row))

    def floats(self, key: Hashable, images: GreyImages) -> Tensor | Rows:
        """Return the images themselves, as ``inputs`` returns what is seen of them."""
        if not self._shelf.takes(images.float_bytes, at_any_price=key == TRAIN):
            return images
        return self._kept((self._classes, key), images.float_bytes, images.floats)

    def is_whole(self) -> bool:
        """Return whether nobody wrote into anything that detectors and views are lent."""
        return self._shelf.is_whole()

    def _row(self, sight: Sight, images: GreyImages) -> Tensor | None:
        if sight.view not in self._rows:
            self._rows[sight.view] = sight.row(images)
        return self._rows[sight.view]

    def _kept(self, key: Hashable, needed: int, make: Callable[[], Tensor]) -> Tensor:
        def timed() -> Tensor:
            with self._ledger.time("view"):  # without a name: whoever dies here may die of what a detector has taken
                return make()

        return self._shelf.get(key, needed, timed)


def checked_looks(looks: object, offer: Offer[View], method: str = "fit") -> Mapping[str, Look]:
    """Return what a view's ``method`` gave when it is a mapping of view to function.

    Raises:
        ContractError: it is not.
    """
    if not isinstance(looks, Mapping):
        raise contract_error(offer, f"{method}: got {type(looks).__name__}; expected a mapping of view to function.")
    for name, look in looks.items():
        if not callable(look):
            got = f"{type(look).__name__} as {name!r}"
            raise contract_error(offer, f"{method}: got {got}; expected a function from images to inputs.")
    return looks


def look_among(looks: Mapping[str, Look], view: str, offer: Offer[View], method: str = "fit") -> Look:
    """Return the function of one view.

    Raises:
        ContractError: there is none of that name.
    """
    if view not in looks:
        names = sorted(map(str, looks))
        raise contract_error(offer, f"{method}: got the views {names}; expected {view!r} among them.")
    return looks[view]
