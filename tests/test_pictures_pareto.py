"""Quality against throughput."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from matplotlib.text import Annotation
from plot_helpers import legend_texts, picture_cell, pieces, texts

from benchkit import NotComparableError, UsageError
from benchkit.pictures import pareto
from benchkit.pictures.pareto import timed
from benchkit.results import Cell

POINTS = {"alpha": (0.9, 100.0), "beta": (0.8, 1000.0), "gamma": (0.7, 500.0), "delta": (0.6, 5000.0)}


def cells(**changes: object) -> list[Cell]:
    """Return a cell for each point; gamma is beaten by beta."""
    return [
        picture_cell(name, auroc=auroc, images_per_second=speed, **changes) for name, (auroc, speed) in POINTS.items()
    ]


def test_points_are_mean_auroc_and_speed(tmp_path: Path) -> None:
    """On a logarithmic axis that says it is a CPU's; the legend has machine and batch."""
    figure = pareto(pieces(tmp_path, *cells(), scores=False, exhibits=False))
    (panel,) = figure.axes
    points, front = panel.lines
    assert list(zip(points.get_ydata(), points.get_xdata(), strict=True)) == list(POINTS.values())
    assert panel.get_xscale() == "log"
    assert panel.get_xlabel() == "images per second, on CPU"
    assert legend_texts(figure) == ["CPU: Chip, 2 threads, batches of 64", "Pareto front: none is better in both"]
    corners = [(100, 0.9), (100, 0.8), (1000, 0.8), (1000, 0.6), (5000, 0.6)]
    assert list(zip(*front.get_data(), strict=True)) == corners


def test_each_machine_has_its_own_front(tmp_path: Path) -> None:
    """A detector on a GPU does not beat one on a CPU; what other work disturbed is hollow."""
    on_card = {"device": "cuda", "device_name": "Card", "timing_lane": "shared"}
    figure = pareto(
        pieces(tmp_path, *cells(), *[picture_cell("delta", "dark", **on_card)], scores=False, exhibits=False)
    )
    panel = figure.axes[0]
    assert panel.get_xlabel() == "images per second"
    assert len(panel.lines) == 4
    assert panel.lines[2].get_markerfacecolor() == "white"
    assert "GPU (CUDA): Card, 2 threads, batches of 64; other work ran beside it" in legend_texts(figure)


def test_names_cover_neither_points_nor_each_other(tmp_path: Path) -> None:
    """Of twelve detectors that are nearly alike."""
    rng = np.random.default_rng(0)
    near = [
        picture_cell(
            f"detector-{place}", auroc=0.9 + rng.uniform(0, 0.01), images_per_second=1000 + rng.uniform(0, 300)
        )
        for place in range(12)
    ]
    figure = pareto(pieces(tmp_path, *near, scores=False, exhibits=False))
    written = texts(figure)
    (panel,) = figure.axes
    notes = [child for child in panel.get_children() if isinstance(child, Annotation)]
    assert {note.get_text() for note in notes} == {cell.detector for cell in near}
    assert set(written) >= {cell.detector for cell in near}
    from matplotlib.text import Text

    boxes = [Text.get_window_extent(note) for note in notes]
    assert not any(one.overlaps(other) for one, other in combinations(boxes, 2))
    marks = panel.transData.transform(np.stack(panel.lines[0].get_data(), 1))
    assert not any(box.contains(*mark) for box in boxes for mark in marks)
    assert all(panel.bbox.x0 <= box.x0 and box.x1 <= panel.bbox.x1 for box in boxes)


def test_what_has_no_point_is_refused_or_noted(tmp_path: Path) -> None:
    """Nothing timed; too many points; other data."""
    untimed = pieces(tmp_path, picture_cell(images_per_second=None), name="untimed", scores=False, exhibits=False)
    with pytest.raises(UsageError, match=r"no detector with both numbers: alpha was not timed.*with timing"):
        pareto(untimed)
    some = pieces(tmp_path, *cells(), name="some", scores=False, exhibits=False)
    assert timed(some)[1] == []
    many = [picture_cell(f"alpha-{place}") for place in range(41)]
    with pytest.raises(UsageError, match="got 41 of them: points"):
        pareto(pieces(tmp_path, *many, name="many", scores=False, exhibits=False))
    other = pieces(tmp_path, picture_cell(dataset="other"), name="other", scores=False, exhibits=False)
    with pytest.raises(NotComparableError, match="one data set"):
        pareto([*some, *other])
