"""Reading a run back."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from benchkit import StoreError, UsageError
from benchkit.results import CELL_FIELDS, SCHEMA_VERSION, STATUSES, Cell, RunStore, latest_run, read_run, read_scores

# The folder is written anew by every example, so sharing it between examples hides nothing.
SHARED_FOLDER = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)


def cell(**changes: Any) -> Cell:
    """Return a cell that ended well."""
    values = {"dataset": "digits", "detector": "gaussian", "view": "pixels", "anomaly": "noise-1", "seed": 0}
    return Cell(**{**values, "status": "ok", "auroc": 0.75, "batch_size": 256, "settings": "abc", **changes})


@pytest.fixture
def store(tmp_path: Path) -> RunStore:
    """Return a run with two cells."""
    store = RunStore.create(tmp_path / "results", "run", {"dataset": "digits"})
    store.append(cell(seed=0))
    store.append(cell(seed=1, status="skipped", reason="no such class", auroc=None, batch_size=None))
    return store


def cells_path(store: RunStore) -> Path:
    """Return where the cells lie."""
    return store.folder / "cells.jsonl"


def test_what_was_stored_comes_back(store: RunStore) -> None:
    """Every field comes back in the cell's order with a sensible type: NaN and NA where it was undefined."""
    run = read_run(store.folder)
    assert run.manifest == {"schema": SCHEMA_VERSION, "dataset": "digits"}
    assert run.notes == ()
    assert tuple(run.cells.columns) == CELL_FIELDS
    assert list(run.cells["seed"]) == [0, 1]
    assert list(run.cells["reason"]) == ["", "no such class"]
    assert run.cells["auroc"].dtype == np.float64
    assert run.cells["seed"].dtype == np.int64
    assert run.cells["auroc"][0] == 0.75
    assert np.isnan(run.cells["auroc"][1])
    assert run.cells["batch_size"][0] == 256
    assert run.cells["batch_size"][1] is pd.NA
    assert np.isnan(run.cells["precision"]).all()


def test_a_run_without_cells_has_the_same_columns_and_types(store: RunStore, tmp_path: Path) -> None:
    """A run that ended before its first cell reads as an empty frame like any other."""
    empty = read_run(RunStore.create(tmp_path, "empty", {}).folder).cells
    pd.testing.assert_series_equal(empty.dtypes, read_run(store.folder).cells.dtypes)
    assert len(empty) == 0


def test_a_run_is_found_by_its_folder_or_either_of_its_files(store: RunStore) -> None:
    """The folder, run.json and cells.jsonl all lead to the same run."""
    for path in (store.folder, store.folder / "run.json", store.folder / "cells.jsonl"):
        run = read_run(path)
        assert run.folder == store.folder
        assert len(run.cells) == 2


def test_a_folder_without_a_run_is_a_usage_error(tmp_path: Path) -> None:
    """A path where no run lies is named, with how to make one."""
    with pytest.raises(UsageError, match=r"nowhere.*benchkit run"):
        read_run(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("change", "text"),
    [(1, "newer benchkit.*[Uu]pgrade"), (-SCHEMA_VERSION, "older benchkit.*run the benchmark again")],
)
def test_another_schema_is_refused_with_a_text_of_its_own(store: RunStore, change: int, text: str) -> None:
    """A manifest or a cell of an older or a newer schema is refused, and the two say different next steps."""
    store.update(schema=SCHEMA_VERSION + change)
    with pytest.raises(StoreError, match=rf"run\.json: was written by an? .*{text}"):
        read_run(store.folder)
    store.update(schema=SCHEMA_VERSION)
    store.append(cell(schema=SCHEMA_VERSION + change))
    with pytest.raises(StoreError, match=rf"cells\.jsonl, line 3: was written by an? .*{text}"):
        read_run(store.folder)


def test_a_torn_last_line_is_left_out_and_noted(store: RunStore) -> None:
    """However far the last line got before the run was killed, the cells before it are read and the loss is said."""
    whole = cells_path(store).read_bytes()
    first = whole.index(b"\n") + 1
    for cut in (first + 1, first + 40, len(whole) - 2):
        cells_path(store).write_bytes(whole[:cut])
        run = read_run(store.folder)
        assert list(run.cells["seed"]) == [0]
        assert len(run.notes) == 1
        assert "line 2" in run.notes[0]
        assert "torn" in run.notes[0]


def test_a_complete_last_line_without_its_line_break_counts(store: RunStore) -> None:
    """Only the line break is missing: nothing was lost, so nothing is left out."""
    cells_path(store).write_bytes(cells_path(store).read_bytes().rstrip(b"\n"))
    run = read_run(store.folder)
    assert list(run.cells["seed"]) == [0, 1]
    assert run.notes == ()


