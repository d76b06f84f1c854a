"""The doors: what a detector, a view, an anomaly generator and a data set are.

The same for the built-in plugins and for a stranger's. Every plugin object is a frozen dataclass of
settings: its fields are recorded with the results, and there is no unfitted or half-fitted object.
"""

from __future__ import annotations

import math
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from numbers import Real
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from benchkit.errors import DataError, UsageError

if TYPE_CHECKING:  # the doors are read by `benchkit --help`, which must not pay for importing torch
    import torch
    from torch import Tensor

API_VERSION = 1
"""Version of the doors. It grows only when a plugin written for the last one would break."""

NAME_PATTERN = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
"""What a plugin object may be called: lower-case words joined by hyphens."""


@dataclass(frozen=True)
class Work:
    """What scoring one input takes at least, whoever computes it: lower bounds, from which a limit of speed follows.

    Attributes:
        flop: floating point operations, a multiplication and an addition counted as two; 0 or more.
        bytes: read from and written to the device's memory, the input and its score included; 0 or more.

    Raises:
        UsageError: a number is negative or not finite, or no number at all.
    """

    flop: float
    bytes: float

    def __post_init__(self) -> None:
        for name, value in (("flop", self.flop), ("bytes", self.bytes)):
            if not _is_amount(value):
                raise UsageError(
                    f"Work: got {name}={value!r}; expected a finite number, 0 or more, for each input. State less "
                    "rather than more: it is a lower bound."
                )


def _is_amount(value: Any) -> bool:
    return isinstance(value, Real) and bool(0 <= float(value) < math.inf)


class Scorer(Protocol):
    """A fitted detector: ``n`` inputs in, ``n`` finite float scores out, higher = more anomalous.

    Called with gradients off. The result is one-dimensional, floating point and on the inputs' device.
    """

    def __call__(self, inputs: Tensor, /) -> Tensor:
        """Score ``inputs`` (N×…, in the detector's view); return N scores."""


class Rows(Protocol):
    """Training inputs that do not lie on the device as a whole: they are brought there some at a time.

    Handed to a detector or a view in the place of a tensor where it ``takes_rows`` and memory is short.
    """

    @property
    def shape(self) -> tuple[int, ...]:
        """N×…, as of the tensor that they stand for."""

    @property
    def device(self) -> torch.device:
        """Where they arrive: the run's device."""

    def __len__(self) -> int:
        """Return N."""

    def take(self, index: Tensor, /, *, out: Tensor | None = None) -> Tensor:
        """Return the rows at ``index`` (int64, n, on the CPU): float32, n×…, written into ``out`` if it is given."""

    def chunks(self, size: int) -> Iterator[Tensor]:
        """Yield all rows in order, at most ``size`` at a time; not to be changed."""


@dataclass(frozen=True)
class LabelledRows:
    """Images that are brought to the device some at a time, with their class labels.

    Attributes:
        images: N×1×H×W in [0, 1]; 0 is background.
        labels: int64, N, on the run's device.
    """

    images: Rows
    labels: Tensor

    def __len__(self) -> int:
        return int(self.labels.shape[0])


@dataclass(frozen=True)
class LabelledImages:
    """Images with their class labels.

    Attributes:
        images: float32, N×1×H×W, in [0, 1]; 0 is background.
        labels: int64, N, not negative.

    Raises:
        DataError: the tensors do not have these shapes and types.
    """

    images: Tensor
    labels: Tensor

    def __post_init__(self) -> None:
        images, labels = self.images, self.labels
        good = images.ndim == 4 and images.shape[1] == 1 and labels.shape == images.shape[:1]
        if not good or str(images.dtype) != "torch.float32" or str(labels.dtype) != "torch.int64":
            raise DataError(
                f"labelled images: got images {tuple(images.shape)} {images.dtype} and labels "
                f"{tuple(labels.shape)} {labels.dtype}; expected N×1×H×W torch.float32 and N torch.int64. "
                "Convert them in the data set's load()."
            )

    def __len__(self) -> int:
        return int(self.labels.shape[0])

    def select(self, index: Tensor) -> LabelledImages:
        """Return the images and labels at ``index`` (int64 positions or a boolean mask)."""
        return LabelledImages(self.images[index], self.labels[index])

    def to(self, device: object) -> LabelledImages:
        """Return the same images and labels on ``device`` (without a copy if they are there)."""
        return LabelledImages(self.images.to(device), self.labels.to(device))  # type: ignore[call-overload]


@dataclass(frozen=True)
class Splits:
    """A data set as it is published: its training and its test images."""

    train: LabelledImages
    test: LabelledImages


@dataclass(frozen=True)
class RemoteFile:
    """One file that a data set is made of, and where to get it.

    Attributes:
        path: where it lies below ``BENCHKIT_DATA`` or the cache, such as ``mnist/train-images-idx3-ubyte``;
            relative, without ``..``. The same file with ``.gz`` behind its name serves as well.
        sha256: SHA-256 of the raw (gunzipped) file, 64 hexadecimal digits: it fits every mirror's compression.
        urls: mirrors, tried in this order; an address that ends in ``.gz`` is gunzipped.
        size: bytes of the raw file.
    """

    path: str
    sha256: str
    urls: tuple[str, ...]
    size: int

    def __post_init__(self) -> None:
        pure = PurePosixPath(self.path)
        if pure.is_absolute() or ".." in pure.parts or not pure.parts:
            raise UsageError(
                f"remote file {self.path!r}: got a path that may leave the data folder; expected a relative one."
            )


class _Named(ABC):
    """What all plugin objects share: a checked name. Only the runner puts ``@VIEW`` behind one."""

    name: str

    def __post_init__(self) -> None:
        base, _, view = self.name.partition("@")
        if not all(NAME_PATTERN.fullmatch(part) for part in ([base, view] if view else [self.name])):
            raise UsageError(
                f"{type(self).__name__}: got the name {self.name!r}; expected lower-case words joined by hyphens, "
                "such as 'pixel-ae'."
            )


@dataclass(frozen=True)
class Dataset(_Named):
    """A labelled image data set.

    Attributes:
        name: what it is called on the command line.
    """

    name: str

    @abstractmethod
    def load(self) -> Splits:
        """Return the training and test images: float32 N×1×H×W in [0, 1], int64 labels N, on the CPU.

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

    takes_rows: ClassVar[bool] = False
    """Whether ``fit`` and ``fit_many`` take ``Rows`` as well, so that more inputs do than fit on the device."""

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

    name: str
    normal_labels: frozenset[int] | None = None
    alters_test: bool = True
    group: str = ""

    @abstractmethod
    def generate(self, test: LabelledImages, *, seed: int) -> Tensor:
        """Return anomalous images: float32 M×1×H×W, ranged and shaped like ``test.images``, on their device.

        Args:
            test: labelled test images of all classes (see ``alters_test``); not to be changed.
            seed: the only source of randomness.

        Raises:
            Unsupported: the anomalies cannot be made here (files missing, no such class); says the next step.
        """
