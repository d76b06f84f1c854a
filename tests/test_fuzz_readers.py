"""Every reader of files, on whatever bytes: data or its own error, soon, and without memory on a header's word.

The readers' own test modules hold what each format means; here all of them meet the same damage.
"""

from __future__ import annotations

import io
import json
import tracemalloc
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from data_helpers import FUZZ, idx_bytes, labelled, pixels, remote
from hypothesis import given, settings
from hypothesis import strategies as st

from benchkit import DataError, StoreError, UsageError
from benchkit.data import load_idx, open_dataset, parse_idx, to_bytes, write_text
from benchkit.report import leaderboards, render
from benchkit.results import CELL_FIELDS, Cell, read_run, read_scores

DATA = labelled(20)
GOOD_CELL = json.dumps(Cell(dataset="toy", detector="one", view="pixels", anomaly="x", seed=0, status="ok").to_dict())


def sound_text(folder: Path) -> bytes:
    """Return a file in the text form."""
    write_text(folder / "sound.txt", DATA)
    return (folder / "sound.txt").read_bytes()


def sound_table(_: Path) -> bytes:
    """Return a CSV file with a header."""
    rows = np.column_stack([DATA.labels.numpy(), to_bytes(DATA.images).reshape(len(DATA), -1)])
    return b"label,pixels\n" + b"\n".join(",".join(map(str, row)).encode() for row in rows.tolist())


def archive(**arrays: Any) -> bytes:
    """Return an ``.npz`` file."""
    stream = io.BytesIO()
    np.savez_compressed(stream, **arrays)
    return stream.getvalue()


def sound_archive(_: Path) -> bytes:
    """Return images and labels as NumPy writes them."""
    return archive(images=to_bytes(DATA.images)[:, 0], labels=DATA.labels.numpy())


SCORES = archive(normal=np.linspace(0, 1, 9), anomaly=np.arange(5, dtype=np.float32), calibration=np.ones(3))
IDX = idx_bytes(pixels(4))
WORDS = st.sampled_from(
    [b"", b"\0", b"\xff", b"\n", b"\r\n", b",", b" ** ", b"-1", b"256", b"1e5", b"9" * 30, b'"', b"nan",
     b"\xef\xbb\xbf", b"\xff\xff\xff\xff", b"PK\x03\x04", b"PK\x05\x06", b"\x93NUMPY", b"{", b"}", b"[" * 500,
     b"\x1f\x8b"]
) | st.binary(max_size=4)  # fmt: skip


@st.composite
def damaged(draw: st.DrawFn, sound: bytes) -> bytes:
    """Return sound bytes with a few places cut out, written over or written in twice."""
    for _ in range(draw(st.integers(0, 3))):
        start, stop = sorted(draw(st.tuples(*[st.integers(0, len(sound))] * 2)))
        stop = min(stop, start + draw(st.sampled_from([0, 1, 4, 10**6])))
        sound = sound[:start] + draw(WORDS | st.just(sound[start:stop] * 2)) + sound[stop:]
    return sound


def ends_well(read: Callable[[], Any], error: type[Exception], place: Path) -> bool:
    """Tell whether reading gave data; else it must have been the one error, which names the place."""
    said = ""
    try:
        read()
    except error as found:
        said = str(found)
    assert not said or str(place) in said
    return not said


@pytest.mark.parametrize(
    ("name", "sound"), [("own.txt", sound_text), ("own.csv", sound_table), ("own.npz", sound_archive)]
)
def test_damaged_images_of_ones_own_are_data_or_a_data_error(
    tmp_path: Path, name: str, sound: Callable[[Path], bytes]
) -> None:
    """Whatever is cut out of a text, a table or an archive, or put into it: images, or a DataError with the path."""
    whole, path = sound(tmp_path), tmp_path / name

    @FUZZ
    @given(damaged(whole))
    def check(raw: bytes) -> None:
        path.write_bytes(raw)
        ends_well(lambda: open_dataset(path).load(), DataError, path)

    path.write_bytes(whole)
    assert ends_well(lambda: open_dataset(path).load(), DataError, path)
    check()


@FUZZ
@given(damaged(IDX))
def test_a_damaged_idx_file_is_data_or_a_data_error(raw: bytes) -> None:
    """Headers and items, cut and changed: an array, or a DataError."""
    ends_well(lambda: parse_idx(raw, where="toy"), DataError, Path("toy"))


