"""pytorch-ood's detectors, imported when one is fitted and without what they do not use."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Any, Protocol

import torch
from torch import Tensor

from benchkit_torch_ood.scoring import Function

_PACKAGE = "pytorch_ood"


class Method(Protocol):
    """What is used of a detector of pytorch-ood; each has some of it. The inputs' names are of its documentation."""

    predict: Function
    predict_logits: Function
    predict_features: Function
    predict_feature_maps: Function

    def fit(self, batches: list[Any], /) -> Method:
        """Fit on batches of its model's inputs."""

    def fit_logits(self, *values: Tensor) -> Method:
        """Fit on logits (n×C), and classes (n) maybe."""

    def fit_features(self, *values: Tensor) -> Method:
        """Fit on features (n×D), and classes (n) maybe."""

    def fit_feature_maps(self, *values: Tensor) -> Method:
        """Fit on features of any shape, and classes (n)."""

    def to(self, device: torch.device, /) -> Method:
        """Move what it keeps."""

    def __getattr__(self, name: str) -> Any: ...


def lacking() -> str:
    """Return why pytorch-ood's detectors cannot be used here, and what mends it; empty where they can."""
    if sys.modules.get(_PACKAGE) is not None or find_spec(_PACKAGE) is not None:
        return ""
    return "needs pytorch-ood. Install it: pip install 'benchkit[torch-ood]'"


def library() -> Any:
    """Return the module ``pytorch_ood.detector``.

    The package imports its data sets before anything else, and with them torchvision, which no detector uses, takes
    seconds and ends the import where it was built for another torch. So a bare package stands in for it meanwhile.
    """
    name = f"{_PACKAGE}.detector"
    if name in sys.modules or _PACKAGE in sys.modules:
        return import_module(name)
    with _bare(_PACKAGE):
        return import_module(name)


@contextmanager
def _bare(package: str) -> Iterator[None]:
    """Let modules of a package be imported without the package's own ``__init__``, which runs when someone asks."""
    spec = find_spec(package)
    if spec is None or spec.submodule_search_locations is None:
        raise ModuleNotFoundError(f"No module named {package!r}: {lacking()}", name=package)
    stand_in = ModuleType(package)
    stand_in.__path__ = list(spec.submodule_search_locations)
    sys.modules[package] = stand_in
    try:
        yield
    finally:
        del sys.modules[package]


@contextmanager
def seeded(source: torch.Generator) -> Iterator[None]:
    """Let what draws from torch's global state of the CPU draw as ``source`` says; put the state back."""
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(source.initial_seed())
        yield
