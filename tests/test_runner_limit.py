"""What a row says of the machine's limit, and what a detector's own statement changes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor
from toy_plugins import Brighter, Brightness, ToyImages

import benchkit
from benchkit import Work
from benchkit.measure.ceilings import Ceilings
from benchkit.measure.disturbance import Disturbance
from benchkit.measure.known_ceilings import KnownCeilings
from benchkit.measure.readings import Readings
from benchkit.measure.timing import MIN_REPEATS
from benchkit.registry import Offer
from benchkit.results import read_timings
from benchkit.runner import RunSettings
from benchkit.runner.ledger import Ledger
from benchkit.runner.limit import know_ceilings, with_limit
from benchkit.runner.machine import Machine
from benchkit.runner.throughput import Fitted, Timing

TOYS = Path(__file__).with_name("toy_plugins.py")
PIXELS = 8 * 8
IMAGE_BYTES, SCORE_BYTES = 4 * PIXELS, 4
NUMBERS = ("flop_per_image", "bytes_per_image", "limit_images_per_second", "limit_share")


@dataclass(frozen=True)
class Projection(benchkit.Detector):
    """Scores the length of a projection on a few directions: one product of matrices."""

    name: str = "projection"
    directions: int = 3

    def fit(self, normal: Tensor, *, seed: int) -> Callable[[Tensor], Tensor]:
        """Draw the directions."""
        draw = torch.Generator().manual_seed(seed)
        weights = torch.rand(normal[0].numel(), self.directions, generator=draw)
        return lambda inputs: (inputs.flatten(1) @ weights).square().sum(1)


@dataclass(frozen=True)
class Stating(Projection):
    """The same, and says what that takes."""

    name: str = "stating"

    def work(self, inputs: Tensor) -> Work:
        """State the product and the sum of squares."""
        assert inputs.shape == (20, 1, 8, 8)
        return Work(flop=2 * PIXELS * self.directions + 2 * self.directions, bytes=1000)


@dataclass(frozen=True)
class Unchecked(Work):
    """Takes whatever it is given."""

    def __post_init__(self) -> None:
        """Nothing is refused."""


@dataclass(frozen=True)
class Misstating(Projection):
    """Says what cannot be."""

    name: str = "misstating"
    how: str = "raise"

    def work(self, inputs: Tensor) -> Any:
        """Do something wrong."""
        return MISSTATEMENTS[self.how](inputs)


MISSTATEMENTS: dict[str, Callable[[Tensor], object]] = {
    "raise": lambda inputs: 1 / 0,
    "exit": lambda inputs: exit(3),
    "number": lambda inputs: 12.0,
    "nan": lambda inputs: Work(float("nan"), 1.0),
    "negative": lambda inputs: Work(1.0, -1.0),
    "unchecked": lambda inputs: Unchecked("a", None),  # type: ignore[arg-type]
    "spoil": lambda inputs: (inputs.add_(1.0), None)[1],
}


def run(folder: Path, *detectors: benchkit.Detector | str, **options: Any) -> benchkit.Run:
    """Run detectors on the toy images, timed for a moment in batches of twenty."""
    return benchkit.run(
        dataset=ToyImages(), detectors=[*detectors], anomalies=[Brighter()], plugins=[TOYS], out=folder,
        timing_seconds=0.01, batch_size=20, device="cpu", **options,
    )  # fmt: skip


def test_products_are_counted_and_held_against_the_ceilings_of_the_run(tmp_path: Path) -> None:
    """Two operations a pixel and direction, one image and one score; the limit follows from what is stored."""
    stored = run(tmp_path, Projection())
    (row,) = stored.cells.to_dict("records")
    (record,) = read_timings(stored.folder)
    assert row["flop_per_image"] == 2 * PIXELS * 3
    assert row["bytes_per_image"] == IMAGE_BYTES + SCORE_BYTES
    assert record.product_flop_per_second is not None
    assert record.copy_bytes_per_second is not None
    limits = (record.product_flop_per_second / (2 * PIXELS * 3), record.copy_bytes_per_second / (4 * PIXELS + 4))
    assert row["limit_images_per_second"] == min(limits)
    assert row["limit_share"] == row["images_per_second"] / min(limits)
    assert "misstated" not in row["timing_flags"].split()


def test_a_detector_without_products_is_held_against_memory(tmp_path: Path) -> None:
    """How many operations it needs is unknown, not 0; the bytes of its image have a limit all the same."""
    stored = run(tmp_path, Brightness())
    (row,), (record,) = stored.cells.to_dict("records"), read_timings(stored.folder)
    assert record.copy_bytes_per_second is not None
    assert row["flop_per_image"] != row["flop_per_image"]
    assert row["limit_images_per_second"] == record.copy_bytes_per_second / (IMAGE_BYTES + SCORE_BYTES)


def test_a_statement_counts_for_the_detectors_part(tmp_path: Path) -> None:
    """What it says it takes, instead of what was seen; the image is its input and read once."""
    (row,) = run(tmp_path, Stating()).cells.to_dict("records")
    assert row["flop_per_image"] == 2 * PIXELS * 3 + 2 * 3
    assert row["bytes_per_image"] == 1000


@pytest.mark.parametrize("how", MISSTATEMENTS)
def test_a_misstatement_costs_the_limit_alone(how: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The row is good, its speed stands, and it says so by its flag; who is to blame is printed with the reason."""
    (row,) = run(tmp_path, Misstating(how=how)).cells.to_dict("records")
    assert (row["status"], row["reason"]) == ("ok", "")
    assert "misstated" in row["timing_flags"].split()
    assert row["images_per_second"] > 0
    assert all(row[name] != row[name] for name in NUMBERS)
    said = capsys.readouterr().err
    assert "Misstating 'misstating': work" in said
    assert "no share of the limit" in said


