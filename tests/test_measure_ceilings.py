"""The machine's own ceilings: what they are, what follows from them, and that they disturb nothing."""

from __future__ import annotations

import math
import statistics
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from benchkit.errors import UsageError
from benchkit.measure import ceilings
from benchkit.measure.ceilings import Ceilings, measure_ceilings, product_rate

CPU = torch.device("cpu")
WORK = st.none() | st.floats(1e-6, 1e15)


class Ticking:
    """A clock on which every look takes a millisecond."""

    def __init__(self, step: float = 1e-3) -> None:
        self.step, self.now = step, 0.0

    def __call__(self) -> float:
        """Return the time, and let it go on."""
        self.now += self.step
        return self.now


@given(st.floats(1.0, 1e16), st.floats(1.0, 1e16), WORK, WORK)
def test_the_limit_is_the_narrower_of_the_two(
    rate: float, bandwidth: float, flop: float | None, size: float | None
) -> None:
    """Neither the operations nor the bytes of so many images a second are beyond what the machine reached."""
    limit = Ceilings(rate, bandwidth).images_per_second(flop, size)
    if limit is None:
        assert (flop, size) == (None, None)
        return
    reached = [limit * work / most for work, most in ((flop, rate), (size, bandwidth)) if work is not None]
    assert max(reached) == pytest.approx(1.0)


@given(st.floats(1.0, 1e16), st.floats(1.0, 1e12), st.floats(1.0, 1e3))
def test_more_work_never_allows_more_images(rate: float, flop: float, factor: float) -> None:
    """The limit falls with the work."""
    machine = Ceilings(rate, 1e9)
    less, more = machine.images_per_second(flop, 4.0), machine.images_per_second(flop * factor, 4.0)
    assert less is not None
    assert more is not None
    assert more <= less


def test_no_work_has_no_limit() -> None:
    """Nothing to be done can be done infinitely often, which is no number for a table."""
    assert Ceilings(1e9, 1e9).images_per_second(0.0, 0.0) is None
    assert Ceilings(1e9, 1e9).images_per_second(0.0, 10.0) == 1e8


def test_next_to_no_work_has_no_limit_either() -> None:
    """A quotient too large for a number would be infinite, which no row can hold."""
    assert Ceilings(1e9, 1e9).images_per_second(5e-324, 1e-300) is None
    assert Ceilings(1e9, 1e9).images_per_second(5e-324, 10.0) == 1e8


def test_rates_are_work_by_median_time() -> None:
    """Where every reading takes a millisecond, the operations of all products come in as many milliseconds."""
    shapes = [(2, 3, 4), (5, 6, 7), (2, 3, 4)]
    expected = (2 * 2 * 2 * 3 * 4 + 2 * 5 * 6 * 7) / 3e-3
    assert product_rate(shapes, CPU, budget_seconds=0.05, clock=Ticking()) == pytest.approx(expected)


def test_a_copy_counts_what_is_read_and_what_is_written() -> None:
    """Two times the bytes of one tensor of a size beyond the caches."""
    found = measure_ceilings(CPU, budget_seconds=0.05, clock=Ticking())
    assert found.copy_bytes_per_second == pytest.approx(2 * ceilings._copy_bytes(CPU) / 1e-3)
    assert found.product_flop_per_second >= 0.99 * 2 * 512**3 / 1e-3


def test_short_calls_are_repeated_within_a_reading() -> None:
    """A call shorter than a millisecond is not lost in what it costs to look at the clock."""
    calls: list[int] = []
    seconds = ceilings._sustained(lambda: calls.append(1), CPU, 0.0, Ticking(1e-5))
    assert len(calls) == pytest.approx(2 + ceilings.MIN_REPEATS * 100, rel=0.02)
    assert seconds == pytest.approx(1e-5 / 100, rel=0.02)


def test_a_clock_that_stands_still_ends_the_measurement() -> None:
    """A clock too coarse for the work gives a finite number, and an end after a bounded number of calls."""
    assert 0 < ceilings._sustained(lambda: None, CPU, 0.0, lambda: 1.0) < math.inf


@pytest.mark.parametrize("shapes", [[], [(0, 1, 1)], [(1, 2)], [(1, -1, 1)]])
def test_shapes_have_to_be_shapes(shapes: list[tuple[int, int, int]]) -> None:
    """One product at least, each with three positive sides."""
    with pytest.raises(UsageError, match="positive integer"):
        product_rate(shapes, CPU)


def test_the_real_machine_is_faster_with_large_products() -> None:
    """The numbers are measured: a product of single numbers is nearly all call, and orders of magnitude slower."""
    found = measure_ceilings(CPU, budget_seconds=0.02)
    assert 1e7 < found.product_flop_per_second < 1e17
    assert 1e7 < found.copy_bytes_per_second < 1e15
    assert 10 * product_rate([(1, 1, 1)], CPU, budget_seconds=0.001) < found.product_flop_per_second


def test_nobodys_random_numbers_are_taken() -> None:
    """A detector that is seeded draws the same numbers whether or not the ceilings were measured before."""
    torch.manual_seed(1)
    expected = torch.rand(3)
    torch.manual_seed(1)
    product_rate([(3, 4, 5)], CPU, budget_seconds=0.001)
    measure_ceilings(CPU, budget_seconds=0.0)
    assert torch.equal(torch.rand(3), expected)
    assert torch.is_grad_enabled()


def test_the_copy_is_larger_than_the_largest_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The system's word on its caches counts, up to a bound; without one, or with nonsense, there is a default."""
    monkeypatch.setattr(ceilings, "_CACHES", tmp_path)
    default = ceilings._copy_bytes(CPU)
    for index, text in enumerate(("48K", "98304K", "unknown")):
        (tmp_path / f"index{index}").mkdir()
        (tmp_path / f"index{index}" / "size").write_text(f"{text}\n")
    assert ceilings._copy_bytes(CPU) == 98304 * 1024 > default
    (tmp_path / "index1" / "size").write_text("99999999K\n")
    assert ceilings._copy_bytes(CPU) == 2**28


@given(st.lists(st.floats(1e-6, 1e3), min_size=ceilings.MIN_REPEATS, max_size=30))
def test_what_was_sustained_was_reached_more_than_once(seconds: list[float]) -> None:
    """A single lucky reading is no ceiling: two at least were as fast, within three successive ones."""
    best = ceilings.best_sustained(seconds)
    assert min(seconds) <= best <= statistics.median_high(seconds[:3])
    assert any(sum(each <= best for each in seconds[start : start + 3]) >= 2 for start in range(len(seconds)))


def test_a_moment_of_disturbance_is_no_ceiling() -> None:
    """Where something else computes for most of the time, the rest of it counts."""
    assert ceilings.best_sustained([9.0, 9.0, 9.0, 9.0, 1.0, 2.0, 3.0, 9.0, 9.0]) == 2.0
