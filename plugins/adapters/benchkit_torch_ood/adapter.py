"""What the adapters share: where a method gets what it needs, and what becomes of its scores."""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from torch import Tensor

from benchkit import AT_LEAST_ONE, Detector, Ranges, Rows, Scorer, SubjectDetector, source_of
from benchkit.training import flat, sample
from benchkit_torch_ood.library import Method, lacking, library
from benchkit_torch_ood.scoring import AT_ONCE, Function, Scores
from benchkit_torch_ood.subject import Subject

Limits = Ranges

TINY = 1e-6
"""The lower limit of what has to be above 0."""

SHARE = (0.0, 1.0)
COUNT = AT_LEAST_ONE
POSITIVE = (TINY, math.inf)

TEMPERATURE = (TINY, 1e6)
"""Hotter, all logits are the same but for rounding, and every score with them."""


@dataclass(frozen=True)
class Ood(Detector):
    """A method of pytorch-ood; each setting's default is the library's unless it says whose it is."""

    by_default: ClassVar[bool] = False

    method: ClassVar[str]
    """The name of its class there."""

    def unavailable(self) -> str:
        """Return what to install where pytorch-ood is not there."""
        return lacking()

    def made(self, *arguments: Any, **settings: Any) -> Method:
        """Return the library's detector, not fitted yet."""
        made: Method = getattr(library(), self.method)(*arguments, **settings)
        return made


@dataclass(frozen=True)
class OodOnInputs(Ood):
    """A method that needs one view alone, flattened.

    Attributes:
        most: normal inputs that are fitted on at most, drawn by the seed.
    """

    takes_rows: ClassVar[bool] = True
    setting_ranges: ClassVar[Limits] = {"most": COUNT}

    most: int = 100_000

    @abstractmethod
    def fitted(self, inputs: Tensor) -> Function:
        """Return the library's scores as a function of inputs (n×D).

        Args:
            inputs: normal ones.

        Raises:
            Unsupported: they are of a kind that the method cannot take.
        """

    def fit(self, normal: Tensor | Rows, *, seed: int) -> Scorer:
        """Fit on normal inputs (N×…, N ≥ 1) and return the scorer.

        Raises:
            Unsupported: the inputs are of a kind that the method cannot take.
        """
        predict = self.fitted(sample(flat(normal), self.most, source_of(self.name, seed)))
        return Scores(lambda inputs: predict(inputs.flatten(1)))


@dataclass(frozen=True)
class OodOnSubject(Ood, SubjectDetector):
    """A method that needs more of the subject model than one view."""

    at_once: ClassVar[int] = AT_ONCE
    """Images that are scored at a time."""

    view: str = "layer2"

    @abstractmethod
    def predicted(self, subject: Subject) -> Function:
        """Return the library's scores as a function of images.

        Raises:
            Unsupported: the subject model is of a kind that the method cannot take.
        """

    def fit_subject(self, normal: Tensor, looks: Mapping[str, Function], *, seed: int) -> Scorer:
        """Fit on normal images (N×1×H×W, N ≥ 1) and return the scorer of images.

        Raises:
            Unsupported: a view that the method needs is not among the looks, or of a kind that it cannot take.
        """
        with torch.no_grad():  # the looks of a stranger may keep a graph otherwise
            return Scores(self.predicted(Subject(self, normal, looks, seed=seed)), self.at_once)


@dataclass(frozen=True)
class OodOnFeatures(OodOnSubject):
    """A method that scores the features of the view, flattened, and gets more than these when it is fitted."""

    @abstractmethod
    def fitted(self, subject: Subject) -> Function:
        """Return the library's scores as a function of features (n×D).

        Raises:
            Unsupported: as ``predicted``.
        """

    def predicted(self, subject: Subject) -> Function:
        """Return the library's scores as a function of images."""
        predict, look = self.fitted(subject), subject.look
        return lambda images: predict(look(images))