@pytest.mark.parametrize("stated", [np.float32(100), 5e-324])
def test_an_odd_number_costs_no_run(stated: float, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A number of NumPy's, or one too small to divide by, is stored like any other: the run goes on."""
    monkeypatch.setitem(MISSTATEMENTS, "odd", lambda inputs: Work(stated, 0.0))
    (row,) = run(tmp_path, Misstating(how="odd")).cells.to_dict("records")
    assert (row["status"], row["flop_per_image"]) == ("ok", float(stated))


def test_the_images_of_others_are_safe_from_a_statement(tmp_path: Path) -> None:
    """A detector that writes into what it is shown changes nobody's scores."""
    stored = run(tmp_path, Misstating(how="spoil"), Projection(), seeds=2)
    rows = stored.cells.set_index(["detector", "seed"])["auroc"]
    assert rows["misstating"].tolist() == rows["projection"].tolist()


def test_a_worker_measures_its_own_ceilings(tmp_path: Path) -> None:
    """Each process that times something stores what it reached itself."""
    stored = benchkit.run(
        dataset="toy", detectors=["brightness"], anomalies=["brighter"], plugins=[TOYS], out=tmp_path, jobs=1,
        timing_seconds=0.01, device="cpu", seeds=2,
    )  # fmt: skip
    records = read_timings(stored.folder)
    assert len(records) == 2
    assert all(record.copy_bytes_per_second for record in records)
    assert stored.cells["limit_share"].gt(0).all()


@dataclass
class Measured:
    """Ceilings that rise with each measurement."""

    budgets: list[float] = field(default_factory=list)

    def __call__(self, device: torch.device, *, budget_seconds: float) -> Ceilings:
        """Return the next."""
        self.budgets.append(budget_seconds)
        return Ceilings(1e3 * 10 ** len(self.budgets), 1e30)


class Calm(Disturbance):
    """A machine on which nobody else works."""

    def __exit__(self, *_: object) -> None:
        """See nothing."""


def limited(images_per_second: float, measured: Measured, **settings: Any) -> Timing:
    """Return the timing of a detector of 384 operations an image on a machine that is measured so."""
    cpu = torch.device("cpu")
    scorer = Projection().fit(torch.rand(4, 1, 8, 8), seed=0)
    offer: Offer[benchkit.Detector] = Offer(Projection(), "projection", "toys", "1")
    fitted = Fitted(offer, scorer, lambda images: images, "toy", ("brighter",), 0, torch.zeros(4).double().numpy())
    columns = {"images_per_second": images_per_second, "batch_size": 4, "timing_flags": "budget"}
    timing = Timing(columns, readings=Readings((0.1,) * MIN_REPEATS))
    machine = Machine(cpu, {}, KnownCeilings(cpu, measure=measured, watch=Calm))
    know_ceilings(RunSettings(**settings), machine, Ledger(cpu))
    return with_limit(timing, fitted, torch.rand(8, 1, 8, 8), RunSettings(**settings), machine, Ledger(cpu))


def test_a_ceiling_that_is_surpassed_is_measured_again() -> None:
    """10,000 operations a second allow 26 images: more were seen, so the machine must have been disturbed."""
    measured = Measured()
    found = limited(100.0, measured)
    assert len(measured.budgets) == 2
    assert found.ceilings == Ceilings(1e5, 1e30)
    assert found.columns["limit_share"] == pytest.approx(100.0 * 384 / 1e5)
    assert found.columns["timing_flags"] == "budget"


def test_a_ceiling_that_holds_is_kept() -> None:
    """One measurement a process; a share above 1 that stays is shown as it is."""
    measured = Measured()
    assert limited(10.0, measured).columns["limit_share"] == pytest.approx(10.0 * 384 / 1e4)
    assert len(measured.budgets) == 1
    assert limited(1e9, Measured()).columns["limit_share"] > 1


@pytest.mark.parametrize(("timing_seconds", "expected"), [(0.01, 0.03), (0.1, 0.3), (10.0, 0.3)])
def test_the_ceilings_take_no_longer_than_what_they_are_for(timing_seconds: float, expected: float) -> None:
    """A third of a second; less in a run that times for a moment only."""
    measured = Measured()
    limited(1.0, measured, timing_seconds=timing_seconds)
    assert measured.budgets == [pytest.approx(expected)]


def test_what_was_not_timed_has_no_limit() -> None:
    """A detector that failed while it was timed is not called again."""
    failed = Timing({}, ("failed", "broken"))
    machine = Machine(torch.device("cpu"), {}, KnownCeilings(torch.device("cpu"), measure=Measured()))
    fitted: Any = None
    assert with_limit(failed, fitted, torch.rand(1, 1, 8, 8), RunSettings(), machine, Ledger(machine.device)) is failed
