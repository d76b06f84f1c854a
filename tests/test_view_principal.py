"""View ``pca``."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from benchkit_principal import Principal
from sklearn.decomposition import PCA
from training_helpers import blobs, noise

from benchkit import LabelledImages, LabelledRows, Unsupported, UsageError
from benchkit.training import as_rows

NORMAL = blobs(200)


def normalised(images: torch.Tensor) -> np.ndarray:
    """Return contrast-normalised vectors, written another way."""
    vectors = images.flatten(1).double().numpy()
    centred = vectors - vectors.mean(1)[:, None]
    return centred / np.abs(centred).mean(1)[:, None]


@pytest.mark.parametrize("variance", [0.5, 0.95])
def test_the_components_are_those_of_scikit_learn(variance: float) -> None:
    """As many, and the same up to their sign, on images that were not fitted."""
    shown = blobs(50, seed=3).images
    reference = PCA(variance, svd_solver="full").fit(normalised(NORMAL.images)).transform(normalised(shown))
    found = replace(Principal(), variance=variance).fit(NORMAL, seed=0)["pca"](shown)
    assert found.dtype == torch.float32
    np.testing.assert_allclose(np.abs(found.numpy()), np.abs(reference), rtol=1e-3, atol=1e-3)


def test_brightness_and_contrast_of_an_image_do_not_matter() -> None:
    """Unless they are asked for."""
    look = Principal().fit(NORMAL, seed=0)["pca"]
    plain = replace(Principal(), contrast=False).fit(NORMAL, seed=0)["pca"]
    other = 0.5 * NORMAL.images + 0.2
    torch.testing.assert_close(look(other), look(NORMAL.images), rtol=1e-3, atol=1e-3)
    assert not torch.allclose(plain(other), plain(NORMAL.images), atol=0.1)


def test_blank_images_are_seen_as_finite_numbers() -> None:
    """There is no contrast to divide by."""
    look = Principal().fit(NORMAL, seed=0)["pca"]
    assert look(torch.full((3, 1, 12, 12), 0.5)).isfinite().all()
    assert look(NORMAL.images[:0]).shape[0] == 0


def test_images_that_come_some_at_a_time_give_the_same_components() -> None:
    """Within rounding, and every call the same bits."""
    rows = LabelledRows(as_rows(NORMAL.images), NORMAL.labels)
    whole = Principal().fit(NORMAL, seed=0)["pca"](NORMAL.images)
    torch.testing.assert_close(Principal().fit(rows, seed=1)["pca"](NORMAL.images), whole, rtol=1e-3, atol=1e-4)
    assert torch.equal(Principal().fit(NORMAL, seed=5)["pca"](NORMAL.images), whole)


def test_images_that_are_all_the_same_have_no_components() -> None:
    """One image, or a hundred copies of it: the reason says what is needed."""
    one = NORMAL.images[:1]
    for images in (one, one.repeat(100, 1, 1, 1)):
        with pytest.raises(Unsupported, match="needs normal images that differ"):
            Principal().fit(LabelledImages(images, torch.zeros(len(images), dtype=torch.int64)), seed=0)


def test_two_images_have_one_component() -> None:
    """There is one direction between them."""
    images = noise(2, 1, 5, 5)
    looks = Principal().fit(LabelledImages(images, torch.tensor([0, 1])), seed=0)
    assert looks["pca"](images).shape == (2, 1)


@pytest.mark.parametrize("variance", [0.0, 1.5])
def test_a_share_out_of_range_is_refused(variance: float) -> None:
    """A wrong setting names the view."""
    with pytest.raises(UsageError, match="view 'pca': got variance="):
        replace(Principal(), variance=variance)
