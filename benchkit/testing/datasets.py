"""What is checked of data sets."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from benchkit.contract import LabelledImages, RemoteFile, Splits
from benchkit.errors import Unsupported, a_kind
from benchkit.runner.grey_levels import range_problem
from benchkit.testing.agreement import same_bits
from benchkit.testing.checks import Check, NotApplicable, require
from benchkit.testing.dataset_specimen import DatasetSpecimen, fingerprints, is_blank
from benchkit.testing.shared import SETTINGS, WORKER, leaves_nothing_running, leaves_random_states, leaves_settings

__all__ = ["CHECKS", "DatasetSpecimen"]

LEAST: Mapping[str, int] = {"training": 20, "test": 4}
"""Images of each split: of fewer no calibration split and no two test halves can be cut."""

SHARED = 0.01
"""Share of the test images that may be training images too.

Published sets hold a few by mistake. The four built-in ones hold none: MNIST, Fashion-MNIST, digits and garments, each
compared to the last grey level. A hundredth is far above a mistake here and there and far below a split gone wrong.
"""

BLANK = 0.5
"""Share of the images that may be one grey all over."""

_SHA256 = re.compile(r"[0-9a-fA-F]{64}")


def _loads(specimen: DatasetSpecimen) -> None:
    splits = specimen.first.result()
    require(isinstance(splits, Splits), specimen.offer, f"load: got {a_kind(splits)}; expected benchkit.Splits.")


def _one_size(specimen: DatasetSpecimen) -> None:
    train, test = (tuple(part.images.shape[2:]) for part in specimen.parts.values())
    require(
        train == test and 0 not in train,
        specimen.offer,
        f"load: got training images of {train} and test images of {test} pixels; expected one size. "
        "benchkit.data.resize makes it one.",
    )


def _enough(specimen: DatasetSpecimen) -> None:
    for name, part in specimen.parts.items():
        require(
            len(part) >= LEAST[name],
            specimen.offer,
            f"load: got {len(part)} {name} images; expected {LEAST[name]} at least, so that a calibration split and "
            "two test halves can be cut. benchkit.data.split_stratified splits what came in one piece.",
        )


def _on_the_processor(specimen: DatasetSpecimen) -> None:
    for name, part in specimen.parts.items():
        devices = {str(part.images.device), str(part.labels.device)}
        require(
            devices == {"cpu"},
            specimen.offer,
            f"load: got the {name} images and labels on {' and '.join(sorted(devices))}; expected them on the CPU. The "
            "runner brings them to its device.",
        )


def _range(specimen: DatasetSpecimen) -> None:
    for name, images in _reachable(specimen).items():
        problem = range_problem(images) if images.is_floating_point() and images.numel() else ""
        require(
            not problem,
            specimen.offer,
            f"load: the {name} images: {problem} Divide grey levels by 255, or return them as uint8.",
        )


def _labels_from_zero(specimen: DatasetSpecimen) -> None:
    for name, labels in _labels(specimen).items():
        low = min(labels, default=0)
        require(
            low >= 0,
            specimen.offer,
            f"load: got the label {low} among the {name} images; expected labels from 0. Number the classes anew.",
        )


def _test_classes(specimen: DatasetSpecimen) -> None:
    labels = _labels(specimen)
    strange = sorted(labels["test"] - labels["training"])
    require(
        not strange or not labels["training"],
        specimen.offer,
        f"load: got test images of {_classes(strange)} without a training image; expected every class in both splits. "
        "A class that is never trained is an anomaly that counts as normal: split every class, as "
        "benchkit.data.split_stratified does.",
    )


def _labels(specimen: DatasetSpecimen) -> dict[str, set[int]]:
    labels = {name: part.labels for name, part in specimen.parts.items()}
    if any(each.device.type == "meta" for each in labels.values()):
        raise NotApplicable("there are no labels to look at; see 'on-the-processor'")
    return {name: set(torch.unique(each).tolist()) for name, each in labels.items()}


def _classes(labels: Sequence[int]) -> str:
    shown = ", ".join(map(str, labels[:5])) + ("…" if len(labels) > 5 else "")
    return f"class {shown}" if len(labels) == 1 else f"classes {shown}"


def _reachable(specimen: DatasetSpecimen) -> dict[str, Tensor]:
    images = {name: part.images for name, part in specimen.parts.items()}
    if any(each.device.type == "meta" for each in images.values()):
        raise NotApplicable("there are no pixels to look at; see 'on-the-processor'")
    return images


def _disjoint(specimen: DatasetSpecimen) -> str | None:
    train, test = specimen.pixels["training"], specimen.splits.test
    shows = (~is_blank(test.images)).tolist()  # blank images are another check's
    shared = sum(image in train for image, counts in zip(fingerprints(test), shows, strict=True) if counts)
    require(
        shared <= SHARED * len(test),
        specimen.offer,
        f"load: got {shared} of {len(test)} test images that are training images too; expected disjoint splits. Split "
        "before you copy or augment.",
    )
    return f"{shared} of {len(test)} test images are training images too" if shared else None


def _shows_something(specimen: DatasetSpecimen) -> None:
    for name, different in specimen.pixels.items():
        images = specimen.parts[name].images
        if len(images) < 2 or not images[0].numel():
            continue
        blank = int(is_blank(images).sum())
        got = (
            f"{blank} of {len(images)} {name} images that are one grey all over" if blank > BLANK * len(images) else ""
        )
        got = got or (f"the same {name} image {len(images)} times" if len(different) == 1 else "")
        require(
            not got, specimen.offer, f"load: got {got}; expected images that show something. Look at how they are read."
        )


def _same_bits(specimen: DatasetSpecimen) -> None:
    if not (_reachable(specimen) and _labels(specimen)):
        return
    found = specimen.again.result()
    for name, part in specimen.parts.items():
        other: Any = getattr(found, "train" if name == "training" else "test", None)
        same = isinstance(other, LabelledImages) and _equal(part, other)
        require(
            same,
            specimen.offer,
            f"load: got other {name} images or labels at the second call; expected the same bits. Draw from a fixed "
            "seed, and sort the names of files.",
        )


def _equal(one: LabelledImages, other: LabelledImages) -> bool:
    return same_bits(one.images, other.images) and same_bits(one.labels, other.labels)


def _own(specimen: DatasetSpecimen) -> None:
    """Compare where the tensors lie; to write into them could harm a file that is mapped into memory."""
    splits, again = specimen.splits, specimen.again.result()
    if not isinstance(again, Splits):
        raise NotApplicable("the second call returned no images; see 'same-images-again'")
    lies = {tensor.untyped_storage().data_ptr() for tensor in _tensors(splits) if tensor.device.type != "meta"}
    shared = [tensor for tensor in _tensors(again) if tensor.untyped_storage().data_ptr() in lies - {0}]
    require(
        not shared,
        specimen.offer,
        "load: got tensors that the next call returns as well; expected each call's own: whoever changes one would "
        "change the data set. Return copies of what you keep.",
    )


def _tensors(splits: Splits) -> Iterator[Tensor]:
    for part in (splits.train, splits.test):
        yield from (part.images, part.labels)


def _random_states(specimen: DatasetSpecimen) -> None:
    leaves_random_states([("load", _witnessed(specimen))], specimen.offer)


def _process(specimen: DatasetSpecimen) -> None:
    leaves_settings([("load", _witnessed(specimen))], specimen.offer)


def _witnessed(specimen: DatasetSpecimen) -> Any:
    if isinstance(specimen.first.error, Unsupported):
        raise specimen.first.error
    return specimen.first


def _running(specimen: DatasetSpecimen) -> None:
    _witnessed(specimen)  # one that is unsupported says so
    leaves_nothing_running([("load", specimen.watched.seen)], specimen.offer)


def _files(specimen: DatasetSpecimen) -> None:
    files: object = specimen.offer.item.files()
    require(
        isinstance(files, Sequence) and all(isinstance(each, RemoteFile) for each in files),
        specimen.offer,
        f"files: got {type(files).__name__}; expected a sequence of benchkit.RemoteFile.",
    )
    if not isinstance(files, Sequence) or not files:
        raise NotApplicable("the data set has no files to be fetched")
    for file in files:
        got = _wrong_with(file)
        require(not got, specimen.offer, f"files: {file.path!r}: got {got}")
    paths = [file.path for file in files]
    require(len(set(paths)) == len(paths), specimen.offer, f"files: got {paths}; expected each path once.")


def _wrong_with(file: RemoteFile) -> str:
    """Return what is wrong with a file, what was expected and the next step; empty where nothing is."""
    if not _SHA256.fullmatch(file.sha256) or len(set(file.sha256.lower())) < 4:
        return (
            f"the checksum {file.sha256!r}; expected the 64 hexadecimal digits that sha256sum prints of the raw file."
        )
    if not isinstance(file.size, int) or file.size < 1:
        return f"a size of {file.size!r}; expected the bytes of the raw file."
    strange = [url for url in file.urls if not url.startswith(("https://", "http://"))]
    if strange or not file.urls:
        return f"the addresses {list(file.urls)}; expected one at least, of http or https."
    return ""


CHECKS: tuple[Check[DatasetSpecimen], ...] = (
    Check("loads", "a run that ends before it begins.", _loads),
    Check("one-size", "images that no detector can be fitted on together.", _one_size),
    Check("enough-images", "a run that ends because nothing is left to set a threshold on.", _enough),
    Check(
        "on-the-processor",
        "data that fail where there is no GPU, and fill the memory of one where there is.",
        _on_the_processor,
    ),
    Check("pixel-range", "pixels that no image has: anomalies, which are from 0 to 1, would stand out.", _range),
    Check("labels-from-zero", "classes that nobody can name.", _labels_from_zero),
    Check("test-classes-are-trained", "normal test images of a kind that no detector has ever seen.", _test_classes),
    Check("splits-are-disjoint", "detectors that are praised for what they know by heart.", _disjoint),
    Check("images-show-something", "a reader that returns blank images, or one again and again.", _shows_something),
    Check("same-images-again", "runs that cannot be compared: their data differ.", _same_bits),
    Check("each-load-its-own", "a data set that changes because somebody wrote into what it gave.", _own),
    Check("random-state-untouched", "numbers of others that change because this data set was loaded.", _random_states),
    Check("process-untouched", "times and numbers of others that change likewise.", _process),
    Check("nothing-left-running", "threads and processes that compute while others are timed.", _running),
    Check("files", "a download that fails, or cannot be told from a wrong one.", _files),
    SETTINGS,
    WORKER,
)
"""In the order in which they are carried out."""
