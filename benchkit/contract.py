"""The doors: what a detector, a view, an anomaly generator and a data set are.

The same for the built-in plugins and for a stranger's. Every plugin object is a frozen dataclass of
settings: its fields are recorded with the results, and there is no unfitted or half-fitted object.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar, Protocol

from benchkit.errors import Unsupported, UsageError
from benchkit.exchange import LabelledImages, LabelledRows, RemoteFile, Rows, Splits, Work
from benchkit.ranges import ABOVE_ZERO, AT_LEAST_ONE, Ranges, first_outside, range_text, ranges_of

if TYPE_CHECKING:  # the doors are read by `benchkit --help`, which must not pay for importing torch
    import torch
    from torch import Tensor

__all__ = [
    "ABOVE_ZERO",
    "API_VERSION",
    "AT_LEAST_ONE",
    "LATER",
    "NAME_PATTERN",
    "OLDEST_API_VERSION",
    "AnomalyGenerator",
    "Dataset",
    "Detector",
    "LabelledImages",
    "LabelledRows",
    "Ranges",
    "RemoteFile",
    "Rows",
    "Scorer",
    "Splits",
    "SubjectDetector",
    "View",
    "Work",
]

API_VERSION = 1
"""Version of the doors. It grows only when a plugin written for the last one would break.

A plugin's module may say for which version it was written, by ``benchkit_api_version = 1`` at its top.
"""

OLDEST_API_VERSION = 1
"""The oldest version of the doors that plugins may be written for."""

NAME_PATTERN = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
"""What a plugin object may be called: lower-case words joined by hyphens."""


LATER: Mapping[str, bool] = MappingProxyType({"benchkit_later": True})
"""Metadata of a setting that a class got after results were published: ``field(default=(), metadata=LATER)``.

