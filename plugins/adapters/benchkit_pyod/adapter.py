"""What PyOD's detectors share: inputs on the processor, a seed, silence, and scores where the inputs are."""

from __future__ import annotations

import contextlib
import importlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from importlib.util import find_spec
from inspect import signature
from typing import Any, ClassVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from benchkit import AT_LEAST_ONE, Detector, Ranges, Rows, Scorer, Unsupported, source_of
from benchkit.training import batched, flat, sample
from benchkit_pyod.calm import calm

Vectors = NDArray[np.float64]
Scores = NDArray[np.float64]

AT_ONCE = 4096
"""Inputs that are scored at a time."""

LARGEST = float(np.finfo(np.float32).max)
"""What stands for a score without end: it is the highest, or the lowest, all the same."""


@dataclass(frozen=True)
class Adapter(Detector):
    """A detector of PyOD that scores each input by what it was fitted on; score: its ``decision_function``.

    Inputs are flattened and computed on the processor in double precision, by networks in single precision, wherever
    they lie. Each field that a subclass adds is an argument of PyOD's class, under the name that it has there; all else
    is PyOD's default. That goes for ``contamination``, too, by which PyOD sets a threshold of its own, and no score.

    PyOD is imported to fit, and not before: that takes seconds.

    Attributes:
        model: PyOD's class, as ``module.Class`` below ``pyod.models``.
        most: normal inputs that are fitted on at most, drawn by the seed.

    Raises:
        UsageError: ``most`` is below 1.
    """

    setting_ranges: ClassVar[Ranges] = {"most": AT_LEAST_ONE}

    takes_rows: ClassVar[bool] = True
    by_default: ClassVar[bool] = False

    fewest: ClassVar[int] = 1
    """Normal inputs that are needed."""
    varied: ClassVar[bool] = False
    """Whether it needs normal inputs that differ."""
    bounded: ClassVar[Mapping[str, int]] = {}
    """Arguments that count some of the n normal inputs, and by how many they have to stay below n."""
    refusals: ClassVar[Mapping[str, str]] = {}
    """What PyOD's ``ValueError`` says where it cannot do what is asked, and what that means to who asked."""

    model: str = ""
    most: int = 10_000

    def unavailable(self) -> str:
        """Return how to get PyOD, where it is not there."""
        return "" if find_spec("pyod") else "needs PyOD. Install it: pip install 'benchkit[pyod]'"

    def fit(self, normal: Tensor | Rows, *, seed: int) -> Scorer:
        """Fit on normal inputs (N×…, N ≥ 1) and return the scorer.

        Raises:
            Unsupported: they are too few, or of a kind that it cannot take.
        """
        source = source_of(self.name, seed)
        vectors = sample(flat(normal), self.most, source).cpu().double().numpy()
        drawn = int(torch.randint(2**31, (), generator=source))
        self.check(vectors)
        with calm(drawn), self.reasons():
            fitted = self.build(vectors, drawn)
            fitted.fit(vectors)
            self.settle(fitted)
        return PyodScorer(self, fitted, vectors, drawn)

    def check(self, vectors: Vectors) -> None:
        """Raise Unsupported where these normal inputs, n×d, cannot be fitted on."""
        if len(vectors) < self.fewest:
            raise Unsupported(f"{self.name} needs {self.fewest} normal inputs at least; got {len(vectors)}.")
        if self.varied and not np.ptp(vectors, axis=0).any():
            raise Unsupported(f"{self.name} needs normal inputs that differ; got {len(vectors)} that are the same.")

    @contextlib.contextmanager
    def reasons(self) -> Iterator[None]:
        """Raise Unsupported where PyOD says that it cannot do what is asked."""
        try:
            yield
        except ValueError as error:
            for said, reason in self.refusals.items():
                if said in str(error):
                    raise Unsupported(f"{self.name} {reason}") from error
            raise

    def build(self, vectors: Vectors, seed: int) -> Any:
        """Return PyOD's detector for these normal inputs, n×d: unfitted, silent, on the processor, in one process."""
        made = pyod_class(self.model)
        usual = {"random_state": seed, "verbose": 0, "device": torch.device("cpu"), "n_jobs": 1}
        taken = signature(made).parameters
        detector = made(**{name: usual[name] for name in usual if name in taken}, **self.arguments(vectors))
        if hasattr(detector, "device"):
            _to_processor(detector)
        return detector

    def arguments(self, vectors: Vectors) -> dict[str, Any]:
        """Return the arguments that PyOD's class gets for these normal inputs, n×d."""
        given = {each.name: getattr(self, each.name) for each in fields(self) if each.name not in _SHARED}
        most = {name: max(1, len(vectors) - less) for name, less in self.bounded.items()}
        return given | {name: min(given[name], bound) for name, bound in most.items()}

    def settle(self, fitted: Any) -> None:
        """Do what a fitted detector of PyOD needs before it scores; nothing by default."""

    def scores(self, scorer: PyodScorer, vectors: Vectors) -> Scores:
        """Return the scores of inputs, n×d with n ≥ 1, each by what was fitted on and by no other of them."""
        scores: Scores = scorer.fitted.decision_function(vectors)
        return scores


_SHARED = frozenset(each.name for each in fields(Adapter))


def pyod_class(model: str) -> Any:
    """Return a class of ``pyod.models``, given as ``module.Class``."""
    module, _, name = model.partition(".")
    return getattr(importlib.import_module(f"pyod.models.{module}"), name)


def _to_processor(detector: Any) -> None:
    """Some choose a GPU where there is one, without being asked, and some move a network there at once."""
    detector.device = torch.device("cpu")
    for value in vars(detector).values():
        if isinstance(value, nn.Module):
            value.to(detector.device)


@dataclass(frozen=True)
class PyodScorer:
    """The scorer of a fitted detector.

    Attributes:
        detector: its settings.
        fitted: PyOD's detector.
        normal: what it was fitted on, n×d.
        seed: of PyOD's randomness.
    """

    detector: Adapter
    fitted: Any
    normal: Vectors
    seed: int

    def __call__(self, inputs: Tensor, /) -> Tensor:
        """Return the scores of inputs (N×…), in double precision where the device has it."""
        return batched(self._score, inputs.flatten(1), AT_ONCE)

    def _score(self, vectors: Tensor) -> Tensor:
        kind = torch.float32 if vectors.device.type == "mps" else torch.float64
        if not len(vectors):
            return vectors.new_zeros(0, dtype=kind)
        with calm(self.seed), self.detector.reasons():
            found = self.detector.scores(self, vectors.cpu().double().numpy())
        # What is not a number stays that: the runner says so.
        bounded = np.clip(np.asarray(found, np.float64).ravel(), -LARGEST, LARGEST)
        return torch.from_numpy(bounded).to(vectors.device, kind)
