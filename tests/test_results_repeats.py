"""Cells that were stored more than once."""

from __future__ import annotations

import itertools
from typing import Any

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from benchkit.results import Cell, to_frame
from benchkit.results.repeats import IDENTITY, last_of_each


def cell(detector: str = "one", anomaly: str = "noise-1", seed: int = 0, **changes: Any) -> dict[str, Any]:
    """Return a cell as it is stored."""
    values = {"dataset": "digits", "view": "pixels", "status": "ok", "settings": "s", **changes}
    return Cell(detector=detector, anomaly=anomaly, seed=seed, **values).to_dict()


few = st.sampled_from(["a", "b"])
stored = st.lists(st.builds(cell, few, few, st.integers(0, 2), settings=few, dataset=few), max_size=30)


@settings(max_examples=50, deadline=None)
@given(stored=stored)
def test_the_last_of_each_stays_in_its_place(stored: list[dict[str, Any]]) -> None:
    """What a dictionary keeps when every cell is taken out and put in anew is what is kept, in that order."""
    latest: dict[tuple[Any, ...], int] = {}
    for place, record in enumerate(stored):
        key = tuple(record[name] for name in IDENTITY)
        latest.pop(key, None)
        latest[key] = place
    kept, notes = last_of_each(to_frame(record | {"n_train": place} for place, record in enumerate(stored)))
    assert kept["n_train"].tolist() == list(latest.values())
    assert kept.index.tolist() == list(range(len(latest)))
    assert bool(notes) == (len(latest) < len(stored))


def test_each_repeated_cell_is_counted_once() -> None:
    """A cell that was stored three times counts once, and a detector under two settings is two."""
    one, two, other = cell(seed=1), cell(seed=2), cell(seed=2, settings="t")
    _, notes = last_of_each(to_frame([one, two, other, two, other, one, one, cell(seed=3)]))
    assert notes == ("3 cells were done again; of each the last one counts.",)
    assert last_of_each(to_frame([one, two, one]))[1] == ("1 cell was done again; the last one counts.",)


def test_thousands_of_repeats_do_not_bury_the_table() -> None:
    """After a retry of many cells one sentence says how many there are."""
    retried = [cell(f"detector-{number}", seed=seed) for number, seed in itertools.product(range(50), range(40))]
    kept, notes = last_of_each(to_frame([*retried, *retried]))
    assert len(kept) == 2000
    assert notes == ("2000 cells were done again; of each the last one counts.",)


def test_a_run_without_repeats_is_left_as_it_is() -> None:
    """Nothing is copied, and nothing said."""
    cells = to_frame([cell(), cell("two")])
    kept, notes = last_of_each(cells)
    assert kept is cells
    assert notes == ()
    assert last_of_each(to_frame([]))[0].dtypes.equals(pd.Series(cells.dtypes))
