"""Lines of ``cells.jsonl`` as rows and columns: the fast way and the exact one make the same of everything."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from benchkit import StoreError
from benchkit.results import CELL_FIELDS, STATUSES, Cell
from benchkit.results.cell import ADDED
from benchkit.results.columns import Columns
from benchkit.results.record import check_cell, parse_json
from benchkit.results.rows import exact_row, rows_of

PATH = Path("cells.jsonl")
GOOD = Cell(dataset="digits", detector="one", view="pixels", anomaly="noise-1", seed=3, status="ok", auroc=0.75)

FLOATS = [name for name, hint in Cell.__annotations__.items() if "float" in hint]
WHOLES = [name for name, hint in Cell.__annotations__.items() if "int" in hint]
TEXTS = [name for name, hint in Cell.__annotations__.items() if hint == "str"]


def exact(lines: Sequence[bytes]) -> pd.DataFrame:
    """Read line by line with Python's own parser and let pandas find the columns."""
    records = [
        check_cell(parse_json(line, where=f"{PATH}, line {number}"), where=f"{PATH}, line {number}")
        for number, line in enumerate(lines, start=1)
        if line.strip()
    ]
    columns = {name: [record[name] for record in records] for name in CELL_FIELDS}
    for name in TEXTS:
        columns[name] = [text.replace("\0", "\ufffd") for text in columns[name]]
    # Column by column: a frame of dictionaries would make floats of whole numbers that stand beside an undefined one.
    return pd.DataFrame({name: pd.Series(values, dtype=dtypes()[name]) for name, values in columns.items()})


def dtypes() -> dict[str, Any]:
    """Return what each column is to be."""
    return {
        name: "float64" if "float" in hint else "Int64" if hint == "int | None" else "int64" if hint == "int" else str
        for name, hint in Cell.__annotations__.items()
    }


def fast(lines: Sequence[bytes]) -> pd.DataFrame:
    """Read as a run is read."""
    columns = Columns()
    columns.add(rows_of(lines, path=PATH, first=1))
    return columns.frame()


def outcome(read: Callable[[Sequence[bytes]], pd.DataFrame], lines: Sequence[bytes]) -> Any:
    """Return dtypes and values, exact to the sign of a zero, or the text of the store error."""
    try:
        frame = read(lines)
    except StoreError as error:
        return str(error)
    return frame.dtypes.to_dict(), repr(frame.to_dict("list"))


def written(changes: dict[str, Any], *, schema: int = 3) -> bytes:
    """Return a line of a good cell with changes; ``...`` takes a key out, and a schema has its own keys alone."""
    values = {**GOOD.to_dict(), "schema": schema, **changes}
    later = {name for name, since in ADDED.items() if since > schema} - set(changes)
    return json.dumps({key: value for key, value in values.items() if value is not ... and key not in later}).encode()


def replaced(value: str) -> bytes:
    """Return a good line with something else in the place of its AUROC, as it is to be spelt."""
    return written({}).replace(b"0.75", value.encode("utf-8", errors="surrogatepass"))


NUMBERS = [
    "1", "-0", "-0.0", "1e5", "1E400", "-1e999", "1e-999", "NaN", "-Infinity", "01", "1.", ".5", "+1", "0x1", "true",
    "null", '"1"', "9007199254740993", "9223372036854775807", "9223372036854775808", "-9223372036854775809", "1e19",
    "-1e300", "9" * 400, "9" * 5000, "1" + "0" * 22, "0." + "1" * 800, "[1]", "{}", '0.5, "auroc": 0.25',
    '0.5, "auroc": null', '"x", "auroc": 0.25', '9223372036854775808, "auroc": 0.25', '1, "sparkle": 2', "1,", "1}{",
]  # fmt: skip
SPELLED_TEXTS = [
    r'"\ud800"', r'"\ud83d\ude00"', r'"\u0000"', '"\0"', '"\x01"', '"\t"', '"\x7f"', r'"\x"', '"\ufeff"', '"\u2028"',
]  # fmt: skip

