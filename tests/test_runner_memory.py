"""A budget of memory: the same numbers from inputs that come some at a time, and a plain word where that cannot be."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from toy_plugins import Brighter, Brightness, HeldOut, ToyImages

import benchkit
from benchkit.measure.hardware import memory_bytes
from benchkit.runner import memory, parse_size
from benchkit.runner.machine import machine_for
from benchkit.runner.protocol import prepare
from benchkit.runner.settings import RunSettings

CPU = torch.device("cpu")
TIGHT = 2_200_000
"""Bytes: half of it holds a batch of 8×8 images, and not the 9,000 vectors of 32 numbers that a view makes of them."""

MANY = ToyImages(n_train=10_000)
EXACT = ["gaussian", "univariate-gaussian", "pixel-ae", "pixel-ae-shallow", "conv-ae", "conv-ae-maxpool"]
ROUNDED = ["gaussian-layer1", "gaussian-latent", "model-state-ae-layer1"]


def toys(out: Path, *detectors: Any, **settings: Any) -> benchkit.Run:
    """Run detectors on many small images."""
    how: dict[str, Any] = {"dataset": MANY, "anomalies": [Brighter(), HeldOut()], "device": "cpu", **settings}
    return benchkit.run(detectors=list(detectors), out=out, timing_seconds=0.01, **how)


def scores_of(run: benchkit.Run) -> dict[str, Any]:
    """Return the raw scores of a run's cells, by file."""
    return {path.name: dict(np.load(path)) for path in sorted((run.folder / "scores").iterdir())}


@pytest.mark.slow
def test_inputs_that_come_some_at_a_time_give_the_same_scores(tmp_path: Path) -> None:
    """Of images to the last bit; of a view's numbers within the rounding of another size of batch."""
    names = [*EXACT, *ROUNDED]
    changes = {name: {"max_images": 600} for name in names if "ae" in name}
    changes |= {"model-state-ae-layer1": {"max_images": 600, "min_images": 0}}
    whole, tight = (
        toys(tmp_path / str(room), *names, changes=changes, device_memory=room, anomalies=[Brighter()])
        for room in (None, TIGHT)
    )
    assert set(whole.cells["fit_inputs"]) == {"resident"}
    assert set(tight.cells["fit_inputs"]) == {"streamed"}
    assert set(tight.cells["status"]) == {"ok"}
    expected, found = scores_of(whole), scores_of(tight)
    assert len(found) == len(names)
    for file, arrays in found.items():
        for key, values in arrays.items():
            if any(name in file for name in ROUNDED):
                np.testing.assert_allclose(values, expected[file][key], rtol=1e-5)
            else:
                np.testing.assert_array_equal(values, expected[file][key])


def test_many_are_trained_at_once_on_rows_as_well(tmp_path: Path) -> None:
    """Seeds and held-out classes go in one call, with no tensor to find room for."""
    quick = {"pixel-ae-shallow": {"max_images": 600, "min_images": 0}}
    cells = toys(tmp_path, "pixel-ae-shallow", seeds=2, changes=quick, device_memory=TIGHT).cells
    assert list(cells["status"]) == ["ok"] * 4
    assert list(cells["fit_together"]) == [4] * 4
    assert list(cells["fit_inputs"]) == ["streamed"] * 4


def test_who_takes_no_rows_is_skipped_with_the_sizes(tmp_path: Path) -> None:
    """Only under a limit: else it gets its tensor, as large as it is."""
    tight = toys(tmp_path / "tight", Brightness(), device_memory=TIGHT).cells
    assert list(tight["status"]) == ["skipped"] * 2
    assert list(tight["fit_inputs"]) == [""] * 2
    assert tight["reason"].str.contains(
        r"detector 'brightness' gets its training inputs as a whole: 9000×1×8×8 numbers are 2.4MB, and --device-memory "
        r"leaves 1.1MB.*Give --device-memory 4.7MB", regex=True
    ).any()  # fmt: skip
    enough = toys(tmp_path / "enough", Brightness(), device_memory="4.7MB").cells
    assert list(enough["status"]) == ["ok"] * 2
    assert list(enough["fit_inputs"]) == ["resident"] * 2
    assert list(toys(tmp_path / "free", Brightness()).cells["status"]) == ["ok"] * 2


def test_anomalies_of_more_images_than_there_is_room_for_are_skipped(tmp_path: Path) -> None:
    """A generator gets its images as a whole; the other anomaly, made from few, is there."""
    few = replace(MANY, n_train=1000, n_test=6000)
    cells = toys(tmp_path, "gaussian", dataset=few, device_memory=TIGHT).cells.set_index("anomaly")
    assert cells.loc["brighter", "status"] == "ok"
    assert cells.loc["class-three", "status"] == "skipped"
    assert "anomaly 'class-three' gets its test images as a whole: 6000×1×8×8" in cells.loc["class-three", "reason"]


def test_many_test_images_are_scored_and_timed_some_at_a_time(tmp_path: Path) -> None:
    """No copy of all of them as floats is needed; the scores are the same."""
    large = replace(MANY, n_train=1000, n_test=9000)
    whole, tight = (
        toys(tmp_path / str(room), "gaussian", dataset=large, anomalies=[Brighter()], device_memory=room)
        for room in (None, 2 * TIGHT)
    )
    assert list(tight.cells["status"]) == ["ok"]
    assert float(tight.cells["images_per_second"].iloc[0]) > 0
    for file, arrays in scores_of(tight).items():
        for key, values in arrays.items():
            np.testing.assert_array_equal(values, scores_of(whole)[file][key])