@FUZZ
@given(raw=damaged(IDX))
def test_a_damaged_published_file_never_passes(raw: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A published data set is read only as it was published: anything else in its place is a DataError."""
    folder = tmp_path_factory.getbasetemp() / "published"
    (folder / "toy").mkdir(parents=True, exist_ok=True)
    (folder / "toy" / "images").write_bytes(raw)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BENCHKIT_DATA", str(folder))
        patch.setenv("BENCHKIT_OFFLINE", "1")
        (folder / "toy" / "labels").write_bytes(labels := idx_bytes(np.arange(4, dtype=np.uint8)))
        both = remote(IDX), remote(labels, path="toy/labels")
        assert ends_well(lambda: load_idx(*both, download=False), DataError, Path("toy")) == (raw == IDX)


@FUZZ
@given(damaged(SCORES))
def test_damaged_raw_scores_are_data_or_a_store_error(tmp_path_factory: pytest.TempPathFactory, raw: bytes) -> None:
    """An archive of scores, cut and changed: three arrays of numbers, or a StoreError with the path."""
    path = tmp_path_factory.getbasetemp() / "scores.npz"
    path.write_bytes(raw)
    if ends_well(lambda: read_scores(path), StoreError, path):
        assert {array.dtype.kind for array in read_scores(path).values()} <= set("fiu")


@FUZZ
@given(
    cells=damaged(f"{GOOD_CELL}\n{GOOD_CELL}\n".encode()) | st.binary(max_size=40),
    manifest=damaged(b'{"schema": 2, "state": "finished", "changes": {}}'),
)
def test_a_damaged_run_is_data_or_a_store_error(
    tmp_path_factory: pytest.TempPathFactory, cells: bytes, manifest: bytes
) -> None:
    """Manifest and cells, cut and changed: a frame of cells, or a StoreError with the path."""
    folder = tmp_path_factory.getbasetemp() / "run"
    folder.mkdir(exist_ok=True)
    (folder / "run.json").write_bytes(manifest)
    (folder / "cells.jsonl").write_bytes(cells)
    if ends_well(lambda: read_run(folder), StoreError, folder):
        assert tuple(read_run(folder).cells.columns) == CELL_FIELDS


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@settings(FUZZ, max_examples=25)
@given(manifest=st.dictionaries(st.sampled_from(["state", "changes", "planned", "git"]), json_values))
def test_whatever_the_manifest_says_the_table_is_made(
    tmp_path_factory: pytest.TempPathFactory, manifest: dict[str, Any]
) -> None:
    """A manifest that was edited into something else costs no table, for people or for programs."""
    folder = tmp_path_factory.getbasetemp() / "edited"
    folder.mkdir(exist_ok=True)
    (folder / "run.json").write_text(json.dumps({"schema": 2, **manifest}), encoding="utf-8")
    (folder / "cells.jsonl").write_text(f"{GOOD_CELL}\n", encoding="utf-8")
    boards = leaderboards([read_run(folder)])
    assert all(render(boards, form) for form in ("text", "json"))


def test_names_that_are_thousands_of_digits_are_sorted(tmp_path: Path) -> None:
    """Python makes no number of them; the table is made all the same, the longer number last."""
    (tmp_path / "run.json").write_text('{"schema": 2}', encoding="utf-8")
    names = ["8" * 5000, "9" * 4999]
    lines = [GOOD_CELL.replace('"anomaly": "x"', f'"anomaly": "{name}"') for name in names]
    (tmp_path / "cells.jsonl").write_text("\n".join(lines), encoding="utf-8")
    (board,) = leaderboards([read_run(tmp_path)])
    assert [column.label for column in board.arrangement.columns] == [*reversed(names)]


@contextmanager
def taking_little_memory(limit: int) -> Iterator[None]:
    """Fail when more bytes than the limit are taken at once."""
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < limit
    finally:
        tracemalloc.stop()


def with_normal(path: Path, member: bytes) -> None:
    """Write scores whose ``normal`` are these bytes."""
    sound = io.BytesIO()
    np.save(sound, np.ones(3))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name in ("anomaly", "calibration"):
            file.writestr(f"{name}.npy", sound.getvalue())
        file.writestr("normal.npy", member)


@pytest.mark.parametrize("items", [10**9, 10**12, 2**62])
def test_scores_with_a_lying_header_take_no_memory(tmp_path: Path, items: int) -> None:
    """A header that claims terabytes is held against the bytes that are there, before room is made for them."""
    header = f"{{'descr': '<f8', 'fortran_order': False, 'shape': ({items},), }}".encode().ljust(117) + b"\n"
    with_normal(tmp_path / "lying.npz", b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header + bytes(80))
    with taking_little_memory(1_000_000), pytest.raises(StoreError, match=rf"lying\.npz: got 80 bytes.*\({items},\)"):
        read_scores(tmp_path / "lying.npz")


def test_an_archive_that_lies_about_its_size_takes_no_memory(tmp_path: Path) -> None:
    """A member that is said to unfold a million times is refused before it is unfolded."""
    with_normal(tmp_path / "lying.npz", bytes(300))
    raw = (tmp_path / "lying.npz").read_bytes()
    (tmp_path / "lying.npz").write_bytes(raw.replace((300).to_bytes(4, "little"), (2**31).to_bytes(4, "little")))
    with taking_little_memory(1_000_000), pytest.raises(StoreError, match=r"lying\.npz: got normal said to have"):
        read_scores(tmp_path / "lying.npz")


@FUZZ
@given(st.text(max_size=20), st.text(max_size=20), st.text(max_size=20), st.integers())
def test_no_name_leads_out_of_the_run(dataset: str, detector: str, anomaly: str, seed: int) -> None:
    """Whatever names are asked for, scores are looked for in the run's own folder, or the name is refused."""
    run = read_run(Path(__file__).parent / "golden" / "schema-2")
    with pytest.raises((UsageError, StoreError)):
        run.scores(dataset=dataset, detector=detector, anomaly=anomaly, seed=seed)
