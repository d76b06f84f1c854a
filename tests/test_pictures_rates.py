"""ROC and precision-recall pictures."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from plot_helpers import legend_texts, picture_cell, pieces, scores_of

from benchkit import StoreError, UsageError
from benchkit.display import precision_recall_curve, roc_curve
from benchkit.pictures import precision_recall, roc
from benchkit.pictures.rates import POINTS
from benchkit.pictures.style import MOST_LINES


def test_a_line_is_the_curve_of_its_cell(tmp_path: Path) -> None:
    """Point by point, in the order of the cells, with the line of chance last."""
    cells = [picture_cell("alpha"), picture_cell("betas")]
    *lines, chance = roc(pieces(tmp_path, *cells)).axes[0].lines
    for line, cell in zip(lines, cells, strict=True):
        scores = scores_of(cell)
        curve = roc_curve(scores["normal"], scores["anomaly"], points=POINTS)
        assert np.array_equal(line.get_xdata(), curve.x)
        assert np.array_equal(line.get_ydata(), curve.y)
    assert (list(chance.get_xdata()), list(chance.get_ydata())) == ([0, 1], [0, 1])


def test_the_legend_has_the_auroc_with_its_interval(tmp_path: Path) -> None:
    """What the lines have in common stands above; where there is no interval there are no brackets."""
    plain = picture_cell("betas", auroc=0.5, auroc_low=None, auroc_high=None)
    figure = roc(pieces(tmp_path, picture_cell("alpha"), plain))
    assert legend_texts(figure) == ["alpha  0.750 [.700 .800]", "betas  0.500", "chance  0.500"]
    assert figure.axes[0].get_title(loc="left") == "toy · dark · seed 0"


def test_precision_over_recall_is_weighted_to_the_prevalence_of_its_cell(tmp_path: Path) -> None:
    """Guessing reaches the prevalence: each that there is has a line."""
    cells = [picture_cell("alpha"), picture_cell("betas", prevalence=0.5)]
    figure = precision_recall(pieces(tmp_path, *cells))
    *lines, low, high = figure.axes[0].lines
    for line, cell in zip(lines, cells, strict=True):
        scores = scores_of(cell)
        curve = precision_recall_curve(
            scores["normal"], scores["anomaly"], prevalence=cell.prevalence or 0, points=POINTS
        )
        assert np.array_equal(line.get_xdata(), curve.x)
        assert np.array_equal(line.get_ydata(), curve.y)
    assert (list(low.get_ydata()), list(high.get_ydata())) == ([0.25, 0.25], [0.5, 0.5])
    assert legend_texts(figure)[0] == "alpha  0.600 [.500 .700]"


def test_lines_can_be_told_apart_without_colour(tmp_path: Path) -> None:
    """As many as there may be: no two share dashes and marker."""
    cells = [picture_cell(f"alpha-{place}") for place in range(MOST_LINES)]
    *lines, _ = roc(pieces(tmp_path, *cells)).axes[0].lines
    looks = {(str(line._dash_pattern), line.get_marker()) for line in lines}  # type: ignore[attr-defined]
    assert len(looks) == MOST_LINES


@pytest.mark.parametrize("draw", [roc, precision_recall])
def test_more_lines_than_can_be_told_apart_are_refused(draw: object, tmp_path: Path) -> None:
    """The message says how to choose; so does that of none."""
    cells = [picture_cell(f"alpha-{place}") for place in range(MOST_LINES + 1)]
    with pytest.raises(UsageError, match=r"got 13 of them: lines.*expected 12 at most.*-d, -a and --seed"):
        draw(pieces(tmp_path, *cells))  # type: ignore[operator]
    with pytest.raises(UsageError, match=r"got no lines.*benchkit table"):
        draw([])  # type: ignore[operator]


def test_without_raw_scores_it_says_how_to_get_them(tmp_path: Path) -> None:
    """A run that was told not to keep them."""
    with pytest.raises(StoreError, match=r"no raw scores of alpha · dark · seed 0.*without it"):
        roc(pieces(tmp_path, picture_cell(), scores=False))


@pytest.mark.parametrize("width", [5.0, 8.0, 16.0, 30.0])
def test_everything_is_inside_the_picture(width: float, tmp_path: Path) -> None:
    """Long names too, at any width: nothing is cut off, and the legend covers no line."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    cells = [picture_cell(f"a-very-very-long-detector-{place}", f"long-anomaly-{place}") for place in range(6)]
    figure = roc(pieces(tmp_path, *cells), width=width)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    box = figure.get_tightbbox(canvas.get_renderer())
    assert box.x0 >= 0
    assert box.y0 >= 0
    assert box.x1 <= figure.get_size_inches()[0]
    assert box.y1 <= figure.get_size_inches()[1]
    legend, axes = figure.legends[0].get_window_extent(), figure.axes[0].get_tightbbox()
    assert axes is not None
    assert not legend.overlaps(axes)


def test_a_long_legend_stays_within_the_picture(tmp_path: Path) -> None:
    """As many lines as may be drawn, under long names: the last one is not cut off."""
    cells = [picture_cell(f"a-detector-with-a-long-name-{place}") for place in range(MOST_LINES)]
    figure = roc(pieces(tmp_path, *cells))
    FigureCanvasAgg(figure).draw()
    (legend,) = figure.legends
    box = legend.get_window_extent()
    assert box.y0 >= 0
    assert box.x1 <= figure.bbox.x1 + 1