def shelf(**settings: Any) -> Any:
    """Return the shelf that these settings give."""
    chosen = RunSettings(**{"device": "cpu", **settings})
    return memory.shelf_for(prepare(ToyImages(), CPU), chosen, machine_for("cpu"))


def test_half_of_the_memory_is_for_what_is_held() -> None:
    """The other half is for the work; the limit is one for fits too."""
    assert (shelf(device_memory=10**7).room, shelf(device_memory=10**7).limited) == (5 * 10**6, True)


def test_without_a_limit_a_processor_keeps_some(monkeypatch: pytest.MonkeyPatch) -> None:
    """A GiB, a quarter of each worker's share of the machine, or of what it may hold, whichever is least."""
    monkeypatch.setattr(memory, "memory_bytes", lambda device: 2**33)
    assert (shelf().room, shelf().limited) == (2**30, False)
    assert shelf(jobs=4).room == 2**29
    assert shelf(jobs=1, memory_limit=2**30).room == 2**28
    monkeypatch.setattr(memory, "memory_bytes", lambda device: None)
    assert shelf().room == 2**30


@pytest.mark.parametrize(
    ("size", "said"),
    [
        (2_000_000, r"got 2MB; expected at least 2.1MB, half of which holds the 4,096 images of 8×8 pixels"),
        (2_097_151, r"got 2MB; expected at least 2.1MB"),
        (999, r"got 999B; expected at least 2.1MB"),
        (2_500_000 * 10**6, r"got 2500000MB; expected no more than cpu has"),
        (2**61, r"expected no more than cpu has"),
    ],
)
def test_a_memory_that_cannot_be_is_refused(size: int, said: str, tmp_path: Path) -> None:
    """Too little for a batch, or more than there is: before anything is fitted."""
    with pytest.raises(benchkit.UsageError, match=f"--device-memory: .*{said}"):
        toys(tmp_path, Brightness(), device_memory=size)


@given(size=st.integers(0, 2**62))
def test_a_size_that_is_shown_can_be_given_back(size: int) -> None:
    """What an error says to give is a size that the option takes, and enough, however large."""
    assert size <= parse_size(memory.in_mb(size)) < size + 10**5
    assert size - 10**5 < parse_size(memory.in_mb(size, down=True)) <= size


def test_the_memory_of_a_machine_is_known() -> None:
    """On Linux the system tells."""
    assert sys.platform != "linux" or (memory_bytes(CPU) or 0) > 2**20


@dataclass(frozen=True)
class Million(benchkit.Dataset):
    """A million images of 8×8 random pixels, as bytes."""

    name: str = "million"

    def load(self) -> benchkit.Splits:
        """Draw them."""
        generator = torch.Generator().manual_seed(0)
        images = torch.randint(0, 256, (1_000_000, 1, 8, 8), dtype=torch.uint8, generator=generator)
        everything = benchkit.LabelledImages(images, torch.arange(1_000_000) % 10)
        return benchkit.Splits(everything, everything.select(torch.arange(2000)))


def _peak(device_memory: int | None, out: Path) -> dict[str, Any]:
    """Return what a run on the million takes at its peak beyond what the process held, MB, and how its cells ended."""
    script = (
        "import json, sys; from pathlib import Path; import test_runner_memory as it; "
        "print(json.dumps(it.measured(json.loads(sys.argv[1]), Path(sys.argv[2]))))"
    )
    command = [sys.executable, "-c", script, json.dumps(device_memory), str(out)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=Path(__file__).parent, check=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def measured(device_memory: int | None, out: Path) -> dict[str, Any]:
    """Run on few images first, which loads every library, and then on the million."""
    from benchkit.measure.memory import read_status

    how: dict[str, Any] = {"changes": {"pixel-ae-shallow": {"max_images": 20_000, "min_images": 0}}}
    names, anomalies = ["gaussian", "pixel-ae-shallow"], [Brighter()]
    toys(out / "few", *names, anomalies=anomalies, **how)
    before = (read_status("VmRSS") or 0) / 1024
    run = toys(out / "run", *names, dataset=Million(), anomalies=anomalies, device_memory=device_memory, **how)
    statuses, inputs = sorted(set(run.cells["status"])), sorted(set(run.cells["fit_inputs"]))
    peak = run.cells["peak_memory_mb"].max(skipna=False)  # of the fits and scores: none where it can't be measured
    return {"mb": None if peak != peak else peak - before, "statuses": statuses, "inputs": inputs}


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="the peak of a process is known on Linux")
def test_a_million_images_take_no_more_than_they_may(tmp_path: Path) -> None:
    """As floats they are 244 MiB. Beside 61 MiB of bytes, and their labels and order, 57 MiB are enough for all."""
    tight = _peak(60_000_000, tmp_path)
    assert (tight["statuses"], tight["inputs"]) == (["ok"], ["streamed"])
    if tight["mb"] is None:
        pytest.skip("the system does not let a peak be measured anew")
    assert tight["mb"] < 61 + 57 + 60
    free = _peak(None, tmp_path)
    assert free["inputs"] == ["resident"]
    assert free["mb"] > tight["mb"] + 100


def test_a_size_of_a_few_bytes_is_told_as_it_is() -> None:
    """Nobody who forgot a unit is told of a tenth of a megabyte."""
    assert (memory.in_mb(512), memory.in_mb(10**5), memory.in_mb(25_700_001)) == ("512B", "0.1MB", "25.8MB")
