"""Which cells belong together, and what stands on one side only."""

from __future__ import annotations

from pathlib import Path

import pytest
from compare_helpers import board, change, drop, store

from benchkit.compare.matching import Matching, match
from benchkit.results import read_run


def matched(base: Path, head: Path, *, subset: bool = False) -> Matching:
    """Match two stored runs."""
    return match(read_run(base), read_run(head), subset=subset)


@pytest.fixture
def sides(tmp_path: Path) -> tuple[Path, Path]:
    """Return two equal runs."""
    return store(tmp_path / "base", board(), keep=False), store(tmp_path / "head", board(), keep=False)


def found(matching: Matching) -> list[tuple[str, str, str, bool]]:
    """Return what stands on one side only."""
    return [(each.verdict, each.detector, each.anomaly, each.fails) for each in matching.single]


def test_equal_boards_pair_in_full(sides: tuple[Path, Path]) -> None:
    """Every cell with its own."""
    matching = matched(*sides)
    assert len(matching.pairs) == matching.common == 4
    assert matching.single == ()


def test_other_settings_are_still_the_same_detector(sides: tuple[Path, Path]) -> None:
    """The name counts; the hash of the settings does not."""
    assert len(matched(sides[0], change(sides[1], "gaussian", "noise", settings="other")).pairs) == 4


def test_a_missing_cell_is_gone_and_fails(sides: tuple[Path, Path]) -> None:
    """And one that only HEAD has is new, which does not."""
    base, head = sides
    assert found(matched(base, drop(head, "gaussian", "noise"))) == [("GONE", "gaussian", "noise", True)]
    assert found(matched(head, base)) == [("NEW", "gaussian", "noise", False)]


@pytest.mark.parametrize("status", ["failed", "crashed", "timeout", "oom", "skipped"])
def test_a_cell_that_failed_on_one_side_is_gone_or_new_with_its_reason(sides: tuple[Path, Path], status: str) -> None:
    """In HEAD it is gone, in BASE new."""
    base, head = sides
    change(head, "gaussian", "noise", status=status, reason="it broke", auroc=None)
    (gone,), (new,) = matched(base, head).single, matched(head, base).single
    assert (gone.verdict, gone.fails, new.verdict, new.fails) == ("GONE", True, "NEW", False)
    assert gone.reason == f"HEAD: {status}: it broke"
    assert new.reason == f"BASE: {status}: it broke"


def test_a_cell_that_failed_on_both_sides_is_ambiguous(sides: tuple[Path, Path]) -> None:
    """Nobody knows what became of it."""
    for side in sides:
        change(side, "gaussian", "noise", status="failed", reason="it broke", auroc=None)
    assert found(matched(*sides)) == [("AMBIGUOUS", "gaussian", "noise", False)]


def test_a_cell_that_both_sides_skipped_is_the_same(sides: tuple[Path, Path]) -> None:
    """A detector that cannot do something cannot do it on either side; that guards nothing."""
    for side in sides:
        change(side, "gaussian", "noise", status="skipped", reason="needs colour", auroc=None)
    (single,) = matched(*sides).single
    assert (single.verdict, single.judged) == ("SAME", False)


def test_a_part_of_base_may_leave_rows_out_but_not_fail(sides: tuple[Path, Path]) -> None:
    """With ``subset`` a missing row does not count; a cell that is there and failed still does."""
    base, head = sides
    change(drop(head, "gaussian", "noise"), "deep-ae", "noise", status="failed", reason="it broke", auroc=None)
    matching = matched(base, head, subset=True)
    assert (found(matching), matching.left_out) == ([("GONE", "deep-ae", "noise", True)], 1)