odd_numbers = st.sampled_from(NUMBERS) | st.floats().map(repr) | st.integers().map(str)
any_value = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.just([]) | st.just(...)
good_changes = st.fixed_dictionaries(
    {},
    optional={
        "status": st.sampled_from(STATUSES),
        "batch_size": st.none() | st.integers(-(2**63), 2**63 - 1),
        **{name: st.text(max_size=5) for name in TEXTS},
        **{name: st.none() | st.floats(allow_nan=False, allow_infinity=False) | st.integers(-9, 9) for name in FLOATS},
    },
)
good_lines = st.builds(written, good_changes, schema=st.sampled_from([1, 2, 3]))
odd_lines = st.one_of(
    odd_numbers.map(replaced),
    st.sampled_from(SPELLED_TEXTS).map(lambda text: written({}).replace(b'"digits"', text.encode())),
    st.builds(written, st.dictionaries(st.sampled_from([*CELL_FIELDS, "sparkle"]), any_value, max_size=3),
              schema=st.integers(0, 4)),
    st.sampled_from([b"", b" ", b"\r", b"\x0b", b"[]", b"7", b"null", b"{", b"\xff", b"\xef\xbb\xbf" + written({})]),
    good_lines.map(lambda line: b" " + line + b" \r"),
    st.builds(lambda line, place, byte: line[: place % len(line)] + bytes([byte]) + line[place % len(line) + 1 :],
              good_lines, st.integers(0, 2000), st.integers(0, 255)),
    st.builds(lambda line, place: line[: place % len(line)], good_lines, st.integers(0, 2000)),
).map(lambda line: line.replace(b"\n", b""))  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(lines=st.lists(good_lines, max_size=6) | st.lists(good_lines | odd_lines, max_size=4))
def test_the_fast_way_and_the_exact_one_agree(lines: list[bytes]) -> None:
    """On any mixture of good, old, odd and damaged lines: the same columns and values, or the same words."""
    assert outcome(fast, lines) == outcome(exact, lines)


@pytest.mark.parametrize("number", NUMBERS, ids=range(len(NUMBERS)))
def test_every_spelling_of_a_number_means_what_it_did(number: str) -> None:
    """Whole numbers for floats, beyond 64 bits, infinities, keys twice: alone and among good lines."""
    line = replaced(number)
    for lines in ([line], [written({}), line, written({}, schema=1)]):
        assert outcome(fast, lines) == outcome(exact, lines)


@pytest.mark.parametrize("name", WHOLES)
@pytest.mark.parametrize("number", ["-0", "1.0", "1e2", "true", "9223372036854775807", "9223372036854775808"])
def test_a_whole_number_stays_one(name: str, number: str) -> None:
    """No field of whole numbers takes a float, a truth value or more than 64 bits; what it takes is exact."""
    line = json.dumps({**GOOD.to_dict(), name: "HERE"}).replace('"HERE"', number).encode()
    assert outcome(fast, [line]) == outcome(exact, [line])


@settings(max_examples=200, deadline=None)
@given(st.floats(allow_nan=False, allow_infinity=False))
@example(5e-324)
@example(2.2250738585072011e-308)
@example(1.7976931348623157e308)
def test_every_float_is_read_to_the_last_bit(value: float) -> None:
    """What was written comes back as the very same float, subnormal and huge ones too."""
    (read,) = fast([written({"threshold": value})])["threshold"]
    assert np.float64(read).tobytes() == np.float64(value).tobytes()


def test_only_odd_lines_go_the_slow_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lines as a run writes them, of either schema and mixed, are never checked in Python; an odd one among them is."""
    slow: list[str] = []

    def watched(line: bytes, *, where: str) -> tuple[Any, ...]:
        slow.append(where)
        return exact_row(line, where=where)

    monkeypatch.setattr("benchkit.results.rows.exact_row", watched)
    old, new, odd = written({}, schema=1), written({}), written({"sparkle": 1})
    assert [len(fast(lines)) for lines in ([new] * 3, [old] * 3, [new, old, b"", new])] == [3, 3, 3]
    assert slow == []
    assert len(fast([new, odd, old])) == 3
    assert slow == ["cells.jsonl, line 2"]


def test_equal_texts_are_held_once() -> None:
    """A million cells of one detector share one text."""
    names = fast([written({"detector": name}) for name in ("same name", "other", "same name")])["detector"].tolist()
    assert names == ["same name", "other", "same name"]
    assert names[0] is names[2]


def test_columns_grow_over_any_number_of_chunks() -> None:
    """Rows that come in pieces of every size end in one frame in their order, with the undefined numbers in place."""
    columns = Columns()
    lines = [written({"seed": seed, "threads": seed % 3 or None}) for seed in range(60)]
    for start, stop in [(0, 1), (1, 1), (1, 30), (30, 33), (33, 60)]:
        columns.add(rows_of(lines[start:stop], path=PATH, first=start + 1))
    pd.testing.assert_frame_equal(columns.frame(), exact(lines))
