"""The lines of ``cells.jsonl`` as rows: in C where a line is as a run writes it, else by the rules of ``record``.

The fast way accepts nothing that the exact one refuses, and makes the same of what it accepts: it reads cells of one
schema with exactly that schema's keys, texts that are UTF-8, and numbers of 64 bits. Every other line, be it odd or
damaged, is left to ``check_cell``, which knows what is legal and what to say of what is not.
"""

from __future__ import annotations

import typing
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec

from benchkit.results.cell import ADDED, CELL_FIELDS, SCHEMA_VERSION, Cell
from benchkit.results.record import DEFAULTS, OLDEST, check_cell, parse_json

Row = tuple[Any, ...]
"""The values of one cell, in the order of ``CELL_FIELDS``."""

_Decode = Callable[[bytes], msgspec.Struct]

_WHOLE = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]
# A whole number may stand for a float and would be one then: beyond 64 bits it is refused, and a float is not.
_FINITE = Annotated[float, msgspec.Meta(gt=-(2.0**63), lt=2.0**63)]
_NARROWED: dict[Any, Any] = {int: _WHOLE, float: _FINITE, int | None: _WHOLE | None, float | None: _FINITE | None}
_REFUSED = (msgspec.DecodeError, UnicodeDecodeError)


def rows_of(lines: Sequence[bytes], *, path: Path, first: int) -> list[Row]:
    """Return the cells that lines hold; blank lines hold none.

    Args:
        lines: as they lie in the file, with or without their line breaks.
        path: the file, for the message.
        first: number of the first of the lines, counted from 1.

    Raises:
        StoreError: a line is not a cell; names file, line, field, what was found and what was expected.
    """
    for decode in _DECODERS:
        try:
            return list(map(msgspec.structs.astuple, map(decode, lines)))
        except _REFUSED:
            pass
    return [
        _row(line, where=f"{path}, line {number}") for number, line in enumerate(lines, start=first) if line.strip()
    ]


def exact_row(line: bytes, *, where: str) -> Row:
    """Return the cell that a line holds, checked field by field.

    Raises:
        StoreError: it is not a cell.
    """
    return tuple(check_cell(parse_json(line.removesuffix(b"\n"), where=where), where=where).values())


def _row(line: bytes, *, where: str) -> Row:
    for decode in _DECODERS:
        try:
            return msgspec.structs.astuple(decode(line))
        except _REFUSED:
            pass
    return exact_row(line, where=where)


def _decoder(version: int) -> _Decode:
    """Return what reads the cells of one schema version, and no others."""
    hints = typing.get_type_hints(Cell)
    kinds = {name: _NARROWED.get(hints[name], hints[name]) for name in CELL_FIELDS} | {"schema": Literal[version]}
    fields: list[Any] = [
        (name, kinds[name], DEFAULTS[name]) if ADDED.get(name, OLDEST) > version else (name, kinds[name])
        for name in CELL_FIELDS
    ]
    kind = msgspec.defstruct(f"CellOfSchema{version}", fields, kw_only=True, forbid_unknown_fields=True, gc=False)
    return msgspec.json.Decoder(kind).decode


_DECODERS: tuple[_Decode, ...] = tuple(_decoder(version) for version in range(SCHEMA_VERSION, OLDEST - 1, -1))
"""The newest schema first."""
