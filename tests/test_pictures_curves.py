"""Learning curves."""

from __future__ import annotations

from pathlib import Path

import pytest
from plot_helpers import exhibit_of, legend_texts, picture_cell, pieces, scores_of

from benchkit import UsageError
from benchkit.pictures import curves
from benchkit.pictures.curves import with_losses


def test_a_line_is_the_loss_of_each_epoch(tmp_path: Path) -> None:
    """From epoch 1 on; the y axis begins at 0 unless it grows by powers of ten."""
    found = pieces(tmp_path, picture_cell())
    (panel,) = curves(found).axes
    (line,) = panel.lines
    assert list(line.get_xdata()) == [1, 2, 3]
    assert list(line.get_ydata()) == [0.5, 0.25, 0.125]
    assert panel.get_ylim()[0] == 0
    assert curves(found, log=True).axes[0].get_yscale() == "log"


def test_a_fit_that_serves_several_anomalies_is_one_line(tmp_path: Path) -> None:
    """Its label says so; another detector has its own, even with the same losses."""
    cells = [picture_cell(*names) for names in (("alpha", "dark"), ("alpha", "light"), ("betas", "dark"))]
    figure = curves(pieces(tmp_path, *cells))
    assert len(figure.axes[0].lines) == 2
    assert legend_texts(figure) == ["alpha · dark and 1 more", "betas · dark"]


def test_a_single_epoch_is_a_point(tmp_path: Path) -> None:
    """A line without length would not be seen."""
    cell = picture_cell()
    (line,) = curves(pieces(tmp_path, cell, exhibits=exhibit_of(scores_of(cell), (0.5,)))).axes[0].lines
    assert line.get_marker() not in (None, "None", "")


def test_detectors_that_remember_no_training_are_left_out(tmp_path: Path) -> None:
    """With nothing else it says which detectors do."""
    cell = picture_cell()
    none = pieces(tmp_path, cell, exhibits=exhibit_of(scores_of(cell), ()), name="none")
    some = pieces(tmp_path, picture_cell(), name="some")
    assert with_losses([*none, *some]) == some
    with pytest.raises(UsageError, match=r"got alpha, which remember no training.*`losses`"):
        with_losses(none)


def test_more_lines_than_can_be_told_apart_are_refused(tmp_path: Path) -> None:
    """Fits are counted, not cells."""
    many = [picture_cell(f"alpha-{place}") for place in range(13)]
    with pytest.raises(UsageError, match="plot curves: got 13 of them: learning curves"):
        curves(pieces(tmp_path, *many))
    assert (
        len(curves(pieces(tmp_path, *many[:12], *[picture_cell("alpha-1", "light")], name="few")).axes[0].lines) == 12
    )
