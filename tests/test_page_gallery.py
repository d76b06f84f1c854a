"""The sheet of a pair's images and the room that it takes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from page_helpers import exhibit, made_run, shown

from benchkit.display import pieces_of
from benchkit.page.gallery import gallery_of
from benchkit.page.pairs import pair_of
from benchkit.results import Exhibit
from benchkit.results.exhibit import write_exhibit

SCORES = np.random.default_rng(0).normal(size=200)


def noisy(shape: tuple[int, ...]) -> Exhibit:
    """Return an exhibit of images that cannot be made smaller."""
    random = np.random.default_rng(0)
    parts = [shown(SCORES, 1, shape=shape) for _ in range(2)]
    for part in parts:
        part.images[:] = random.integers(0, 256, part.images.shape)
        part.reconstructions[:] = random.integers(0, 256, part.images.shape)
    return Exhibit(*parts)


@pytest.mark.parametrize("shape", [(1, 8, 8), (3, 20, 10), (3, 300, 200), (1, 1, 1)])
def test_a_sheet_never_takes_more_than_its_room(tmp_path: Path, shape: tuple[int, ...]) -> None:
    """Fewer and smaller images where there is less room; none at all where even those have none."""
    (piece, *_) = pieces_of(made_run(tmp_path))
    sizes = []
    for room in (10**7, 60_000, 20_000, 4_000, 10):
        found = gallery_of(piece, noisy(shape), scored=True, room=room)
        sizes.append(len(found["png"]) if found else 0)
        assert sizes[-1] <= room
        if found:
            assert max(found["width"], found["height"]) <= 64
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[0] > 0
    assert sizes[-1] == 0


def test_without_reconstructions_there_is_no_second_half(tmp_path: Path) -> None:
    """Such as of a detector that is no autoencoder."""
    (piece, *_) = pieces_of(made_run(tmp_path))
    parts = [shown(SCORES, 1) for _ in range(2)]
    bare = Exhibit(*(type(part)(**{**vars(part), "reconstructions": part.images[:0]}) for part in parts))
    found = gallery_of(piece, bare, scored=True, room=10**6)
    assert found is not None
    assert found["again"] == 0


def test_scores_of_another_run_are_not_taken_for_those_of_the_images(tmp_path: Path) -> None:
    """An index beyond the scores leaves the pair without pictures, instead of with wrong scores, and says why."""
    run = made_run(tmp_path)
    (piece, *_) = pieces_of(run)
    whole = exhibit(dict(piece.scores))
    whole.normal.index[0] = 5000
    write_exhibit(next((run.folder / "exhibits").glob("*--one--noise-1--*.npz")), whole)
    (again, *_) = pieces_of(run)
    assert again.name == piece.name
    pair = pair_of(again, room=10**6)
    assert "roc" in pair
    assert "gallery" not in pair
    assert "of scores that are not there" in pair["lacks"][0]


def test_a_pair_without_room_keeps_its_curves_and_says_what_it_lost(tmp_path: Path) -> None:
    """Thousands of pairs make no page of hundreds of megabytes."""
    (piece, *_) = pieces_of(made_run(tmp_path))
    pair = pair_of(piece, room=0)
    assert "roc" in pair
    assert [lack.partition(":")[0] for lack in pair["lacks"]] == ["Latent space", "Gallery"]
    assert "Ask for fewer with -d or -a" in pair["lacks"][0]
