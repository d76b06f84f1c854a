"""The critical-difference diagram."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import numpy as np
import pytest
from board_helpers import board_cell, board_of, matrix_board
from PIL import Image

from benchkit import StoreError, UsageError
from benchkit.report import Leaderboard
from benchkit.report.diagram import check_picture, write_diagram


def named_board(*names: str) -> Leaderboard:
    """Return a leaderboard of detectors with these names, the first the best, over six anomalies."""
    return board_of(
        board_cell(name, f"noise-{anomaly}", auroc=0.9 - 0.03 * place + 0.01 * (anomaly == place))
        for place, name in enumerate(names)
        for anomaly in range(6)
    )


def svg_of(board: Leaderboard, folder: Path) -> str:
    """Return the diagram's SVG, whose comments hold the texts that it shows as outlines."""
    write_diagram([board], folder / "diagram.svg")
    return (folder / "diagram.svg").read_text(encoding="utf-8")


def test_it_names_each_detector_with_its_mean_rank_the_test_and_the_difference(tmp_path: Path) -> None:
    """All that is needed to read it stands in it."""
    svg = svg_of(named_board("alpha", "beta", "gamma"), tmp_path)
    for text in ("alpha (1.00)", "beta (2.00)", "gamma (3.00)", "CD = 1.35", "digits on CPU: mean rank by AUROC over 6",
                 "Friedman: p = 0.0025", "(Nemenyi at 5 %)"):  # fmt: skip
        assert f"<!-- {text}" in svg or text in svg


def test_the_same_leaderboard_makes_the_same_bytes(tmp_path: Path) -> None:
    """Neither the hour nor chance stands in any kind of picture."""
    for suffix in (".svg", ".png", ".pdf"):
        paths = [tmp_path / f"{name}{suffix}" for name in ("one", "two")]
        for path in paths:
            write_diagram([named_board("a", "b", "c")], path)
        assert paths[0].read_bytes() == paths[1].read_bytes()


def test_names_are_shown_as_they_are(tmp_path: Path) -> None:
    """No mathematics, no markup, no format fields, no missing letter makes it fail or says something else."""
    svg = svg_of(named_board("$x_{2}$", "<b>&", "{label}", "名\x1b[2J", "-->"), tmp_path)
    for text in ("$x_{2}$ (1.00)", "{label} (3.00)"):
        assert text in svg
    assert "<b>" not in svg
    assert "\x1b" not in svg


def test_names_that_look_alike_are_two_labels(tmp_path: Path) -> None:
    """Long names are cut in the middle, where they differ least."""
    names = ["a" * 80 + end for end in ("-one", "-two")]
    svg = svg_of(named_board(*names, "b"), tmp_path)
    assert svg.count("aaa…aaa") == 2
    assert all(f"{end} (" in svg for end in ("-one", "-two"))


def test_every_letter_is_inside_the_picture(tmp_path: Path) -> None:
    """Thirty long names leave a white edge on all sides, and no label touches the one below it."""
    rng = np.random.default_rng(0)
    names = [f"a-very-very-very-very-very-very-long-detector-{n:02}" for n in range(30)]
    board = board_of(
        board_cell(name, f"noise-{anomaly}", auroc=float(rng.uniform(0.4, 0.9)))
        for name in names
        for anomaly in range(4)
    )
    write_diagram([board], tmp_path / "many.png")
    picture = np.asarray(Image.open(io.BytesIO((tmp_path / "many.png").read_bytes())).convert("L"))
    for edge in (picture[0], picture[-1], picture[:, 0], picture[:, -1]):
        assert (edge > 250).all()
    written = (picture[:, :100] < 200).any(axis=1)  # beside the axis: the labels of the better half
    assert np.diff(written.astype(int)).tolist().count(1) == 15


def test_two_detectors_and_ties_can_be_drawn(tmp_path: Path) -> None:
    """Without a critical difference, and with all marks at one place."""
    assert "Wilcoxon: p = 0.031" in svg_of(named_board("a", "b"), tmp_path)
    assert "d3 (2.50)" in svg_of(matrix_board(np.full((5, 4), 0.5)), tmp_path)


def test_other_files_are_refused(tmp_path: Path) -> None:
    """The message lists the kinds of picture."""
    with pytest.raises(UsageError, match=r"diagram\.sgv.*\.svg, \.png, \.pdf.*Did you mean '\.svg'"):
        check_picture(tmp_path / "diagram.sgv")


@pytest.mark.parametrize("missing", ["matplotlib", "scikit_posthocs"])
def test_without_the_extra_it_says_what_to_install(missing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whichever of its libraries is missing."""
    monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(UsageError, match=rf"{missing}.*pip install 'benchkit\[figures\]'"):
        check_picture(Path("diagram.svg"))


def test_one_leaderboard_makes_one_diagram(tmp_path: Path) -> None:
    """Of several, or none, the message says to choose."""
    board = named_board("a", "b", "c")
    with pytest.raises(UsageError, match=r"2 leaderboards: digits on CPU .*Name a single run"):
        write_diagram([board, board], tmp_path / "diagram.svg")
    with pytest.raises(UsageError, match="0 leaderboards: none"):
        write_diagram([], tmp_path / "diagram.svg")


def test_nothing_to_compare_is_a_usage_error(tmp_path: Path) -> None:
    """One detector, one anomaly, or more detectors than a picture holds."""
    for board in (
        named_board("a"),
        matrix_board([[0.5, 0.6]]),
        matrix_board(np.random.default_rng(0).random((2, 101))),
    ):
        with pytest.raises(UsageError, match="expected 2 to 100 detectors"):
            write_diagram([board], tmp_path / "diagram.svg")


def test_a_picture_that_cannot_be_written_is_a_store_error(tmp_path: Path) -> None:
    """The path and the next step are named."""
    with pytest.raises(StoreError, match=r"could not write .*missing"):
        write_diagram([named_board("a", "b", "c")], tmp_path / "missing" / "diagram.svg")
