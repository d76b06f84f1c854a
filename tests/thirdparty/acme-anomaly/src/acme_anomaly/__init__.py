"""Acme's plugin for benchkit: what it offers."""

from collections.abc import Iterator

from benchkit import AnomalyGenerator, Dataset, Detector, View, hookimpl

from acme_anomaly.contours import Contours
from acme_anomaly.denoiser import Denoiser
from acme_anomaly.large import Large
from acme_anomaly.rings import Rings
from acme_anomaly.smear import Smear

benchkit_api_version = 1


@hookimpl
def benchkit_datasets() -> list[Dataset]:
    return [Rings("acme-rings")]


@hookimpl
def benchkit_views() -> list[View]:
    return [Contours("acme-contours")]


@hookimpl
def benchkit_detectors() -> list[Detector]:
    return [Denoiser("acme-denoiser"), Denoiser("acme-denoiser-contours", view="acme-contours")]


@hookimpl
def benchkit_anomaly_generators() -> Iterator[AnomalyGenerator]:
    yield Large("acme-large", normal_labels=frozenset({0, 1}), alters_test=False)
    for width in (3, 5, 7):
        yield Smear(f"acme-smear-{width}", group="acme-smear", width=width)
