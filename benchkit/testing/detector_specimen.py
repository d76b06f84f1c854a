"""One detector under examination: the inputs that it is tried on, and what it has been fitted to."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import cast

import torch
from torch import Tensor

from benchkit.contract import Detector, Rows, Scorer, SubjectDetector
from benchkit.registry import Offer, Registry
from benchkit.runner.guard import PLUGIN_FAULTS, check_scores, contract_error, isolated
from benchkit.testing import material
from benchkit.testing.agreement import apart
from benchkit.testing.checks import NotApplicable
from benchkit.testing.once import Once
from benchkit.testing.sights import looker, looks_of
from benchkit.testing.watch import Watched, watched
from benchkit.testing.witness import GLOBAL_SEED

SEED = 0

SOME, FEW = 112, 40
"""How many training inputs most fits are done on: enough to tell two fits apart, few enough to take no time."""

_AGAIN = 16  # inputs that are scored again and again, each time after as many others
_FAR = 80


@dataclass(frozen=True)
class Fitted:
    """Another fit, and what it scored at once, before anything else was fitted.

    Attributes:
        scorer: what ``fit`` returned.
        scores: of the specimen's ``normal`` inputs, float64 on the CPU.
    """

    scorer: Scorer
    scores: Tensor


class DetectorSpecimen:
    """One detector, with everything that its checks share. Nothing is computed before a check asks for it.

    Attributes:
        offer: the detector, and where it came from.
        fitted: the fit on all training inputs, watched, and its scorer; raises what the detector raises.
        again: another fit like ``fit_on(SOME)``.
        scored: what that scorer returned for ``normal``, whatever that is, watched; raises what it raises.
    """

    def __init__(self, offer: Offer[Detector], registry: Registry) -> None:
        self.offer = offer
        self._registry = registry
        self._look = Once(lambda: looker(offer.item.view, registry))
        self.fitted = Once(self._first)
        self.scored = Once(self._score_watched)
        self._steady = Once(self._is_steady)
        self.again = Once(lambda: self.fit_fresh(self.train[:SOME]))
        self._fits: dict[tuple[int, int], Once[Fitted]] = {}
        self._lent: Tensor | None = None

    @classmethod
    def of(cls, offer: Offer[Detector], registry: Registry) -> DetectorSpecimen:
        """Return the specimen of a detector; the registry says who offers the view that it looks at."""
        return cls(offer, registry)

    @property
    def detector(self) -> Detector:
        """The detector."""
        return self.offer.item

    @cached_property
    def train(self) -> Tensor:
        """Normal training inputs, N×… in the detector's view; images for one that looks on its own.

        Raises:
            NotApplicable: the view shows nothing of the kit's images, or is at fault.
            UsageError: nobody offers the view.
        """
        return self._shown(material.images().train.images)

    @cached_property
    def normal(self) -> Tensor:
        """Normal inputs that it was not fitted on."""
        return self._shown(material.images().test.images)

    @cached_property
    def far_off(self) -> Mapping[str, Tensor]:
        """Inputs that are far off, by their kind."""
        seen = material.images().test.select(torch.arange(_FAR))
        return {kind: self._shown(images) for kind, images in material.far_off(seen, seed=SEED).items()}

    @cached_property
    def sees_images(self) -> bool:
        """Whether its inputs are images themselves: of their shape, and from 0 to 1."""
        images = material.images().train.images
        return self.train.shape == images.shape and float(self.train.min()) >= 0.0 and float(self.train.max()) <= 1.0

    def fit(self, inputs: Tensor | Rows, *, seed: int = SEED) -> Scorer:
        """Fit as a run does, on a copy.

        Raises:
            ContractError: what ``fit`` returned cannot be called.
            Exception: whatever it raised.
        """
        lent = inputs.clone() if isinstance(inputs, Tensor) else inputs
        with isolated(GLOBAL_SEED):
            scorer = self._fitted_on(lent, seed)
        return self.callable(scorer, "fit")

    def callable(self, scorer: object, method: str) -> Scorer:
        """Return what a ``method`` gave if it can be called.

        Raises:
            ContractError: it cannot.
        """
        if not callable(scorer):
            raise contract_error(
                self.offer,
                f"{method}: got {type(scorer).__name__}; expected a function from n inputs to n scores. Return the "
                "scorer.",
            )
        return scorer

    def score(self, scorer: Scorer, inputs: Tensor, *, copied: bool = True) -> Tensor:
        """Score inputs as a run does; float64 on the CPU.

        Args:
            scorer: what ``fit`` returned.
            inputs: n×…, copied first unless they are to be scored as they lie.
            copied: whether they are.

        Raises:
            ContractError: the scores are none.
            Exception: whatever the scorer raised.
        """
        lent = inputs.clone() if copied else inputs
        with isolated(GLOBAL_SEED), torch.no_grad():
            return check_scores(scorer(lent), lent, self.offer)

    def scorer(self) -> Scorer:
        """Return the scorer of the first fit, whose scores are known to be scores and the same at each call.

        Raises:
            NotApplicable: there is none, as another check tells.
            Unsupported: the detector says that the kit's images are not for it.
        """
        if not self.is_steady():
            raise NotApplicable("the same inputs score differently at each call: see 'same-inputs-same-scores'")
        return self.fitted()[1]

    def is_steady(self) -> bool:
        """Return whether the scorer scores the same inputs the same, twice in a row and after others."""
        self.fitted.for_others("fits")
        return self._steady.for_others("scores")

    def repeats(self) -> None:
        """Require what a comparison of two fits needs.

        Raises:
            NotApplicable: two fits with one seed score differently, or nothing can be scored.
            Unsupported: as ``scorer``.
        """
        self.scorer()
        if not torch.equal(self.fit_on(SOME).scores, self.again().scores):
            raise NotApplicable("fits do not repeat themselves: see 'same-seed'")

    def fit_on(self, n: int, *, seed: int = SEED) -> Fitted:
        """Return a fit on the first n training inputs; each is done once."""
        key = (n, seed)
        if key not in self._fits:
            self._fits[key] = Once(lambda: self.fit_fresh(self.train[:n], seed=seed))
        return self._fits[key]()

    def fit_fresh(self, inputs: Tensor | Rows, *, seed: int = SEED) -> Fitted:
        """Fit anew and score the normal inputs."""
        scorer = self.fit(inputs, seed=seed)
        return Fitted(scorer, self.score(scorer, self.normal))

    def _shown(self, images: Tensor) -> Tensor:
        """Return what a detector gets of images: its view of them, or themselves where it looks on its own."""
        look = self._look()
        return images if isinstance(self.detector, SubjectDetector) else look(images)

    def _fitted_on(self, inputs: Tensor | Rows, seed: int) -> object:
        detector, lent = self.detector, cast(Tensor, inputs)  # rows go to those that take them
        if isinstance(detector, SubjectDetector):
            looks = looks_of(detector.view, self._registry, lent.device.type)
            return detector.fit_subject(lent, looks, seed=seed)
        return detector.fit(lent, seed=seed)

    def keeps_hands_off(self) -> bool:
        """Return whether the inputs that it was fitted on are what they were, after it has scored others."""
        self.scored.for_others("scores")
        return self._lent is None or torch.equal(self._lent, self.train)

    def _first(self) -> tuple[Watched, Scorer]:
        lent = self._lent = self.train.clone()
        watch = watched(lambda: self._fitted_on(lent, SEED), {"its inputs": lent})
        return watch, self.callable(watch.call.result(), "fit")

    def _score_watched(self) -> Watched:
        _, scorer = self.fitted.for_others("fits")
        lent = self.normal.clone()

        def score() -> object:
            with torch.no_grad():
                return scorer(lent)

        watch = watched(score, {"its inputs": lent})
        watch.call.result()
        return watch

    def _is_steady(self) -> bool:
        """Score some inputs again and again, and others in between; what is wrong with those, other checks say."""
        _, scorer = self.fitted()
        first = self.score(scorer, self.normal)
        if not torch.equal(first, self.score(scorer, self.normal)):
            return False
        some = self.normal[:_AGAIN]
        expected = self.score(scorer, some)
        for others in self.far_off.values():
            with contextlib.suppress(*PLUGIN_FAULTS):
                self.score(scorer, others[:_AGAIN])
            if apart(self.score(scorer, some), expected):
                return False
        return not apart(self.score(scorer, self.normal), first)
