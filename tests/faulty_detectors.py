"""Detectors that are honest, and such that break one promise each, for tests of the conformance kit."""

from __future__ import annotations

import gc
import os
import random
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import torch
from torch import Tensor

import benchkit
from benchkit.training import as_rows

Score = Callable[[Tensor], Tensor]

STOPPED = threading.Event()
"""Ends the threads that are left running."""


@dataclass(frozen=True)
class Plain(benchkit.Detector):
    """Distance from the mean, each pixel in units of its deviation: honest, with none of the optional doors."""

    name: str = "plain"
    floor: float = 0.1

    def fit(self, normal: Tensor, *, seed: int) -> Score:
        """Remember mean and deviation."""
        return self.around(normal.mean(0), normal.std(0, correction=0))

    def around(self, mean: Tensor, deviation: Tensor) -> Score:
        """Return the scorer."""
        return lambda inputs: ((inputs - mean) / (deviation + self.floor)).square().flatten(1).mean(1)


@dataclass(frozen=True)
class Honest(Plain):
    """The same with all doors."""

    takes_rows: ClassVar[bool] = True

    name: str = "honest"

    def fit(self, normal: Any, *, seed: int) -> Score:
        """Go through the rows."""
        return super().fit(torch.cat(list(as_rows(normal).chunks(64))), seed=seed)

    def fit_many(self, normals: Sequence[Tensor], *, seeds: Sequence[int]) -> list[Score]:
        """Fit one after the other."""
        return [self.fit(normal, seed=seed) for normal, seed in zip(normals, seeds, strict=True)]

    def work(self, inputs: Tensor) -> benchkit.Work:
        """Three operations a pixel."""
        return benchkit.Work(flop=3 * inputs[0].numel(), bytes=4 * inputs[0].numel())


@dataclass(frozen=True)
class BadFit(Plain):
    """Does something before it is fitted: ``before`` gets the inputs and the seed."""

    before: ClassVar[Callable[[Tensor, int], object]]

    def fit(self, normal: Tensor, *, seed: int) -> Score:
        """Do it, and fit."""
        type(self).before(normal, seed)
        return super().fit(normal, seed=seed)


@dataclass(frozen=True)
class BadScorer(Plain):
    """Spoils the scores: ``spoil`` gets the inputs and the honest scorer."""

    spoil: ClassVar[Callable[[Tensor, Score], Any]]

    def fit(self, normal: Tensor, *, seed: int) -> Score:
        """Fit, and spoil."""
        honest, spoil = super().fit(normal, seed=seed), type(self).spoil
        return lambda inputs: spoil(inputs, honest)


def bad_fit(before: Callable[[Tensor, int], object]) -> benchkit.Detector:
    """Return a detector that does ``before``."""
    return _kind(BadFit, "before", before)("bad-fit")


def bad_scorer(spoil: Callable[[Tensor, Score], Any]) -> benchkit.Detector:
    """Return a detector whose scorer is ``spoil``."""
    return _kind(BadScorer, "spoil", spoil)("bad-scorer")


def _kind(base: type, method: str, function: Callable[..., Any]) -> type[benchkit.Detector]:
    """Return a class at the top of this module, where worker processes look for it."""
    name = f"{base.__name__}{len(_kinds)}"
    kind = dataclass(frozen=True)(type(name, (base,), {method: staticmethod(function), "__module__": __name__}))
    _kinds.append(kind)
    globals()[name] = kind
    return kind


_kinds: list[type] = []


def refuse(what: object) -> None:
    """Raise an error if ``what`` is true."""
    if what:
        raise ValueError("not like this")


_calls = iter(range(10**6))


def keep_gradients(inputs: Tensor, honest: Score) -> Tensor:
    """Score with a parameter that wants a gradient."""
    with torch.enable_grad():
        return honest(inputs) * torch.ones((), requires_grad=True)


def _overflow(inputs: Tensor, honest: Score) -> Tensor:
    return torch.where(inputs.flatten(1).amin(1) == 1, torch.inf, honest(inputs))


def _squeeze(inputs: Tensor, honest: Score) -> Tensor:
    return honest(inputs).squeeze()


def _stumble(inputs: Tensor, honest: Score) -> Tensor:
    inputs.max()
    return honest(inputs)


