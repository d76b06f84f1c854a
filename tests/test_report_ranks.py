"""The ranks of a leaderboard."""

from __future__ import annotations

import numpy as np
import pytest
from board_helpers import board_cell, board_of, matrix_board, section_of, texts_of

from benchkit import UsageError
from benchkit.report import Leaderboard


def notes(board: Leaderboard) -> str:
    """Return what stands above the ranks."""
    return " ".join(section_of(board, "ranks").notes)


def shown(board: Leaderboard) -> dict[str, list[str]]:
    """Return detector → mean rank, rank range, group."""
    return texts_of(board, "ranks")


def test_each_detector_has_mean_rank_range_and_group() -> None:
    """Twelve anomalies part the far ones; near ones share a letter and a range. Second in the leaderboard."""
    steps = np.tile([0.0, 0.002, -0.002, 0.001], 3)[:, None]
    board = matrix_board(np.array([0.9, 0.6, 0.601]) + steps * [1, 1, -1])
    assert board.sections[1].name == "ranks"
    assert shown(board) == {"d0": ["1.00*", "1", "a"], "d1": ["2.50", "2–3", "b"], "d2": ["2.50", "2–3", "b"]}
    assert "over 12 anomalies" in notes(board)
    assert (
        "Friedman: chi² = 18.0, 2 degrees of freedom, p = 0.00012; then Nemenyi at 5 %: critical difference 0.96"
        in (notes(board))
    )


def test_ends_of_the_range_are_numbers_for_programs() -> None:
    """The best and the worst rank stand beside the text."""
    row = section_of(matrix_board([[0.9, 0.6, 0.601]] * 3), "ranks").rows[-1]
    assert (row.entries[1].low, row.entries[1].high, row.entries[1].text) == (2, 3, "2–3")


def test_a_group_counts_as_many_blocks_as_it_has_members_and_that_is_said() -> None:
    """Ranks are over the anomalies, where the mean takes the group as one column."""
    held = [board_cell(name, f"held-{n}", anomaly_group="held", auroc=auroc)
            for name, auroc in (("a", 0.6), ("b", 0.5)) for n in range(3)]  # fmt: skip
    board = board_of([*held, board_cell("a", auroc=0.2), board_cell("b", auroc=0.9)])
    assert "held-0, held-1, held-2 are 3 blocks here, and one column in Mean." in notes(board)
    assert {row: texts[0] for row, texts in shown(board).items()} == {"b": "1.75", "a": "1.25*"}


def test_a_block_is_the_mean_over_seeds() -> None:
    """One seed that turns the order does not make half a rank."""
    aurocs = {("a", 0): 0.9, ("a", 1): 0.5, ("b", 0): 0.6, ("b", 1): 0.6}
    board = board_of(board_cell(name, seed=seed, auroc=auroc) for (name, seed), auroc in aurocs.items())
    assert {row: texts[0] for row, texts in shown(board).items()} == {"a": "1.00*", "b": "2.00"}


def test_who_lacks_a_number_is_not_ranked_and_takes_no_rank() -> None:
    """A failed cell leaves dashes and a word; the others are ranked as if that row were not there."""
    cells = [board_cell(name, f"noise-{n}", auroc=auroc) for name, auroc in (("a", 0.7), ("b", 0.6)) for n in (1, 2)]
    broken = [board_cell("z"), board_cell("z", "noise-2", status="failed", auroc=None)]
    board = board_of([*cells, *broken])
    assert shown(board)["z"] == ["—", "—", "—"]
    assert shown(board)["b"][0] == "2.00"
    assert "Not ranked, for want of a number: z." in notes(board)


def test_two_detectors_are_tested_by_wilcoxon_and_that_is_said() -> None:
    """There is no Friedman test of two."""
    rising = np.arange(8)[:, None] * [0.02, 0.01] + [0.7, 0.6]
    board = matrix_board(rising)
    assert shown(board) == {"d0": ["1.00*", "1", "a"], "d1": ["2.00", "2", "b"]}
    assert "Two detectors are too few for Friedman's test: Wilcoxon's signed ranks, p = 0.0078." in notes(board)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ([[0.5, 0.6, 0.7]], "there are 3 detectors to rank and 1 anomaly"),
        ([[0.5], [0.6]], "there is 1 detector to rank and 2 anomalies"),
    ],
)
def test_too_few_are_ranked_without_a_test_which_is_said(values: list[list[float]], said: str) -> None:
    """There are mean ranks, no groups, and the reason."""
    board = matrix_board(values)
    assert shown(board)["d0"][2] == "—"
    assert shown(board)["d0"][0].startswith(f"{len(values[0])}.00")
    assert said in notes(board)


def test_nobody_to_rank_is_no_error() -> None:
    """A board of failed cells has a table of dashes."""
    board = board_of([board_cell(status="failed", auroc=None)])
    assert shown(board) == {"one": ["—", "—", "—"]}
    assert "there are 0 detectors to rank" in notes(board)


def test_all_tied_share_everything() -> None:
    """The middle rank, every rank as the range, one group; Friedman's p is 1."""
    board = matrix_board(np.full((5, 4), 0.5))
    assert set(map(tuple, shown(board).values())) == {("2.50*", "1–4", "a")}
    assert "p = 1: no difference" in notes(board)


def test_the_post_hoc_test_can_be_chosen() -> None:
    """Wilcoxon's with Holm's correction stands in the notes, and an unknown one is refused."""
    rng = np.random.default_rng(0)
    values = np.array([0.9, 0.7, 0.5]) + rng.normal(0, 0.02, (12, 3))
    board = matrix_board(values, posthoc="wilcoxon-holm")
    assert "then Wilcoxon's signed ranks, Holm over 3 pairs at 5 %" in notes(board)
    assert [texts[2] for texts in shown(board).values()] == ["a", "b", "c"]
    with pytest.raises(UsageError, match="wilcoxon-holm"):
        matrix_board(values, posthoc="tukey")


def test_without_intervals_there_is_no_range() -> None:
    """Nothing is known of the errors, and nothing is said."""
    board = board_of([board_cell(name, auroc_low=None, auroc_high=None) for name in ("a", "b")])
    assert [texts[1] for texts in shown(board).values()] == ["—", "—"]
