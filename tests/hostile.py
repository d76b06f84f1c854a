"""A plugin file whose detectors, views, anomalies and data set do what strangers' code does on its worst day.

Each is named after its fault. Beside them stand honest ones: their rows have to be there whatever the others do.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import torch
from torch import Tensor

import benchkit

LOG = "HOSTILE_LOG"
"""Environment variable: the file that takes one line for each fit, ``<name> <process>``."""

MARKUP = "\x1b[31m<script>alert(1)</script> \\input{/etc/passwd} & 100 % | `x` _y_ $z$"
"""What the message of a fault holds that wants to be more than text."""

_MB = 2**20
_ENOUGH = 6 * 2**30  # bytes: the memory limit did not hold, and the machine is to survive that


def _log(name: str) -> None:
    if LOG in os.environ:
        with Path(os.environ[LOG]).open("a") as file:
            file.write(f"{name} {os.getpid()}\n")


def _raise(error: BaseException) -> NoReturn:
    raise error


def _sleep(inputs: Tensor) -> NoReturn:
    while True:
        time.sleep(60)


def _loop_in_c(inputs: Tensor) -> None:
    """Hold the interpreter's lock in one call that looks at no signal, deaf to a polite request as well."""
    with contextlib.suppress(ValueError):  # not in the main thread
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    sum(range(10**15))


def _segfault(inputs: Tensor) -> None:
    ctypes.string_at(0)


def _stop_itself(inputs: Tensor) -> None:
    while True:  # whoever is suspended from outside as well is woken from outside as well
        os.kill(os.getpid(), signal.SIGSTOP)


def _allocate(inputs: Tensor) -> None:
    taken = []
    while len(taken) * 16 * _MB < _ENOUGH:
        taken.append(b"x" * (16 * _MB))
    raise AssertionError("the memory limit did not hold")


def _change_globals(inputs: Tensor) -> None:
    random.seed(1)
    np.random.seed(1)
    torch.manual_seed(1)
    torch.set_num_threads(torch.get_num_threads() + 1)
    torch.set_default_dtype(torch.float64)
    os.chdir("/")
    os.environ["TZ"] = "Nowhere"


def _print_megabytes(inputs: Tensor) -> None:
    for _ in range(8):
        print("o" * _MB)
        sys.stderr.write("e" * _MB)
        os.write(1, b"O" * _MB)
        os.write(2, b"E" * _MB)


IN_FIT: dict[str, Callable[[Tensor], object]] = {
    "fit-sleeps": _sleep,
    "fit-loops-in-c": _loop_in_c,
    "fit-stops-itself": _stop_itself,
    "fit-segfaults": _segfault,
    "fit-exits": lambda inputs: os._exit(3),
    "fit-is-killed": lambda inputs: os.kill(os.getpid(), signal.SIGKILL),
    "fit-aborts": lambda inputs: os.abort(),
    "fit-closes-files": lambda inputs: os.closerange(3, 1024),
    "fit-allocates": _allocate,
    "fit-raises-memory-error": lambda inputs: _raise(MemoryError("too much")),
    "fit-asks-torch-for-too-much": lambda inputs: torch.empty(10**15),
    "fit-quits": lambda inputs: sys.exit(3),
    "fit-says-markup": lambda inputs: _raise(ValueError(MARKUP)),
    "fit-mutates": lambda inputs: inputs.numpy().fill(0.5),
    "fit-changes-globals": _change_globals,
    "fit-prints-megabytes": _print_megabytes,
    "fit-prints-markup": lambda inputs: print(MARKUP),
    "fit-leaves-a-child": lambda inputs: subprocess.Popen(["sleep", "45"]),
    "fit-leaves-a-thread": lambda inputs: threading.Thread(target=_sleep, args=(inputs,)).start(),
}
"""What is done in ``fit``, before an honest scorer is returned."""

IN_SCORES: dict[str, Callable[[Tensor], Any]] = {
    "score-sleeps": _sleep,
    "score-segfaults": _segfault,
    "score-is-nan": lambda inputs: torch.full((len(inputs),), float("nan")),
    "score-is-short": lambda inputs: torch.zeros(len(inputs) - 1),
    "score-is-whole-numbers": lambda inputs: torch.zeros(len(inputs), dtype=torch.int64),
    "score-mutates": lambda inputs: inputs.zero_().flatten(1).mean(1),
}
"""What is returned as scores, or done instead."""


@dataclass(frozen=True)
class Honest(benchkit.Detector):
    """Scores the distance from the training mean; the noise is drawn from torch's global state.

    Attributes:
        noise: how much of it.
        seconds: time that ``fit`` sleeps, as a stand-in for work.
        cure: file without which ``fit`` does what ``ill`` says; empty: none is needed.
        ill: name of a fault of ``IN_FIT``.
    """

    name: str = "honest"
    noise: float = 0.01
    seconds: float = 0.0
    cure: str = ""
    ill: str = "fit-says-markup"

    def fit(self, normal: Tensor, *, seed: int) -> Callable[[Tensor], Tensor]:
        """Remember the mean."""
        _log(self.name)
        if self.cure and not Path(self.cure).exists():
            IN_FIT[self.ill](normal)
        time.sleep(self.seconds)
        centre = normal.mean(0) + self.noise * torch.randn(normal.shape[1:])
        return lambda inputs: (inputs - centre).flatten(1).norm(dim=1)


