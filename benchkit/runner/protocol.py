"""What makes two numbers comparable: how data are cut, how anomalies are made, and the hash over all of it.

Train, calibration and test are disjoint; the calibration split is cut from the training images. The cuts
depend on the data set alone, not on the run's seed, so that all seeds share one protocol.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from benchkit.contract import AnomalyGenerator, Dataset, LabelledImages
from benchkit.data import checksum, to_floats
from benchkit.errors import ContractError, DataError, Unsupported
from benchkit.registry import defined_in, settings_of
from benchkit.runner.grey_images import GreyImages, LabelledGrey
from benchkit.runner.grey_levels import GREY_LEVELS, grey_levels, range_problem
from benchkit.runner.loading import load_splits

PROTOCOL_VERSION = 1
CALIBRATION_SHARE = 0.1
SPLIT_SEED = 0
_HOST = torch.device("cpu")


@dataclass(frozen=True)
class Prepared:
    """One data set as the protocol cuts it, on the run's device.

    Attributes:
        name: the data set's name.
        checksum: SHA-256 over its pixels and labels.
        train: training images less the calibration images, all classes.
        calibration: training images that only set the threshold, all classes.
        test: test images, all classes.
        stays_normal: boolean mask over ``test``: the half that stays normal where a generator alters the other.
    """

    name: str
    checksum: str
    train: LabelledGrey
    calibration: LabelledGrey
    test: LabelledGrey
    stays_normal: Tensor

    @property
    def device_bytes(self) -> int:
        """What the images take of a device that is not the host."""
        return self.train.images.device_bytes + self.test.images.device_bytes


def prepare(dataset: Dataset, device: torch.device, *, room: float = math.inf) -> Prepared:
    """Load a data set and cut it.

    Pixels are rounded to whole grey levels, as anomalies are: otherwise a detector could tell one from the other by
    that alone. What the data set gave is not changed.

    Args:
        dataset: what to load.
        device: the run's device.
        room: bytes of grey levels that may lie on the device; more of them stay in the host's memory.

    Raises:
        DataError: the data set cannot be loaded, is not what a data set must be, or is too small to be cut.
    """
    splits = load_splits(dataset)
    n_train, n_test = len(splits.train), len(splits.test)
    n_calibration = round(n_train * CALIBRATION_SHARE)
    if n_calibration < 2 or n_test < 4:
        raise DataError(
            f"data set {dataset.name!r}: got {n_train} training and {n_test} test images; expected at least 20 and 4, "
            "so that a calibration split and two test halves can be cut. Give more images."
        )
    order = _shuffled(n_train)
    there = device if splits.train.images.numel() + splits.test.images.numel() <= room else _HOST
    train, test = (_grey(part, device, there) for part in (splits.train, splits.test))
    stays_normal = torch.zeros(n_test, dtype=torch.bool)
    stays_normal[_shuffled(n_test)[: n_test // 2]] = True
    return Prepared(
        name=dataset.name,
        checksum=checksum(splits),
        train=train.select(order[n_calibration:].sort().values),
        calibration=train.select(order[:n_calibration].sort().values),
        test=test,
        stays_normal=stays_normal.to(device),
    )


def _shuffled(n: int) -> Tensor:
    return torch.randperm(n, generator=torch.Generator().manual_seed(SPLIT_SEED))


def _grey(part: LabelledImages, device: torch.device, there: torch.device) -> LabelledGrey:
    levels = part.images if part.images.dtype == torch.uint8 else grey_levels(part.images)
    return LabelledGrey(GreyImages(levels.to(there), device), part.labels.to(device))


def keep_classes(images: LabelledGrey, labels: frozenset[int] | None) -> LabelledGrey:
    """Return the images of the given classes; None keeps all of them, without a copy."""
    return images if labels is None else images.select(class_mask(images, labels))


def class_mask(images: LabelledGrey, labels: frozenset[int] | None) -> Tensor:
    """Return a boolean mask of the images whose class is in ``labels`` (None: every class)."""
    if labels is None:
        return torch.ones_like(images.labels, dtype=torch.bool)
    return torch.isin(images.labels, torch.tensor(sorted(labels), device=images.labels.device))


def generator_input(data: Prepared, generator: AnomalyGenerator) -> LabelledGrey:
    """Return the test images that the generator may use; disjoint from the normals that it is scored against."""
    if not generator.alters_test:
        return data.test
    return data.test.select(~data.stays_normal & class_mask(data.test, generator.normal_labels))


def normal_mask(data: Prepared, generator: AnomalyGenerator) -> Tensor:
    """Return the boolean mask over ``data.test`` of the normals that the generator's anomalies are held against."""
    normal = class_mask(data.test, generator.normal_labels)
    return normal & data.stays_normal if generator.alters_test else normal


