"""Scores by index."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from plot_helpers import ANOMALIES, NORMALS, legend_texts, picture_cell, pieces, scores_of

from benchkit import StoreError
from benchkit.pictures import errors


def test_points_are_the_first_scores_of_each_kind_and_the_line_the_threshold(tmp_path: Path) -> None:
    """By index, both kinds from 0, as in the second experiment."""
    cell = picture_cell()
    normal, anomaly, limit = errors(pieces(tmp_path, cell), first=7).axes[0].lines
    for line, kind in ((normal, "normal"), (anomaly, "anomaly")):
        assert list(line.get_xdata()) == list(range(7))
        assert np.array_equal(line.get_ydata(), scores_of(cell)[kind][:7])
    assert list(limit.get_ydata()) == [0.8, 0.8]


def test_fewer_images_than_asked_for_are_all_shown(tmp_path: Path) -> None:
    """The title counts what is flagged among those that are shown."""
    cell = picture_cell(threshold_low=0.3)
    figure = errors(pieces(tmp_path, cell))
    normal, anomaly, *limits = figure.axes[0].lines
    assert (len(normal.get_xdata()), len(anomaly.get_xdata())) == (NORMALS, ANOMALIES)
    assert [line.get_ydata()[0] for line in limits] == [0.3, 0.8]
    counts = [int(((each > 0.8) | (each < 0.3)).sum()) for each in list(scores_of(cell).values())[:2]]
    title = figure.axes[0].get_title(loc="left")
    assert title == f"alpha\nflagged: {counts[1]} of {ANOMALIES} anomalies, {counts[0]} of {NORMALS} normals"
    assert legend_texts(figure)[2:] == ["lower threshold (quantile:0.95)", "upper threshold (quantile:0.95)"]


def test_the_axis_may_grow_by_powers_of_ten(tmp_path: Path) -> None:
    """With numbers that are no mathematics."""
    from plot_helpers import texts

    figure = errors(pieces(tmp_path, picture_cell()), log=True)
    assert figure.axes[0].get_yscale() == "log"
    written = texts(figure)
    assert not any("$" in each or "mathdefault" in each for each in written)
    assert {"0.6", "1"} & set(written)


def test_without_raw_scores_it_says_how_to_get_them(tmp_path: Path) -> None:
    """A run that was told not to keep them."""
    with pytest.raises(StoreError, match="no raw scores"):
        errors(pieces(tmp_path, picture_cell(), scores=False))
