"""The built-in autoencoders beside PyOD's, Keras's and a plain PyTorch loop: same images, layers, epochs, batch size.

What remains different is said in README.md. All ways of a group are timed in turns, see ``contest``; one test starts
them all. ``BENCHKIT_DEVICE=cuda`` leaves Keras out, whose TensorFlow is the one for processors.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import frameworks
import plain
import pytest
import torch
from contest import Contest, Contestant, in_turns
from pytest_benchmark.fixture import BenchmarkFixture
from scale import DEVICE_NAME, ROUNDS, SCALE, scaled
from torch import Tensor

from benchkit.measure.ceilings import Shape, product_rate
from benchkit.measure.hardware import pick_device
from benchkit.registry import load_registry

REGISTRY = load_registry()
SHALLOW: Any = replace(REGISTRY.detectors["pixel-ae-shallow"].item, min_images=0)  # type: ignore[call-arg]
DETECTORS: dict[str, Any] = {"pixel-ae": REGISTRY.detectors["pixel-ae"].item, "pixel-ae-shallow": SHALLOW}
DEVICE = pick_device(DEVICE_NAME)
ON_CPU = DEVICE.type == "cpu"
THREADS = torch.get_num_threads()
BATCH = 1_024
BUDGET = 0.1 if SCALE == 1 else 0.02
"""Seconds for the rate of the matrix products, each time."""

N_FIT, N_SCORE = scaled(20_000, least=64), scaled(10_000, least=64)

OURS, OURS_SCORED, LOOP = "benchkit", "benchkit, and scores", "plain PyTorch loop"
KERAS, KERAS_AGAIN = "Keras", "Keras, built and traced before"
PYOD, PYOD_RAW = "PyOD", "PyOD, no preprocessing"
KERAS_SCORES = {f"Keras predict, batches of {size or 32}": size for size in (None, BATCH)}
COUNTS = dict.fromkeys((1, THREADS) if ON_CPU else (THREADS,))
FIT_BOUNDS = {f"matrix products, threads: {count}": count for count in COUNTS}
SCORE_BOUNDS = {
    f"{name}, batches of {size}": (count, size) for name, count in FIT_BOUNDS.items() for size in (BATCH, 4 * BATCH)
}

FITS = (OURS, OURS_SCORED, LOOP, KERAS, KERAS_AGAIN, PYOD_RAW, PYOD, *FIT_BOUNDS)
SCORES = (OURS, LOOP, *KERAS_SCORES, PYOD, *SCORE_BOUNDS)

pytestmark = pytest.mark.timeout(0)


def peers() -> list[str]:
    """Return which other libraries can take part."""
    wanted = {"keras": ON_CPU and frameworks.has("keras", "tensorflow"), "pyod": frameworks.has("pyod")}
    return [name for name, found in wanted.items() if found]


def require(row: str) -> None:
    """Skip the row of a library that takes no part."""
    needed = row.partition(",")[0].partition(" ")[0].lower()
    if needed in ("keras", "pyod") and needed not in peers():
        pytest.skip(f"{row}: not installed (extra 'peers'), or not for {DEVICE}")


def aim(at: str, value: float) -> tuple[str, float] | None:
    """Return an aim that was set for processors."""
    return (at, value) if ON_CPU else None


@pytest.fixture(scope="module")
def fits(images: Tensor) -> Contest:
    """Return the contest of training."""
    images = images[:N_FIT].to(DEVICE)
    shapes = plain.step_shapes(plain.widths(SHALLOW, 784), SHALLOW.batch_size)
    steps = SHALLOW.epochs * len(images) / SHALLOW.batch_size
    rows = {
        OURS: Contestant(
            partial(SHALLOW.fit, images, seed=0), "`pixel-ae-shallow`'s `fit`",
            share_of=tuple(FIT_BOUNDS), share_aim=aim(">=", 0.4),
        ),
        OURS_SCORED: Contestant(partial(fit_and_score, images), "the same, then the scores of the training images"),
        LOOP: Contestant(
            partial(plain.fit, SHALLOW, images.flatten(1)),
            "`nn.Sequential`, Adam, a shuffled index an epoch, a batch by its part of it", OURS, aim(">=", 1.3),
        ),
        **keras_fits(images), **pyod_fits(images),
        **{name: bound(shapes, steps, count) for name, count in FIT_BOUNDS.items()},
    }  # fmt: skip
    return Contest(rows, rounds=ROUNDS, device=DEVICE)


def bound(shapes: Sequence[Shape], times: float, threads: int) -> Contestant:
    """Return what takes as long as the matrix products alone, at the rate that they reach in this round."""
    work = times * plain.flop(shapes)
    what = "only the matrix products, each laid out as it is fastest, on data in the caches: nothing is faster"
    return Contestant(
        lambda: work / product_rate(shapes, DEVICE, budget_seconds=BUDGET), what, OURS, threads=threads,
        notes={"work": work, "unit": "FLOP/s"},
    )  # fmt: skip


def fit_and_score(images: Tensor) -> Tensor:
    """Do what PyOD's ``fit`` does."""
    scorer = SHALLOW.fit(images, seed=0)
    with torch.no_grad():
        return scorer(images)