def anomalous_images(generator: AnomalyGenerator, test: LabelledImages, *, seed: int) -> Tensor:
    """Return the generator's anomalies as 8-bit images: uint8 grey levels, M×1×H×W, on the device of ``test``.

    Rounding keeps a detector from winning by spotting that a pixel is no whole grey level.

    Raises:
        ContractError: the result is not shaped and ranged like the test images.
        Unsupported: there are no test images to make anomalies from.
    """
    if len(test) == 0:
        raise Unsupported(f"{generator.name}: the data set has no test images to make anomalies from")
    made: object = generator.generate(test, seed=seed)
    if isinstance(made, Tensor) and made.dtype == torch.uint8:
        made = to_floats(made)
    problem = _problem(made, test.images)
    if problem or not isinstance(made, Tensor):
        raise ContractError(f"anomaly generator {generator.name!r}: generate: {problem}")
    return grey_levels(made)


def _problem(made: object, like: Tensor) -> str:
    if not isinstance(made, Tensor):
        return f"got {type(made).__name__}; expected a float32 tensor M×1×H×W."
    expected = (made.shape[0] if made.ndim else 0, *like.shape[1:])
    if made.shape != expected or made.shape[0] == 0 or made.dtype != like.dtype or made.device != like.device:
        return (
            f"got {tuple(made.shape)} {made.dtype} on {made.device}; expected M×{'×'.join(map(str, like.shape[1:]))} "
            f"{like.dtype} on {like.device} with M at least 1."
        )
    return range_problem(made)


def base_hash(data: Prepared, *, threshold: str, prevalence: float) -> str:
    """Return the part of the protocol hash that all anomalies share: data, splits, policy and prevalence."""
    return described_hash(describe(data), threshold=threshold, prevalence=prevalence)


def described_hash(described: Mapping[str, Any], *, threshold: object, prevalence: object) -> str:
    """Return ``base_hash`` from what ``describe`` returned, as ``run.json`` holds it (JSON types)."""
    return _digest({"threshold": threshold, "prevalence": prevalence, **described})


def describe(data: Prepared) -> dict[str, Any]:
    """Return the data's part of the protocol as JSON types, as it stands in ``run.json``."""
    return {
        "protocol_version": PROTOCOL_VERSION,
        "dataset": data.name,
        "checksum": data.checksum,
        "calibration_share": CALIBRATION_SHARE,
        "split_seed": SPLIT_SEED,
        "n_train": len(data.train),
        "n_calibration": len(data.calibration),
        "n_test": len(data.test),
        "grey_levels": GREY_LEVELS,
    }


def leaking_hash(base: str, leaks: str) -> str:
    """Return the base hash of rows whose view leaks something (see ``View.leaks``); ``base`` itself for an empty text.

    It takes the place of the part that all rows share, by which leaderboards are told apart.
    """
    return _digest({"base": base, "leaks": leaks}) if leaks else base


def anomaly_hash(generator: AnomalyGenerator) -> str:
    """Return the part of the protocol hash that belongs to one anomaly: its settings and normal classes."""
    return recorded_anomaly_hash(type(generator), settings_of(generator))


def recorded_anomaly_hash(kind: type[AnomalyGenerator], settings: Mapping[str, Any]) -> str:
    """Return ``anomaly_hash`` of a generator of class ``kind`` from its settings, as ``run.json`` holds them."""
    return _digest({"kind": defined_in(kind), **settings})


def _digest(content: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:12]
