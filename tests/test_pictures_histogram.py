"""Histograms."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from matplotlib.patches import StepPatch
from plot_helpers import legend_texts, picture_cell, pieces, scores_of

from benchkit import StoreError, UsageError
from benchkit.display import histogram, normal_curve
from benchkit.pictures import histograms
from benchkit.pictures.histogram import SMOOTH


def test_bars_are_the_shares_of_both_kinds_in_the_same_bins(tmp_path: Path) -> None:
    """The numbers of the display, with as few bins as few scores allow, and the threshold among them."""
    cell = picture_cell()
    (panel,) = histograms(pieces(tmp_path, cell)).axes
    normal, anomaly = (patch.get_data() for patch in panel.patches if isinstance(patch, StepPatch))
    scores = scores_of(cell)
    expected = histogram(scores["normal"], scores["anomaly"], limits=(None, 0.8), bins=12)
    for found, values in ((normal, expected.normal), (anomaly, expected.anomaly)):
        assert np.array_equal(found.values, values)
        assert np.array_equal(found.edges, expected.edges)
    (limit,) = panel.lines
    assert list(limit.get_xdata()) == [0.8, 0.8]


def test_a_two_sided_policy_has_two_lines(tmp_path: Path) -> None:
    """Each is named in the legend, with the policy."""
    cell = picture_cell(threshold_low=0.1, threshold_policy="zscore:3")
    figure = histograms(pieces(tmp_path, cell))
    assert [line.get_xdata()[0] for line in figure.axes[0].lines] == [0.1, 0.8]
    assert legend_texts(figure) == ["normal", "anomalous", "lower threshold (zscore:3)", "upper threshold (zscore:3)"]


def test_the_normal_curve_is_fitted_to_the_normals(tmp_path: Path) -> None:
    """In the middle of each bin it has the share that it expects in that bin."""
    cell = picture_cell()
    curve, _ = histograms(pieces(tmp_path, cell), curve=True).axes[0].lines
    scores = scores_of(cell)
    both = histogram(scores["normal"], scores["anomaly"], limits=(None, 0.8), bins=12)
    expected = normal_curve(scores["normal"]).shares(both.edges)
    assert curve.get_ydata()[::SMOOTH] == pytest.approx(expected, abs=1e-12)


def test_the_title_says_how_good_the_decision_is(tmp_path: Path) -> None:
    """Accuracy and recall at the threshold, by the detector's name."""
    (panel,) = histograms(pieces(tmp_path, picture_cell(recall=None))).axes
    assert panel.get_title(loc="left").startswith("alpha\naccuracy 0.625, recall —")


def test_each_cell_has_its_panel(tmp_path: Path) -> None:
    """Of their own scores; one legend serves them all."""
    cells = [picture_cell(name) for name in ("alpha", "betas", "gammas")]
    figure = histograms(pieces(tmp_path, *cells), log=True)
    titles = [panel.get_title(loc="left").partition("\n")[0] for panel in figure.axes if panel.axison]
    assert titles == ["alpha", "betas", "gammas"]
    assert all(panel.get_yscale() == "log" for panel in figure.axes if panel.axison)
    assert legend_texts(figure) == ["normal", "anomalous", "threshold (quantile:0.95)"]


def test_a_single_score_can_be_drawn(tmp_path: Path) -> None:
    """All scores equal: a bin around it, and a normal curve without width."""
    from benchkit.display import pieces_of
    from benchkit.results import RunStore, read_run

    with RunStore.create(tmp_path, "run", {}) as store:
        cell = picture_cell(threshold=1.0)
        store.append(cell)
        store.save_scores(cell, normal=np.ones(3), anomaly=np.ones(2), calibration=np.ones(2))
    figure = histograms(pieces_of(read_run(tmp_path / "run")), curve=True, log=True)
    assert max(figure.axes[0].lines[0].get_ydata()) == 1.0


def test_what_cannot_be_drawn_says_why(tmp_path: Path) -> None:
    """No raw scores, and too many panels."""
    with pytest.raises(StoreError, match="no raw scores"):
        histograms(pieces(tmp_path, picture_cell(), scores=False))
    many = [picture_cell(f"alpha-{place}") for place in range(13)]
    with pytest.raises(UsageError, match="plot histogram: got 13 of them: panels"):
        histograms(pieces(tmp_path, *many, name="many"))