def keras_fits(images: Tensor) -> dict[str, Contestant]:
    """Return Keras's rows of the training."""
    if "keras" not in peers():
        return {}
    vectors = images.flatten(1).cpu().numpy()
    traced: list[Any] = []

    def again() -> None:
        traced.extend([frameworks.keras_model(SHALLOW, vectors.shape[1])] if not traced else [])
        frameworks.keras_refit(traced[0], SHALLOW, vectors)

    return {
        KERAS: Contestant(
            partial(frameworks.keras_fit, SHALLOW, vectors), "a new model: built, compiled and fitted", OURS,
            aim(">=", 4),
        ),
        KERAS_AGAIN: Contestant(again, "`fit` alone, of a model that was fitted before", OURS),
    }  # fmt: skip


def pyod_fits(images: Tensor) -> dict[str, Contestant]:
    """Return PyOD's rows of the training."""
    if "pyod" not in peers():
        return {}
    vectors = images.flatten(1).cpu().numpy()
    frameworks.pyod_fitter(SHALLOW, DEVICE, preprocessing=True)(vectors[:64])  # imports what it needs when it needs it
    whats = {
        PYOD_RAW: "`AutoEncoder.fit`, which ends with the scores of the training images",
        PYOD: "the same with its default, which standardises each pixel first",
    }
    return {
        name: Contestant(
            partial(frameworks.pyod_fitter(SHALLOW, DEVICE, preprocessing=name == PYOD), vectors), what, OURS_SCORED,
            aim(">=", 20), warm_up=False,
        )
        for name, what in whats.items()
    }  # fmt: skip


@in_turns(f"fit 784-50-784, 5 epochs of {N_FIT:,} images, batches of 64")
@pytest.mark.parametrize("row", FITS)
def test_fit(benchmark: BenchmarkFixture, fits: Contest, row: str) -> None:
    """One way of training."""
    require(row)
    fits.report(benchmark, row)


@pytest.fixture(scope="module")
def scorings(images: Tensor) -> dict[str, Contest]:
    """Return the contest of scoring, for each detector."""
    images = images[:N_SCORE].to(DEVICE)
    return {name: Contest(score_rows(name, images), rounds=2 * ROUNDS, calls=5, device=DEVICE) for name in DETECTORS}


def score_rows(name: str, images: Tensor) -> dict[str, Contestant]:
    """Return the ways of scoring by networks that have seen few images: what they have learnt changes no time."""
    short = replace(DETECTORS[name], epochs=1, max_images=BATCH)
    scorer, vectors = short.fit(images[:BATCH], seed=0), images.flatten(1)
    model = plain.network(short, vectors.shape[1], DEVICE)
    needed = ("PyTorch's modules, no gradients, batches of 1,024", OURS)
    return {
        OURS: Contestant(
            without_gradients(scorer, images), f"the scorer of `{name}` on all images at once",
            share_of=tuple(SCORE_BOUNDS), share_aim=aim(">=", 0.6) if name == "pixel-ae" else None,
        ),
        LOOP: Contestant(partial(plain.score, model, vectors, BATCH), *needed),
        **keras_scores(short, vectors), **pyod_scores(short, vectors), **score_bounds(short, vectors),
    }  # fmt: skip


def without_gradients(scorer: Callable[[Tensor], Tensor], images: Tensor) -> Callable[[], Tensor]:
    """Return what scores as a run does."""

    def run() -> Tensor:
        with torch.no_grad():
            return scorer(images)

    return run


def keras_scores(detector: Any, vectors: Tensor) -> dict[str, Contestant]:
    """Return Keras's rows of the scoring."""
    if "keras" not in peers():
        return {}
    model, array = frameworks.keras_model(detector, vectors.shape[1]), vectors.cpu().numpy()
    return {
        name: Contestant(
            partial(frameworks.keras_score, model, array, size),
            f"`predict`{', its default' if size is None else ''}, and the mean squared error by NumPy", OURS,
            aim(">=", 5) if size is None else None,
        )
        for name, size in KERAS_SCORES.items()
    }  # fmt: skip


def pyod_scores(detector: Any, vectors: Tensor) -> dict[str, Contestant]:
    """Return PyOD's row of the scoring."""
    if "pyod" not in peers():
        return {}
    array = vectors.cpu().numpy()
    fitted = frameworks.pyod_fitter(detector, DEVICE, preprocessing=False)(array[:BATCH])
    what = f"`decision_function`, batches of {detector.batch_size}, as it was fitted"
    return {PYOD: Contestant(partial(frameworks.pyod_score, fitted, array), what, OURS)}


def score_bounds(detector: Any, vectors: Tensor) -> dict[str, Contestant]:
    """Return the bound of the scoring, by threads and batch size."""
    widths = plain.widths(detector, vectors.shape[1])
    return {
        name: bound(plain.forward_shapes(widths, size), len(vectors) / size, count)
        for name, (count, size) in SCORE_BOUNDS.items()
    }


@in_turns(f"scores of {N_SCORE:,} images, pixel-ae 784-100-50-100-784")
@pytest.mark.parametrize("row", SCORES)
def test_score_pixel_ae(benchmark: BenchmarkFixture, scorings: dict[str, Contest], row: str) -> None:
    """One way of scoring with the deep one."""
    require(row)
    scorings["pixel-ae"].report(benchmark, row)


@in_turns(f"scores of {N_SCORE:,} images, pixel-ae-shallow 784-50-784")
@pytest.mark.parametrize("row", SCORES)
def test_score_pixel_ae_shallow(benchmark: BenchmarkFixture, scorings: dict[str, Contest], row: str) -> None:
    """One way of scoring with the shallow one."""
    require(row)
    scorings["pixel-ae-shallow"].report(benchmark, row)