def _without_flatten(inputs: Tensor, honest: Score) -> Tensor:
    return honest(inputs.view(len(inputs), 784).view(inputs.shape))


def _print(inputs: Tensor, honest: Score) -> Tensor:
    print("scoring", len(inputs))
    return honest(inputs)


def _write(inputs: Tensor, honest: Score) -> Tensor:
    scores = honest(inputs)
    inputs.zero_()
    return scores


def _write_past_torch(normal: Tensor, seed: int) -> None:
    normal.numpy()[-1] += 0.25


def _look_around(normal: Tensor, seed: int) -> None:
    if len(normal) > 200:  # once is enough: there are many objects
        print([each.labels for each in gc.get_objects() if type(each) is benchkit.LabelledImages])


def _load_data(normal: Tensor, seed: int) -> None:
    from benchkit.registry import load_registry

    load_registry().datasets["digits"].item.load()


def _stay(normal: Tensor, seed: int) -> None:
    threading.Thread(target=STOPPED.wait, daemon=True, name="worker-of-mine").start()


@dataclass(frozen=True)
class Clock(Plain):
    """Learns a trace of something that no seed rules."""

    def fit(self, normal: Tensor, *, seed: int) -> Score:
        """Fit, and add it."""
        honest, trace = super().fit(normal, seed=seed), random.SystemRandom().random()
        return lambda inputs: honest(inputs) * (1 + 1e-3 * trace)


@dataclass(frozen=True)
class Shared(Plain):
    """Keeps what it learns in the class: the last fit is everybody's."""

    learnt: ClassVar[list[Score]] = []

    def fit(self, normal: Tensor, *, seed: int) -> Score:
        """Fit in place of the last."""
        self.learnt[:] = [super().fit(normal, seed=seed)]
        return lambda inputs: self.learnt[0](inputs)


@dataclass(frozen=True)
class Growing(Plain):
    """Changes its settings whenever it is made from them."""

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "floor", 2 * self.floor)


@dataclass(frozen=True)
class Locked(Plain):
    """Keeps something beside its fields that no other process can have."""

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "lock", threading.Lock())


@dataclass(frozen=True)
class Mixed(Honest):
    """Fits the first set for all when there are many."""

    def fit_many(self, normals: Sequence[Tensor], *, seeds: Sequence[int]) -> list[Score]:
        """Fit the last one only."""
        return [self.fit(normals[-1], seed=seed) for seed in seeds]


@dataclass(frozen=True)
class Short(Honest):
    """Returns one scorer for however many sets."""

    def fit_many(self, normals: Sequence[Tensor], *, seeds: Sequence[int]) -> list[Score]:
        """Fit the first."""
        return super().fit_many(normals[:1], seeds=seeds[:1])


@dataclass(frozen=True)
class TensorsOnly(Plain):
    """Says that it takes rows, and does not."""

    takes_rows: ClassVar[bool] = True


@dataclass(frozen=True)
class Boastful(Plain):
    """States its work as a number."""

    def work(self, inputs: Tensor) -> Any:
        """Be short."""
        return 7.0


@dataclass(frozen=True)
class NoScorer(Plain):
    """Returns what cannot be called."""

    def fit(self, normal: Tensor, *, seed: int) -> Any:
        """Return the mean."""
        return normal.mean(0)


@dataclass(frozen=True)
class Choosy(Plain):
    """Says that the kit's images are not for it, for a reason or for none."""

    why: str = "needs colour images"

    def fit(self, normal: Tensor, *, seed: int) -> Score:
        """Refuse."""
        raise benchkit.Unsupported(self.why)


@dataclass(frozen=True)
class Remembering(Plain):
    """Gives the model of the first fit to whoever comes with inputs of that shape."""

    name: str = "remembering"

    def fit(self, normal: Tensor, *, seed: int) -> Score:
        """Look it up."""
        return _remembered.setdefault((tuple(normal.shape), seed), super().fit(normal, seed=seed))


_remembered: dict[object, Score] = {}


