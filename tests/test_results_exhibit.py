"""What a run keeps for the eye, on the disk and back."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from store_helpers import cell

from benchkit import StoreError
from benchkit.results import Exhibit, RunStore, Shown, read_exhibit


def shown(n: int = 3, *, again: bool = True, points: int = 4) -> Shown:
    """Return n images of 2×2 pixels."""
    images = np.arange(n * 4, dtype=np.uint8).reshape(n, 1, 2, 2)
    index = np.arange(n)
    latent = np.ones((points, 2), np.float32)
    return Shown(index, index + 10, index % 2, images, images if again else images[:0], latent)


def stored(folder: Path, exhibit: Exhibit) -> Path:
    """Return the file of an exhibit in a new run."""
    with RunStore.create(folder, "run", {}) as store:
        return store.save_exhibit(cell(), exhibit)


def test_an_exhibit_comes_back_as_it_was(tmp_path: Path) -> None:
    """Every array with its dtype, the share and the note, from ``exhibits/`` under the name of the scores."""
    exhibit = Exhibit(shown(), shown(2, again=False, points=0), np.array([0.5, 0.25]), 0.75, "encode: got σ.")
    path = stored(tmp_path, exhibit)
    assert path == tmp_path / "run" / "exhibits" / "digits--gaussian--noise-1--s0.npz"
    found = read_exhibit(path)
    assert (found.latent_share, found.note) == (0.75, "encode: got σ.")
    assert found.losses.tolist() == [0.5, 0.25]
    for part in ("normal", "anomaly"):
        for name, array in vars(getattr(exhibit, part)).items():
            again = getattr(getattr(found, part), name)
            assert again.dtype == array.dtype
            assert np.array_equal(again, array)


def test_an_exhibit_that_is_not_there_says_how_to_get_it(tmp_path: Path) -> None:
    """The path and the next step."""
    with pytest.raises(StoreError, match=r"no such file.*run again|no such file.*Check the path"):
        read_exhibit(tmp_path / "none.npz")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"normal_images": np.zeros((3, 2, 2), np.uint8)}, "normal images"),
        ({"normal_labels": np.zeros(2, np.int64)}, "normal images"),
        ({"anomaly_reconstructions": np.zeros((1, 1, 2, 2), np.uint8)}, "anomaly reconstructions"),
        ({"normal_latent": np.zeros((4, 3), np.float32)}, "normal latent"),
        ({"losses": np.zeros((1, 1))}, "losses"),
        ({"losses": np.array([1e300])}, "losses"),
        ({"latent_share": np.array([np.nan])}, "latent_share"),
        ({"normal_latent": np.full((4, 2), np.inf, np.float32)}, "normal latent"),
        ({"normal_index": np.array([-1, 0, 1])}, "normal images"),
        ({"anomaly_index": np.zeros(3, np.uint64)}, "anomaly images"),
        ({"anomaly_labels": np.full(3, np.nan)}, "anomaly images"),
        ({"normal_images": np.zeros((3, 2, 2, 2), np.uint8)}, "normal images"),
        ({"normal_images": np.zeros((3, 1, 0, 2), np.uint8)}, "normal images"),
    ],
)
def test_arrays_that_do_not_fit_together_are_refused(tmp_path: Path, changes: dict[str, np.ndarray], said: str) -> None:
    """Nobody draws from a file that was changed by hand; the message names the array."""
    path = stored(tmp_path, Exhibit(shown(), shown()))
    with np.load(path) as archive:
        arrays = dict(archive)
    np.savez(path, **{**arrays, **changes})
    with pytest.raises(StoreError, match=said):
        read_exhibit(path)


@given(cut=st.integers(0, 400))
def test_a_torn_file_is_a_store_error(cut: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Whatever was cut off."""
    folder = tmp_path_factory.mktemp("torn")
    path = stored(folder, Exhibit(shown(), shown()))
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(StoreError):
        read_exhibit(path)
