"""Labels for very many cells, made once for each distinct kind of cell."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray


def natural(label: str) -> list[str | tuple[int, str]]:
    """Return a sort key that puts ``noise-2`` before ``noise-10``."""
    return [_size(part) if place % 2 else part for place, part in enumerate(re.split("([0-9]+)", label))]


def _size(digits: str) -> tuple[int, str]:
    """Return what orders whole numbers by size; Python makes no number of more than some thousand digits."""
    digits = digits.lstrip("0")
    return len(digits), digits


def shortened(label: str, most: int = 60) -> str:
    """Return a label of at most ``most`` letters; what is left out of its middle shows as ``…``."""
    end = most // 3
    return label if len(label) <= most else f"{label[: most - end - 1]}…{label[-end:]}"


def numbered(cells: pd.DataFrame, fields: Sequence[str]) -> NDArray[np.int64]:
    """Return for each cell the number of its kind, counted from 0 in the order in which the kinds come.

    Args:
        cells: the cells.
        fields: cells that are equal in these are of one kind; an undefined number equals another.
    """
    kinds = np.zeros(len(cells), dtype=np.int64)
    for field in fields:
        codes, _ = pd.factorize(cells[field], use_na_sentinel=False)
        kinds = pd.factorize(kinds * (int(codes.max(initial=0)) + 1) + codes)[0].astype(np.int64, copy=False)
    return kinds


def labels_of(
    cells: pd.DataFrame,
    fields: list[str],
    label: Callable[[pd.DataFrame], pd.Series[Any]],
    *,
    key: Callable[[str], Any] = natural,
) -> pd.Series[Any]:
    """Return a label for each cell, as categories in the order of ``key``.

    Args:
        cells: to be labelled.
        fields: what the label depends on.
        label: is given a frame with each distinct combination of the fields once; returns their labels, as text.
        key: of the order.
    """
    places = numbered(cells, fields)
    kinds = cells.loc[~pd.Series(places).duplicated().to_numpy(), fields]
    texts = label(kinds.astype({name: str for name in fields if isinstance(kinds[name].dtype, pd.CategoricalDtype)}))
    dtype = pd.CategoricalDtype(sorted(sorted(set(texts)), key=key))
    codes = texts.astype(dtype).cat.codes.to_numpy()
    return pd.Series(pd.Categorical.from_codes(codes[places], dtype=dtype), index=cells.index)