@dataclass(frozen=True)
class Late(Plain):
    """Keeps what it was lent for the fit, and writes into it when it scores."""

    name: str = "late"

    def fit(self, normal: Tensor, *, seed: int) -> Score:
        """Fit on a copy."""
        honest = super().fit(normal.clone(), seed=seed)
        return lambda inputs: honest(inputs) + 0 * normal.mul_(0.5).sum()


FAULTY: tuple[tuple[str, benchkit.Detector], ...] = (
    ("fits", bad_fit(lambda normal, seed: refuse(True))),
    ("fits", NoScorer()),
    ("fits", Choosy(why=" ")),
    ("scores", bad_scorer(lambda inputs, honest: honest(inputs) * torch.nan)),
    ("scores", bad_scorer(lambda inputs, honest: honest(inputs)[:-1])),
    ("scores", bad_scorer(lambda inputs, honest: honest(inputs).unsqueeze(1))),
    ("scores", bad_scorer(lambda inputs, honest: honest(inputs).long())),
    ("scores", bad_scorer(lambda inputs, honest: honest(inputs).tolist())),
    ("scores", bad_scorer(lambda inputs, honest: refuse(True))),
    ("scores-where-inputs-are", bad_scorer(lambda inputs, honest: honest(inputs).to("meta"))),
    ("no-gradients", bad_scorer(keep_gradients)),
    ("same-inputs-same-scores", bad_scorer(lambda inputs, honest: honest(inputs) + next(_calls))),
    ("scores-tell-apart", bad_scorer(lambda inputs, honest: 0 * honest(inputs))),
    ("far-off-inputs", bad_scorer(lambda inputs, honest: -honest(inputs))),
    ("batches", bad_scorer(lambda inputs, honest: honest(inputs) + (1 < len(inputs) < 80))),
    ("batches", bad_scorer(lambda inputs, honest: honest(inputs) + (len(inputs) > 400))),
    ("order", bad_scorer(lambda inputs, honest: honest(inputs) + torch.arange(len(inputs)) % 8)),
    ("batch-of-one", bad_scorer(_squeeze)),
    ("empty-batch", bad_scorer(_stumble)),
    ("memory-layout", bad_scorer(_without_flatten)),
    ("same-seed", Clock()),
    ("other-seed", bad_fit(lambda normal, seed: refuse(seed != 0))),
    ("fits-are-independent", Shared()),
    ("fits-are-independent", Remembering()),
    ("constant-inputs", bad_fit(lambda normal, seed: refuse(len(normal) > 2 and normal.std() == 0))),
    ("few-inputs", bad_fit(lambda normal, seed: refuse(len(normal) < 2))),
    ("few-inputs", bad_fit(lambda normal, seed: refuse(len(normal) == 2))),
    ("extreme-inputs", bad_scorer(_overflow)),
    ("inputs-untouched", bad_fit(lambda normal, seed: normal[:1].mul_(0.5))),
    ("inputs-untouched", bad_fit(_write_past_torch)),
    ("inputs-untouched", bad_scorer(_write)),
    ("inputs-untouched", Late()),
    ("random-state-untouched", bad_fit(lambda normal, seed: torch.manual_seed(seed))),
    ("random-state-untouched", bad_fit(lambda normal, seed: np.random.rand())),
    ("random-state-untouched", bad_scorer(lambda inputs, honest: honest(inputs) + 0 * random.random())),
    ("process-untouched", bad_fit(lambda normal, seed: torch.set_num_threads(torch.get_num_threads() + 1))),
    ("process-untouched", bad_fit(lambda normal, seed: os.chdir("/"))),
    ("process-untouched", bad_fit(lambda normal, seed: torch.set_default_dtype(torch.float64))),
    ("labels-unseen", bad_fit(_look_around)),
    ("labels-unseen", bad_fit(_load_data)),
    ("nothing-left-running", bad_fit(_stay)),
    ("quiet", bad_scorer(_print)),
    ("settings-recorded", Growing()),
    ("reaches-worker", Locked()),
    ("fit-many", Mixed()),
    ("fit-many", Short()),
    ("takes-rows", TensorsOnly()),
    ("work", Boastful()),
)
"""What is broken, and by whom."""


@benchkit.hookimpl
def benchkit_detectors() -> list[benchkit.Detector]:
    """Offer the honest ones."""
    return [Honest(), Plain()]
