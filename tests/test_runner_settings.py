"""Run settings: what is out of range is refused with what would be right."""

from __future__ import annotations

import numpy as np
import pytest

import benchkit
from benchkit.measure.hardware import pick_device
from benchkit.runner import RunSettings, seeds_from


@pytest.mark.parametrize(
    "wrong",
    [
        {"seeds": ()},
        {"seeds": (-1,)},
        {"seeds": (1, 1)},
        {"jobs": -1},
        {"timeout": 0.0, "jobs": 1},
        {"timeout": 5.0},
        {"memory_limit": 10**9},
        {"memory_limit": 0, "jobs": 1},
        {"executor": "spark"},
        {"executor": "dask://nowhere"},
        {"prevalence": 0.0},
        {"prevalence": 1.0},
        {"prevalence": float("nan")},
        {"batch_size": 0},
        {"timing_seconds": 0.0},
        {"timing_seconds": float("inf")},
        {"timing_noise": -0.01},
        {"timing_noise": 1.0},
        {"timing_noise": float("nan")},
        {"batch_sizes": (0,)},
        {"batch_sizes": (64, 64)},
        {"batch_sizes": "1,sixty-four"},
        {"batch_sizes": (1, 64), "beside": "meet"},
        {"batch_sizes": 64},
        {"batch_sizes": None},
        {"batch_size": 2.5},
        {"batch_size": True},
        {"batch_size": "64"},
        {"batch_size": np.int64(64)},
        {"timing_noise": "low"},
        {"timing_noise": None},
        {"timing_noise": np.float32(0.1)},
        {"timing_seconds": "0.5"},
        {"timing_seconds": True},
        {"prevalence": "half"},
        {"jobs": 1.5},
        {"jobs": "2"},
        {"timeout": "soon", "jobs": 1},
        {"device_memory": 1e9},
        {"memory_limit": 1e9, "jobs": 1},
        {"seeds": (0.5,)},
        {"seeds": ("a", 1)},
        {"threshold": "median"},
        {"threshold": "quantile:1.5"},
    ],
)
def test_values_out_of_range_are_usage_errors(wrong: dict[str, object]) -> None:
    """Each wrong value, be it of another type, ends with exit status 2 and says what is expected."""
    with pytest.raises(benchkit.UsageError, match="expected"):
        RunSettings(**wrong)  # type: ignore[arg-type]


def test_a_number_of_seeds_counts_from_zero() -> None:
    """Three seeds are 0, 1 and 2; seeds given one by one are taken as they stand."""
    assert seeds_from(3) == (0, 1, 2)
    assert seeds_from([4, 2]) == (4, 2)


def test_one_policy_has_one_spelling() -> None:
    """Two spellings of a threshold policy are one protocol."""
    assert RunSettings(threshold="quantile:0.950") == RunSettings(threshold="quantile:0.95")


def test_sizes_of_batches_are_kept_in_one_order() -> None:
    """However they are given, a run that is resumed asks for the same ones; run.json holds a list."""
    settings = RunSettings(batch_sizes="64,1")  # type: ignore[arg-type]
    assert settings.batch_sizes == (1, 64)
    assert settings == RunSettings(batch_sizes=(1, 64))
    assert settings.to_dict()["batch_sizes"] == [1, 64]


@pytest.mark.parametrize(
    ("device", "fits", "seconds"),
    [
        ("cpu", 1, 0.5), ("cpu", 4, 0.5), ("cpu", 11, 0.182), ("cpu", 1000, 0.02),
        ("cuda", 1, 0.1), ("cuda:1", 11, 0.045), ("mps", 5, 0.1),
    ],
)  # fmt: skip
def test_the_fits_of_a_detector_share_its_time(device: str, fits: int, seconds: float) -> None:
    """None takes more than suits the device, nor less than two hundredths; what is asked for goes before."""
    assert RunSettings(device=device).settled(fits).to_dict()["timing_seconds"] == seconds
    assert RunSettings(device=device, timing_seconds=2.0).settled(fits).timing_budget == 2.0


def test_on_the_best_device_a_timing_takes_as_long_as_suits_it() -> None:
    """``auto`` is settled before the default is."""
    kind = pick_device("auto").type
    assert RunSettings().timing_budget == RunSettings(device=kind).timing_budget
