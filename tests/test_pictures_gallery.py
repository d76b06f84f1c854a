"""Images by rank."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from matplotlib.text import Annotation
from plot_helpers import exhibit_of, picture_cell, pieces, scores_of, texts

from benchkit import StoreError, UsageError
from benchkit.pictures import gallery
from benchkit.pictures.gallery import strips


def column(panel: Axes, place: int) -> np.ndarray:
    """Return the pixels of one column of a strip: 2 wide, with a gap of 1."""
    return np.asarray(panel.images[0].get_array())[:, 3 * place : 3 * place + 2]


def framed(panel: Axes) -> list[int]:
    """Return the columns that have a frame."""
    return [round((patch.get_x() + 0.75) / 3) for patch in panel.patches if isinstance(patch, Rectangle)]


def test_reconstructions_stand_above_their_originals_by_rank(tmp_path: Path) -> None:
    """Least, middle and most anomalous of both kinds; the most anomalous begins with the very most."""
    cell = picture_cell()
    panels = gallery(pieces(tmp_path, cell), images=4).axes
    assert len(panels) == 6
    for panel, (kind, rank) in zip(panels, [(k, r) for k in ("normal", "anomaly") for r in range(3)], strict=True):
        order = np.argsort(scores_of(cell)[kind], kind="stable")
        middle = (len(order) - 4) // 2
        chosen = (order[:4], order[middle : middle + 4], order[::-1][:4])[rank]
        for place, index in enumerate(chosen):
            pair = column(panel, place)
            assert (pair[:3] == index + 100).all()
            assert (pair[4:] == index).all()


def test_misses_and_false_alarms_are_framed_and_counted(tmp_path: Path) -> None:
    """By the thresholds, both of them."""
    cell = picture_cell(threshold=0.7, threshold_low=0.3)
    panels = gallery(pieces(tmp_path, cell), images=10).axes
    scores = scores_of(cell)
    for place, kind, ascending in ((0, "normal", True), (2, "normal", False), (3, "anomaly", True)):
        panel = panels[place]
        ranked = np.sort(scores[kind])
        shown = ranked[:10] if ascending else ranked[::-1][:10]
        flagged = (shown > 0.7) | (shown < 0.3)
        wrong = np.flatnonzero(flagged == (kind == "normal")).tolist()
        assert framed(panel) == wrong
        heading = panel.get_title(loc="left")
        name = "false alarm" if kind == "normal" else "miss"
        assert (f"framed: {len(wrong)} {name}" in heading) == bool(wrong)
    assert any(framed(panel) for panel in panels)


def test_below_each_stand_score_class_and_place(tmp_path: Path) -> None:
    """The class where somebody knows it; places of anomalies are their own."""
    cell = picture_cell()
    panels = gallery(pieces(tmp_path, cell), images=2).axes
    for panel, kind in ((panels[0], "normal"), (panels[3], "anomaly")):
        index = int(scores_of(cell)[kind].argmin())
        score = f"{scores_of(cell)[kind].min():.3g}"
        first = next(child for child in panel.get_children() if isinstance(child, Annotation))
        known = f"{index % 10} · #{index + 1000}" if kind == "normal" else f"#{index}"
        assert first.get_text() == f"{score}\n{known}"


def test_without_reconstructions_the_images_stand_alone(tmp_path: Path) -> None:
    """The headings speak of anomalies, not of reconstructions."""
    cell = picture_cell()
    figure = gallery(pieces(tmp_path, cell, exhibits=exhibit_of(scores_of(cell), pairs=False)), images=3)
    assert np.asarray(figure.axes[0].images[0].get_array()).shape == (3, 3 * 3 - 1)
    assert figure.axes[0].get_title(loc="left").startswith("Normal, least anomalous")
    assert not any("reconstruct" in text for text in texts(figure))


@pytest.mark.parametrize(("width", "most"), [(16.0, 12), (8.0, 5), (5.0, 3)])
def test_as_many_images_are_shown_as_have_room(width: float, most: int, tmp_path: Path) -> None:
    """Words below a narrower image would run into each other; no rank shares an image with another."""
    panels = gallery(pieces(tmp_path, picture_cell()), width=width).axes
    counts = [sum(isinstance(child, Annotation) for child in panel.get_children()) for panel in panels]
    assert counts == [most] * 3 + [min(most, 10)] * 3


def test_words_do_not_run_into_each_other(tmp_path: Path) -> None:
    """At the default width, with twelve images."""
    figure = gallery(pieces(tmp_path, picture_cell()))
    texts(figure)
    for panel in figure.axes:
        boxes = [child.get_window_extent() for child in panel.get_children() if isinstance(child, Annotation)]
        assert all(left.x1 < right.x0 for left, right in pairwise(boxes))


def test_colours_stay_colours(tmp_path: Path) -> None:
    """Three channels are shown as they are."""
    (piece,) = pieces(tmp_path, picture_cell())
    exhibit = piece.exhibit
    parts = {
        name: replace(part, images=np.repeat(part.images, 3, 1), reconstructions=np.repeat(part.reconstructions, 3, 1))
        for name, part in (("normal", exhibit.normal), ("anomaly", exhibit.anomaly))
    }
    coloured = pieces(tmp_path, picture_cell(), exhibits=replace(exhibit, **parts), name="coloured")
    assert np.asarray(gallery(coloured, images=2).axes[0].images[0].get_array()).shape == (7, 5, 3)


def test_one_cell_makes_one_gallery(tmp_path: Path) -> None:
    """Of several, the message says how to choose; of one image there is one strip each."""
    cells = [picture_cell(), picture_cell("betas")]
    found = pieces(tmp_path, *cells)
    with pytest.raises(UsageError, match="got 2 of them: galleries"):
        gallery(found)
    assert [len(strip.captions) for strip in strips(found[0], 1)] == [1] * 6


@pytest.mark.parametrize(("kept", "said"), [({"scores": False}, "raw scores"), ({"exhibits": False}, "exhibits")])
def test_what_was_not_kept_is_named(kept: dict[str, bool], said: str, tmp_path: Path) -> None:
    """With how to get it."""
    with pytest.raises(StoreError, match=f"no {said} of alpha.*run again"):
        gallery(pieces(tmp_path, picture_cell(), **kept))
