"""A gate that guards nothing must not pass."""

from __future__ import annotations

import pytest

from benchkit.compare.guard import check_that_it_guards
from benchkit.compare.judgement import Judgement
from benchkit.compare.tolerance import parse_rules
from benchkit.errors import UsageError


def recall(detector: str, verdict: str, method: str, base: float | None = 0.9, head: float | None = 0.2) -> Judgement:
    """Return a judgement on recall."""
    return Judgement(
        dataset="d", detector=detector, anomaly="a", seed=0, metric="recall", verdict=verdict, base=base, head=head,
        method=method, reason="" if method else "no interval",
    )  # type: ignore[arg-type]  # fmt: skip


SAME = recall("same", "SAME", "identical")


def test_what_did_not_move_says_nothing_of_what_did() -> None:
    """Recall fell in a cell that cannot be judged: a cell that is equal to the last bit does not make up for it."""
    with pytest.raises(UsageError, match="nothing that it matches could be judged: no interval"):
        check_that_it_guards([SAME, recall("moved", "AMBIGUOUS", "")], parse_rules(["recall:-0.01"]))


def test_one_that_was_judged_is_enough() -> None:
    """Then the rule guards something; so it does where nothing moved, or where there is nothing on a side."""
    rules = parse_rules(["recall:-0.01"])
    moved = recall("moved", "AMBIGUOUS", "")
    check_that_it_guards([SAME, moved, recall("other", "WORSE", "unpaired intervals")], rules)
    check_that_it_guards([SAME], rules)
    check_that_it_guards([SAME, recall("undefined", "AMBIGUOUS", "", None, None)], rules)