@pytest.mark.parametrize(
    "garbage", [b"{", b"[]", b"nonsense", b"\xff\xfe", b'{"schema": NaN}', b"[" * 100_000, b"9" * 5000]
)
def test_a_garbled_line_in_the_middle_names_file_and_line(store: RunStore, garbage: bytes) -> None:
    """Damage before the last line is not passed over."""
    whole = cells_path(store).read_bytes()
    first = whole.index(b"\n") + 1
    cells_path(store).write_bytes(whole[:first] + garbage + b"\n" + whole[first:])
    with pytest.raises(StoreError, match=r"cells\.jsonl, line 2:"):
        read_run(store.folder)


def rewrite_first(store: RunStore, **changes: Any) -> None:
    """Change values of the first line; ``...`` takes the key out."""
    first, *rest = cells_path(store).read_text().splitlines()
    record = {key: value for key, value in {**json.loads(first), **changes}.items() if value is not ...}
    cells_path(store).write_text("\n".join([json.dumps(record), *rest]) + "\n")


def test_keys_of_a_later_benchkit_are_kept_out(store: RunStore) -> None:
    """An unknown key does no harm and makes no column."""
    rewrite_first(store, sparkle=1)
    assert tuple(read_run(store.folder).cells.columns) == CELL_FIELDS


def test_a_missing_key_is_named(store: RunStore) -> None:
    """A cell that lacks fields is refused with their names and the line."""
    rewrite_first(store, auroc=..., device=...)
    with pytest.raises(StoreError, match=r"line 1: got a cell without auroc, device"):
        read_run(store.folder)


@pytest.mark.parametrize(
    ("field", "value"),
    [("auroc", "0.5"), ("auroc", True), ("seed", 1.5), ("seed", 2**63), ("seed", None), ("detector", 3),
     ("status", "fine"), ("status", []), ("reason", None), ("n_normal", "12")],
)  # fmt: skip
def test_a_value_of_the_wrong_type_is_named(store: RunStore, field: str, value: Any) -> None:
    """A value that its field does not allow is refused with field, file and line."""
    rewrite_first(store, **{field: value})
    with pytest.raises(StoreError, match=rf"line 1: got {field}="):
        read_run(store.folder)


def test_a_number_beyond_what_a_float_holds_is_refused(store: RunStore) -> None:
    """JSON can spell a number that Python reads as infinity; it is no data."""
    cells_path(store).write_text(cells_path(store).read_text().replace('"auroc": 0.75', '"auroc": 1e999', 1))
    with pytest.raises(StoreError, match="line 1: got auroc='inf'; expected a finite number or null"):
        read_run(store.folder)


def test_a_manifest_with_nan_is_refused(store: RunStore) -> None:
    """NaN is not JSON, although Python would read it."""
    (store.folder / "run.json").write_text(f'{{"schema": {SCHEMA_VERSION}, "seconds": NaN}}')
    with pytest.raises(StoreError, match=r"run\.json: .*NaN is not a JSON number"):
        read_run(store.folder)


def test_of_a_cell_stored_twice_the_last_counts(store: RunStore) -> None:
    """A cell that was measured again replaces the first, and the notes say so; other settings are another cell."""
    store.append(cell(seed=0, auroc=0.25))
    store.append(cell(seed=0, auroc=0.5, settings="other"))
    run = read_run(store.folder)
    assert sorted(zip(run.cells["seed"], run.cells["settings"], run.cells["auroc"].fillna(-1), strict=True)) == [
        (0, "abc", 0.25), (0, "other", 0.5), (1, "abc", -1),
    ]  # fmt: skip
    assert run.notes == ("1 cell was done again; the last one counts.",)


def outcome(read: Callable[[Path], Any], path: Path) -> Any:
    """Return what ``read`` returns, or the text of its store error."""
    try:
        return read(path)
    except StoreError as error:
        return str(error)


texts = st.text(max_size=30)
numbers = st.none() | st.floats(allow_nan=False, allow_infinity=False)
any_cell = st.builds(
    cell,
    dataset=texts, detector=texts, anomaly=texts, reason=texts, status=st.sampled_from(STATUSES),
    seed=st.integers(-(2**63), 2**63 - 1), auroc=numbers, images_per_second=numbers,
    batch_size=st.none() | st.integers(0, 2**40),
)  # fmt: skip


