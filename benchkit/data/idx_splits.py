"""Load a data set that is published as four IDX files: images and labels, training and test."""

from __future__ import annotations

from benchkit.contract import LabelledImages, RemoteFile, Splits
from benchkit.data.fetching import read_raw
from benchkit.data.idx import parse_idx
from benchkit.data.images import make_labelled


def load_idx(images: RemoteFile, labels: RemoteFile, *, download: bool = True) -> LabelledImages:
    """Return one split: the images of one IDX file with the labels of another.

    Args:
        images: bytes of shape N×H×W.
        labels: bytes of shape N.
        download: fetch files that are not on this machine.

    Raises:
        DataError: a file is missing, truncated or corrupt, or the two do not fit together.
    """
    pixels = parse_idx(read_raw(images, download=download), where=images.path)
    classes = parse_idx(read_raw(labels, download=download), where=labels.path)
    return make_labelled(pixels, classes, where=f"{images.path} with {labels.path}")


def load_idx_splits(
    train_images: RemoteFile, train_labels: RemoteFile, test_images: RemoteFile, test_labels: RemoteFile
) -> Splits:
    """Return the published training and test splits, downloading files that are not on this machine.

    Raises:
        DataError: as ``load_idx``.
    """
    return Splits(train=load_idx(train_images, train_labels), test=load_idx(test_images, test_labels))