It is recorded, and part of hashes, only where it is not its default, so that what was published stays what it is.
"""


class Scorer(Protocol):
    """A fitted detector: ``n`` inputs in, ``n`` finite float scores out, higher = more anomalous.

    Called with gradients off. The result is one-dimensional, floating point and on the inputs' device.
    """

    def __call__(self, inputs: Tensor, /) -> Tensor:
        """Score ``inputs`` (N×…, in the detector's view); return N scores."""


class _Named(ABC):
    """What all plugin objects share: checked names and settings. Only the runner puts ``@VIEW`` behind a name."""

    setting_ranges: ClassVar[Ranges] = {}
    """The smallest and the largest value of settings, both allowed; checked when the object is made, before any work.

    ``AT_LEAST_ONE`` and ``ABOVE_ZERO`` are ready made. None is let through; of a tuple each element is checked. Those
    of the parents hold as well.
    """

    _kind: ClassVar[str] = "object"

    name: str

    def __post_init__(self) -> None:
        self._check_name()
        for setting, (low, high) in ranges_of(type(self)).items():
            outside = first_outside(getattr(self, setting), low, high)
            if outside is not None:
                got, expected = f"{setting}={outside!r}", range_text(low, high)
                raise UsageError(f"{self._kind} {self.name!r}: got {got}; expected {expected}. Correct it.")

    def _check_name(self) -> None:
        base, _, view = self.name.partition("@")
        if not all(NAME_PATTERN.fullmatch(part) for part in ([base, view] if view else [self.name])):
            raise UsageError(
                f"{type(self).__name__}: got the name {self.name!r}; expected lower-case words joined by hyphens, "
                "such as 'pixel-ae'."
            )

    def unavailable(self) -> str:
        """Return why it cannot be used here, and the command that mends it; empty where it can.

        For objects that need what may not be installed. Called whenever plugins are listed: look whether it is there
        (``importlib.util.find_spec``), import nothing. What is unavailable is listed, and no run takes it.
        """
        return ""


@dataclass(frozen=True)
class Dataset(_Named):
    """A labelled image data set.

    Attributes:
        name: what it is called on the command line.
    """

    _kind: ClassVar[str] = "data set"

    name: str

    @abstractmethod
    def load(self) -> Splits:
        """Return the training and test images, N×1×H×W, with int64 labels N, on the CPU.

        Images are float32 in [0, 1], or uint8 grey levels, which take a quarter of the memory; 8-bit images are best
        given as they are.

        Raises:
            DataError: files are missing, truncated or corrupt.
        """

    def files(self) -> Sequence[RemoteFile]:
        """Return the files that ``benchkit data fetch`` brings; none for a data set that is embedded."""
        return ()


@dataclass(frozen=True)
class View(_Named):
    """A way of seeing images: pixels, activations of a trained subject model, a bottleneck.

    Attributes:
        name: what the view is called; the only view that it offers unless ``offers`` says otherwise.
    """

    _kind: ClassVar[str] = "view"

    takes_rows: ClassVar[bool] = False
    """Whether ``fit`` and ``fit_many`` take ``LabelledRows`` as well, so that more images do than fit on the device."""

    name: str

    @abstractmethod
    def fit(self, normal: LabelledImages, *, seed: int) -> Mapping[str, Callable[[Tensor], Tensor]]:
        """Train on normal training images, once per (data set, normal classes, seed), shared by all detectors.

        Args:
            normal: normal training images with labels, on the run's device.
            seed: the only source of randomness.

        Returns:
            For each offered view a function from images (N×1×H×W) to inputs (N×…), one row an image.

        Raises:
            Unsupported: the view cannot be made from these images (a classifier needs two classes).
        """

    def fit_many(
        self, normals: Sequence[LabelledImages], *, seeds: Sequence[int]
    ) -> list[Mapping[str, Callable[[Tensor], Tensor]]]:
        """Train once for each set of images and seed, as ``fit`` would within rounding; an optional door.

        A view that trains many networks at once overrides it; called where several seeds or sets of normal classes are
        asked for. The runner calls ``fit`` of a view that does not.

        Args:
            normals: S sets, of different sizes maybe; the same object may stand there more than once.
            seeds: of each.
        """
        return [self.fit(normal, seed=seed) for normal, seed in zip(normals, seeds, strict=True)]

    def stacks_on(self, device: torch.device) -> bool:
        """Return whether ``fit_many`` is worth its while on a device; by default wherever it is overridden."""
        return type(self).fit_many is not View.fit_many

    def leaks(self) -> str:
        """Return what it is shown in training beside normal images, such as anomalies, in a phrase; empty: nothing.

        A view that says something makes another protocol of every row whose detector looks there: such rows are never
        ranked with others, and the table says why. To be overridden where a setting asks for it; the phrase names the
        settings that it depends on.
        """
        return ""

    def offers(self) -> tuple[str, ...]:
        """Return the names of the views that ``fit`` returns: one trained subject may offer several."""
        return (self.name,)


@dataclass(frozen=True)
class Detector(_Named):
    """A detector: a frozen record of hyper-parameters that can be fitted.

    Attributes:
        name: its leaderboard row.
        view: what it looks at: ``pixels``, ``layer1``, ``layer2``, ``logits``, ``latent`` or a plugin's own.
    """

    _kind: ClassVar[str] = "detector"

    takes_rows: ClassVar[bool] = False
    """Whether ``fit`` and ``fit_many`` take ``Rows`` as well, so that more inputs do than fit on the device."""

    by_default: ClassVar[bool] = True
    """Whether a run that names no detectors takes it."""

    name: str
    view: str = "pixels"

    @abstractmethod
    def fit(self, normal: Tensor, *, seed: int) -> Scorer:
        """Fit on normal training inputs only and return the scorer.

        Args:
            normal: N×… float32 inputs, already in the detector's view, on the run's device; not to be changed.
            seed: the only source of randomness.

        Raises:
            Unsupported: the inputs are of a kind that the detector cannot take.
        """

    def work(self, inputs: Tensor) -> Work | None:
        """Return what scoring one input takes at least; None: count it for me, as far as that can be done.

        To be overridden where counting sees too little: it sees the products of matrices, the convolutions and the
        pairwise distances that torch computes, and nothing of what is computed elsewhere. The view is not the
        detector's: it is counted anyway.

        Args:
            inputs: a batch as it is timed, N×… in the detector's view; not to be changed.
        """
        return None

    def fit_many(self, normals: Sequence[Tensor], *, seeds: Sequence[int]) -> list[Scorer]:
        """Fit once for each set of inputs and seed, as ``fit`` would within rounding; an optional door.

        A detector that trains many networks at once overrides it; called where several seeds or sets of normal classes
        are asked for. The runner calls ``fit`` of a detector that does not.

        Args:
            normals: S times N×…, N different maybe; the same tensor may stand there more than once.
            seeds: of each.
        """
        return [self.fit(normal, seed=seed) for normal, seed in zip(normals, seeds, strict=True)]

    def stacks_on(self, device: torch.device) -> bool:
        """Return whether ``fit_many`` is worth its while on a device; by default wherever it is overridden."""
        return type(self).fit_many is not Detector.fit_many


@dataclass(frozen=True)
class SubjectDetector(Detector):
    """A detector that works with the subject model behind its view: with several layers at once, with gradients.

    It gets images, and the functions of the object that offers its ``view``, trained: ``looks["logits"]`` beside
    ``looks["layer2"]``. Gradients with respect to images that require them pass through those that are made of a torch
    module, as those of the built-in subject are. Labels it does not get.
    """

    @abstractmethod
    def fit_subject(self, normal: Tensor, looks: Mapping[str, Callable[[Tensor], Tensor]], *, seed: int) -> Scorer:
        """Fit on normal training images only and return a scorer of images.

        Args:
            normal: N×1×H×W float32 images in [0, 1], on the run's device; not to be changed.
            looks: every view of the object that offers ``view``: from images (n×1×H×W) to inputs (n×…).
            seed: the only source of randomness.

        Raises:
            Unsupported: a view that it needs is not among them, or of a kind that it cannot take.
        """

    def fit(self, normal: Tensor, *, seed: int) -> Scorer:
        """Refuse: there is no subject model in a tensor.

        Raises:
            Unsupported: always.
        """
        raise Unsupported(
            f"detector {self.name!r} works with the subject model behind the view {self.view!r}, and gets it by "
            "fit_subject alone."
        )


@dataclass(frozen=True)
class AnomalyGenerator(_Named):
    """A maker of anomalies.

    Attributes:
        name: its leaderboard column.
        normal_labels: the classes that count as normal. None: every class. Held-out digit 9: all but 9.
            One-class 7: {7}. Detectors and views are trained on these classes only.
        alters_test: the anomalies are made by altering normal test images. Then the test split is halved: one half
            stays normal, ``generate`` gets the other, so that no image counts twice. False: the anomalies are other
            images (a held-out class, another data set); then ``generate`` gets the whole test split and every
            test image of a normal class is a normal.
        group: anomalies of one group are selected together, shown as their mean and count once in the overall mean.
    """

    _kind: ClassVar[str] = "anomaly"

    by_default: ClassVar[bool] = True
    """Whether a run that names no anomalies takes it."""

    name: str
    normal_labels: frozenset[int] | None = None
    alters_test: bool = True
    group: str = ""

    @abstractmethod
    def generate(self, test: LabelledImages, *, seed: int) -> Tensor:
        """Return anomalous images, M×1×H×W, ranged and shaped like ``test.images``, on their device.

        They are float32, or uint8 grey levels; the former are rounded to whole grey levels.

        Args:
            test: labelled test images of all classes (see ``alters_test``); not to be changed.
            seed: the only source of randomness.

        Raises:
            Unsupported: the anomalies cannot be made here (files missing, no such class); says the next step.
        """