@SHARED_FOLDER
@given(stored=any_cell)
def test_any_cell_comes_back_as_it_was(tmp_path: Path, stored: Cell) -> None:
    """Whatever text and finite numbers a cell holds, reading returns exactly them; a zero byte reads as U+FFFD."""
    store = RunStore(tmp_path, {})
    (tmp_path / "cells.jsonl").write_bytes(b"")
    store.update()
    store.append(stored)
    (row,) = read_run(tmp_path).cells.to_dict("records")
    assert {name: None if pd.isna(value) else value for name, value in row.items()} == {
        name: value.replace("\0", "\ufffd") if isinstance(value, str) else value
        for name, value in stored.to_dict().items()
    }


@SHARED_FOLDER
@given(cells=st.binary(max_size=200), manifest=st.binary(max_size=60) | st.just(b'{"schema": 1}'))
def test_any_bytes_become_data_or_a_store_error(tmp_path: Path, cells: bytes, manifest: bytes) -> None:
    """No content of the two files raises anything but a store error."""
    (tmp_path / "cells.jsonl").write_bytes(cells)
    (tmp_path / "run.json").write_bytes(manifest)
    run = outcome(read_run, tmp_path)
    assert str(tmp_path) in run if isinstance(run, str) else tuple(run.cells.columns) == CELL_FIELDS


json_scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
json_values = st.recursive(json_scalars, st.lists, max_leaves=4)


@SHARED_FOLDER
@given(changes=st.dictionaries(st.sampled_from(CELL_FIELDS), json_values, max_size=4))
def test_any_values_in_a_line_become_data_or_a_store_error(tmp_path: Path, changes: dict[str, Any]) -> None:
    """A line of the right shape with arbitrary values raises nothing but a store error."""
    (tmp_path / "run.json").write_text('{"schema": 1}')
    (tmp_path / "cells.jsonl").write_text(json.dumps({**cell().to_dict(), **changes}) + "\n")
    run = outcome(read_run, tmp_path)
    assert "line 1" in run if isinstance(run, str) else len(run.cells) == 1


def test_the_latest_run_is_the_one_written_last(tmp_path: Path) -> None:
    """Of several runs the one whose manifest is newest is found, whatever its name; other folders do not count."""
    for age, name in enumerate(["b", "a", "c"]):
        manifest = RunStore.create(tmp_path, name, {}).folder / "run.json"
        os.utime(manifest, (1_000_000 - age, 1_000_000 - age))
    (tmp_path / "notes").mkdir()
    assert latest_run(tmp_path) == tmp_path / "b"


def test_no_latest_run_is_a_usage_error(tmp_path: Path) -> None:
    """An empty or missing results folder is named, with how to make a run."""
    for folder in (tmp_path, tmp_path / "missing"):
        with pytest.raises(UsageError, match=f"{folder}, which holds no run.*benchkit run"):
            latest_run(folder)


def test_scores_come_back_from_the_run(store: RunStore) -> None:
    """The raw scores of a cell are found by its names."""
    store.save_scores(cell(), normal=np.array([0.5]), anomaly=np.array([2.0, 3.0]), calibration=np.array([1.0]))
    scores = read_run(store.folder).scores(dataset="digits", detector="gaussian", anomaly="noise-1", seed=0)
    assert {name: array.tolist() for name, array in scores.items()} == {
        "normal": [0.5], "anomaly": [2.0, 3.0], "calibration": [1.0],
    }  # fmt: skip


@SHARED_FOLDER
@given(position=st.integers(0, 10**6), byte=st.integers(0, 255), cut=st.booleans())
def test_a_damaged_score_file_is_data_or_a_store_error(tmp_path: Path, position: int, byte: int, cut: bool) -> None:
    """One wrong byte, or a file cut short, raises nothing but a store error that names the file."""
    store = RunStore(tmp_path, {})
    path = store.save_scores(cell(), normal=np.arange(9.0), anomaly=np.arange(4.0), calibration=np.ones(3))
    raw = bytearray(path.read_bytes())
    position %= len(raw)
    raw[position] = byte
    path.write_bytes(raw[:position] if cut else raw)
    scores = outcome(read_scores, path)
    assert path.name in scores if isinstance(scores, str) else set(scores) == {"normal", "anomaly", "calibration"}


def test_scores_that_are_no_archive_are_refused(tmp_path: Path) -> None:
    """A lone array, an archive without the three arrays, and a pickle are store errors."""
    np.save(tmp_path / "lone.npy", np.ones(3))
    np.savez(tmp_path / "other.npz", something=np.ones(3))
    np.savez(tmp_path / "objects.npz", normal=np.array([None]), anomaly=np.ones(1), calibration=np.ones(1))
    for name in ("lone.npy", "other.npz", "objects.npz", "missing.npz"):
        with pytest.raises(StoreError, match=name):
            read_scores(tmp_path / name)