@dataclass(frozen=True)
class Hostile(Honest):
    """Does what its name says, in ``fit`` or while it scores."""

    def fit(self, normal: Tensor, *, seed: int) -> Callable[[Tensor], Tensor]:
        """Do it, or return a scorer that does."""
        honest = super().fit(normal, seed=seed)
        if self.name in IN_SCORES:
            return IN_SCORES[self.name]
        IN_FIT[self.name](normal)
        return honest


@dataclass(frozen=True)
class HangsWhileTimed(Honest):
    """Scores honestly as often as two anomalies ask for it, and hangs at the next call."""

    name: str = "timed-sleeps"
    calls: int = 4  # calibration, normal, two anomalies

    def fit(self, normal: Tensor, *, seed: int) -> Callable[[Tensor], Tensor]:
        """Return the scorer that counts."""
        score, left = super().fit(normal, seed=seed), iter(range(self.calls))
        return lambda inputs: score(inputs) if next(left, None) is not None else _sleep(inputs)


@dataclass(frozen=True)
class Unsendable(Honest):
    """Cannot be put into a message to another process."""

    name: str = "cannot-be-sent"

    def __reduce__(self) -> NoReturn:
        raise TypeError("this detector stays at home")


@dataclass(frozen=True)
class Tiny(benchkit.Dataset):
    """Ten classes of 8×8 images: class k has a bright column k % 8."""

    name: str = "tiny"

    def load(self) -> benchkit.Splits:
        """Draw the images from a fixed seed."""
        generator = torch.Generator().manual_seed(7)
        return benchkit.Splits(self._draw(300, generator), self._draw(200, generator))

    def _draw(self, n: int, generator: torch.Generator) -> benchkit.LabelledImages:
        labels = torch.arange(n) % 10
        images = torch.rand(n, 1, 8, 8, generator=generator) * 0.5
        images[torch.arange(n), 0, :, labels % 8] += 0.3
        return benchkit.LabelledImages(images, labels)


@dataclass(frozen=True)
class HostileData(Tiny):
    """Dies or hangs in ``load``, by its name."""

    def load(self) -> benchkit.Splits:
        """Do it."""
        IN_FIT[self.name.replace("load", "fit")](torch.zeros(1))
        return super().load()


@dataclass(frozen=True)
class HostileView(benchkit.View):
    """Dies or hangs in ``fit``, by its name; an honest view of the images as they are otherwise."""

    def fit(self, normal: benchkit.LabelledImages, *, seed: int) -> Mapping[str, Callable[[Tensor], Tensor]]:
        """Do it."""
        _log(self.name)
        IN_FIT.get(self.name.replace("view", "fit"), len)(normal.images)
        return {self.name: lambda images: images}


@dataclass(frozen=True)
class Brighter(benchkit.AnomalyGenerator):
    """Adds ``amount`` to every pixel."""

    amount: float = 0.05

    def generate(self, test: benchkit.LabelledImages, *, seed: int) -> Tensor:
        """Brighten."""
        return (test.images + self.amount).clamp(0, 1)


@dataclass(frozen=True)
class HostileAnomaly(Brighter):
    """Dies or hangs in ``generate``, by its name."""

    def generate(self, test: benchkit.LabelledImages, *, seed: int) -> Tensor:
        """Do it."""
        _log(self.name)
        IN_FIT[self.name.replace("anomaly", "fit")](test.images)
        return test.images


@dataclass(frozen=True)
class HeldOut(benchkit.AnomalyGenerator):
    """Class 3, never seen in training: its own task."""

    name: str = "class-three"
    normal_labels: frozenset[int] | None = frozenset(set(range(10)) - {3})
    alters_test: bool = False

    def generate(self, test: benchkit.LabelledImages, *, seed: int) -> Tensor:
        """Return the test images of the class."""
        return test.images[test.labels == 3]


@benchkit.hookimpl
def benchkit_datasets() -> list[benchkit.Dataset]:
    """Offer the tiny data set, and two that never arrive."""
    return [Tiny(), HostileData("load-segfaults"), HostileData("load-sleeps")]


@benchkit.hookimpl
def benchkit_views() -> list[benchkit.View]:
    """Offer an honest view and two that are never trained."""
    return [HostileView("view-is-honest"), HostileView("view-segfaults"), HostileView("view-sleeps")]


@benchkit.hookimpl
def benchkit_detectors() -> list[benchkit.Detector]:
    """Offer the honest detectors and one for each fault."""
    honest = [Honest("honest-a"), Honest("honest-b", noise=0.1), Honest("honest-on-view", view="view-is-honest")]
    curable = [Honest("curable-fails"), Honest("curable-sleeps", ill="fit-sleeps")]
    on_views = [Honest(f"on-{view}-{n}", view=view) for view in ("view-segfaults", "view-sleeps") for n in (1, 2)]
    return [*honest, *curable, *on_views, *map(Hostile, (*IN_FIT, *IN_SCORES)), HangsWhileTimed(), Unsendable()]


@benchkit.hookimpl
def benchkit_anomaly_generators() -> list[benchkit.AnomalyGenerator]:
    """Offer the honest anomalies and two that are never made."""
    hostile = [HostileAnomaly("anomaly-segfaults"), HostileAnomaly("anomaly-sleeps")]
    return [Brighter("brighter"), Brighter("darker", amount=-0.05), HeldOut(), *hostile]
