"""Cells gathered into the columns of a frame, some at a time, so that a million of them never stand side by side."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

import msgspec
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchkit.results.cell import CELL_FIELDS
from benchkit.results.record import FIELD_TYPES


class Columns:
    """Grows by cells; ends as a frame."""

    def __init__(self) -> None:
        self._columns: dict[str, _Column] = {name: _column(FIELD_TYPES[name]) for name in CELL_FIELDS}

    def add(self, rows: Sequence[tuple[Any, ...]]) -> None:
        """Add cells: for each its values in the order of ``CELL_FIELDS``, of the types that ``Cell`` allows."""
        if rows:
            for column, values in zip(self._columns.values(), zip(*rows, strict=True), strict=True):
                column.add(values)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return all that was gathered as arrays of numbers, to be handed to another process."""
        return {
            f"{name}.{part}": array for name, column in self._columns.items() for part, array in column.parts().items()
        }

    def extend(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Add what another process has gathered, behind what is there."""
        for name, column in self._columns.items():
            column.extend({part: arrays[f"{name}.{part}"] for part in column.parts()})

    def frame(self) -> pd.DataFrame:
        """Return one row a cell, in the order in which they came: text as ``str``, undefined numbers as NaN or NA.

        To be called once: it takes the columns apart to need no room for both.
        """
        return pd.DataFrame({name: column.joined() for name, column in self._columns.items()}, copy=False)


def to_frame(records: Iterable[dict[str, Any]]) -> pd.DataFrame:
    """Return cells' dictionaries as a frame: text as ``str``, undefined numbers as NaN (whole ones as ``NA``).

    A zero byte in a text becomes U+FFFD: pandas' strings that hold one are not even equal to themselves.
    """
    columns = Columns()
    columns.add([tuple(record[name] for name in CELL_FIELDS) for record in records])
    return columns.frame()


class _Column(Protocol):
    def add(self, values: Sequence[Any]) -> None: ...
    def parts(self) -> dict[str, NDArray[Any]]: ...
    def extend(self, parts: Mapping[str, NDArray[Any]]) -> None: ...
    def joined(self) -> Any: ...


class _Numbers:
    """Numbers of one dtype; in floats None is NaN."""

    def __init__(self, dtype: type[np.generic]) -> None:
        self._room, self._used = np.empty(0, dtype), 0

    def add(self, values: Sequence[Any]) -> None:
        try:
            numbers = np.fromiter(values, self._room.dtype, len(values))  # faster, and refuses None
        except TypeError:
            numbers = np.array(values, self._room.dtype)
        self.put(numbers)

    def put(self, numbers: NDArray[Any]) -> None:
        end = self._used + len(numbers)
        if end > len(self._room):
            self._room.resize(max(end, len(self._room) * 5 // 4), refcheck=False)
        self._room[self._used : end] = numbers
        self._used = end

    def parts(self) -> dict[str, NDArray[Any]]:
        return {"numbers": self._room[: self._used]}

    def extend(self, parts: Mapping[str, NDArray[Any]]) -> None:
        self.put(parts["numbers"])

    def joined(self) -> NDArray[Any]:
        self._room.resize(self._used, refcheck=False)
        return self._room


class _WholeOrUndefined:
    """Whole numbers of 64 bits, of which some may be None."""

    def __init__(self) -> None:
        self._values, self._gaps = _Numbers(np.int64), _Numbers(np.bool_)

    def add(self, values: Sequence[int | None]) -> None:
        gaps = None in values
        self._values.add([value or 0 for value in values] if gaps else values)
        self._gaps.put(np.array([value is None for value in values]) if gaps else np.zeros(len(values), np.bool_))

    def parts(self) -> dict[str, NDArray[Any]]:
        return {"values": self._values.parts()["numbers"], "gaps": self._gaps.parts()["numbers"]}

    def extend(self, parts: Mapping[str, NDArray[Any]]) -> None:
        self._values.put(parts["values"])
        self._gaps.put(parts["gaps"])

    def joined(self) -> Any:
        return pd.arrays.IntegerArray(self._values.joined(), self._gaps.joined())


class _Texts:
    """Texts; each distinct one is held once."""

    def __init__(self) -> None:
        self._known = _Known()
        self._codes = _Numbers(np.int32)

    def add(self, values: Sequence[str]) -> None:
        self._codes.put(np.fromiter(map(self._known.__getitem__, values), np.int32, len(values)))

    def parts(self) -> dict[str, NDArray[Any]]:
        texts = msgspec.json.encode(list(self._known))
        return {"codes": self._codes.parts()["numbers"], "texts": np.frombuffer(texts, np.uint8)}

    def extend(self, parts: Mapping[str, NDArray[Any]]) -> None:
        texts = msgspec.json.decode(parts["texts"].tobytes(), type=list[str])
        mine = np.fromiter(map(self._known.__getitem__, texts), np.int32, len(texts))
        self._codes.put(mine[parts["codes"]])

    def joined(self) -> Any:
        return pd.Series(self._known.texts()[self._codes.joined()], dtype=str, copy=False)


class _Known(dict[str, int]):
    """From a text to its number, counted from 0 in the order in which they come."""

    def __missing__(self, text: str) -> int:
        self[text] = number = len(self)
        return number

    def texts(self) -> NDArray[np.object_]:
        """Return the texts by their numbers."""
        return np.array([text.replace("\0", "\N{REPLACEMENT CHARACTER}") for text in self], dtype=np.object_)


def _column(allowed: tuple[type, ...]) -> _Column:
    if float in allowed:
        return _Numbers(np.float64)
    if int in allowed:
        return _WholeOrUndefined() if type(None) in allowed else _Numbers(np.int64)
    return _Texts()
