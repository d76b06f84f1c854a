"""Loading a data set: the one call into its plugin, guarded, and what comes back checked."""

from __future__ import annotations

from benchkit.contract import Dataset, Splits
from benchkit.errors import BenchkitError, DataError, Unsupported
from benchkit.runner.grey_levels import range_problem
from benchkit.runner.guard import PLUGIN_FAULTS, described, isolated

_SEED = 0  # of the global random states while it loads, so that all runs meet the same images


def load_splits(dataset: Dataset) -> Splits:
    """Load a data set as the doors promise it: one image size, pixels in [0, 1], labels from 0.

    Raises:
        DataError: it cannot be loaded, or is not of that kind.
        Unsupported: the data set says so itself.
    """
    try:
        with isolated(_SEED):
            splits: object = dataset.load()
    except (BenchkitError, Unsupported):
        raise  # it says what is wrong in words of its own
    except PLUGIN_FAULTS as error:
        raise DataError(
            f"data set {dataset.name!r}: load: got {described(error)}; expected training and test images. Mend its "
            "plugin, which `benchkit plugins --kind dataset` names, or choose another data set."
        ) from error
    problem = _splits_problem(splits)
    if problem or not isinstance(splits, Splits):
        raise DataError(f"data set {dataset.name!r}: load: {problem} Mend the data set.")
    return splits


def _splits_problem(splits: object) -> str:
    if not isinstance(splits, Splits):
        return f"got {type(splits).__name__}; expected benchkit.Splits."
    sizes = [tuple(part.images.shape[2:]) for part in (splits.train, splits.test)]
    if sizes[0] != sizes[1] or 0 in sizes[0]:
        return f"got training images of {sizes[0]} and test images of {sizes[1]} pixels; expected one size."
    for part in (splits.train, splits.test):
        if len(part) and int(part.labels.min()) < 0:
            return f"got the label {int(part.labels.min())}; expected labels from 0."
        if len(part) and part.images.is_floating_point() and (problem := range_problem(part.images)):
            return problem
    return ""
