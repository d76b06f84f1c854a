"""The latent space."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from plot_helpers import exhibit_of, picture_cell, pieces, scores_of

from benchkit import StoreError, UsageError
from benchkit.pictures import latent_space
from benchkit.pictures.latent import with_latent


def test_points_are_those_that_were_kept(tmp_path: Path) -> None:
    """Two numbers of the latent space on two axes that say so."""
    (piece,) = pieces(tmp_path, picture_cell())
    (panel,) = latent_space([piece]).axes
    for line, part in zip(panel.lines, (piece.exhibit.normal, piece.exhibit.anomaly), strict=True):
        assert np.array_equal(np.stack(line.get_data(), 1), part.latent)
    assert (panel.get_xlabel(), panel.get_ylabel()) == ("latent number 1", "latent number 2")
    assert panel.get_title(loc="left") == "alpha"


def test_components_say_what_share_they_hold(tmp_path: Path) -> None:
    """Where there are more than two numbers."""
    cell = picture_cell()
    made = replace(exhibit_of(scores_of(cell)), latent_share=0.287)
    (panel,) = latent_space(pieces(tmp_path, cell, exhibits=made)).axes
    assert panel.get_xlabel() == "principal component 1"
    assert panel.get_title(loc="left") == "alpha\ntwo components: 29 % of variance"


@pytest.mark.parametrize(("points", "shown"), [(1, [0]), (3, [0, 3, 6]), (4, [0, 3, 6]), (9, range(9)), (50, range(9))])
def test_fewer_anomalies_can_be_asked_for(points: int, shown: object, tmp_path: Path) -> None:
    """At most so many, evenly drawn; all normals stay."""
    normal, anomaly = latent_space(pieces(tmp_path, picture_cell()), points=points).axes[0].lines
    assert list(anomaly.get_xdata()) == list(shown)  # type: ignore[call-overload]
    assert len(normal.get_xdata()) == 9


def test_pieces_without_a_latent_space_are_left_out(tmp_path: Path) -> None:
    """With nothing else it says which detectors do have one, and what the run noted."""
    cell = picture_cell()
    made = replace(exhibit_of(scores_of(cell), points=0), note="encode: got ValueError.")
    none = pieces(tmp_path, cell, exhibits=made, name="none")
    some = pieces(tmp_path, picture_cell(), name="some")
    assert with_latent([*none, *some]) == some
    with pytest.raises(UsageError, match=r"got alpha, which showed no latent space.*`encode`.*got ValueError\. Choose"):
        with_latent(none)


def test_without_exhibits_it_says_how_to_get_them(tmp_path: Path) -> None:
    """A run of an older benchkit, or one that was told not to keep them."""
    with pytest.raises(StoreError, match="no exhibits of alpha"):
        with_latent(pieces(tmp_path, picture_cell(), exhibits=False))
