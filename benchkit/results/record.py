"""Checking one stored line: is it a cell of this schema?"""

from __future__ import annotations

import dataclasses
import json
import math
import typing
from typing import Any

from benchkit.errors import StoreError
from benchkit.results.cell import ADDED, CELL_FIELDS, SCHEMA_VERSION, STATUSES, Cell

_HINTS = typing.get_type_hints(Cell)
_INT64 = 2**63

OLDEST = 1
"""The first schema version."""

DEFAULTS = {field.name: field.default for field in dataclasses.fields(Cell) if field.name in ADDED}
"""What the fields that came later are in a cell that was written before."""

FIELD_TYPES: dict[str, tuple[type, ...]] = {
    name: typing.get_args(_HINTS[name]) if type(None) in typing.get_args(_HINTS[name]) else (_HINTS[name],)
    for name in CELL_FIELDS
    if name != "status"
} | {"status": (str,)}
"""For each field of a cell the types it may have; ``NoneType`` among them where it may be undefined."""


def parse_json(raw: bytes, *, where: str) -> dict[str, Any]:
    """Parse one JSON object; NaN and Infinity, which are not JSON, are refused.

    Raises:
        StoreError: ``raw`` is not UTF-8, not JSON, or not an object; names ``where``.
    """
    try:
        value = json.loads(raw.decode("utf-8"), parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise StoreError(
            f"{where}: got {_shown(raw)}, which is not JSON ({error}); expected one JSON object. The file was damaged: "
            "restore it from a copy, or run the benchmark again."
        ) from error
    if not isinstance(value, dict):
        raise StoreError(
            f"{where}: got {_shown(raw)}; expected one JSON object. Restore the file from a copy, or run again."
        )
    return value


def check_schema(record: dict[str, Any], *, where: str) -> None:
    """Refuse a record of another schema version.

    Raises:
        StoreError: it was written by an older, or by a newer benchkit, or says neither.
    """
    version = record.get("schema")
    if isinstance(version, bool) or not isinstance(version, int):
        raise StoreError(
            f"{where}: got schema {version!r}; expected a whole number ({SCHEMA_VERSION} in this benchkit). "
            "It is not a benchkit result, or it was damaged."
        )
    if version > SCHEMA_VERSION:
        raise StoreError(
            f"{where}: was written by a newer benchkit (schema {version}; this one reads {SCHEMA_VERSION}). "
            "Upgrade benchkit to read it: pip install --upgrade benchkit."
        )
    if version < OLDEST:
        raise StoreError(
            f"{where}: was written by an older benchkit (schema {version}; this one reads {SCHEMA_VERSION}). "
            "Read it with the benchkit that wrote it, or run the benchmark again with this one."
        )


def check_cell(record: dict[str, Any], *, where: str) -> dict[str, Any]:
    """Return the fields of a cell, in order, without keys that this benchkit does not know.

    Raises:
        StoreError: another schema version, a missing key, a value of the wrong type or not finite.
    """
    check_schema(record, where=where)
    record = _upgraded(record)
    missing = [name for name in CELL_FIELDS if name not in record]
    if missing:
        raise StoreError(
            f"{where}: got a cell without {', '.join(missing)}; expected every field of schema {SCHEMA_VERSION}. "
            "The line was edited or damaged: restore the file from a copy, or run again."
        )
    for name in CELL_FIELDS:
        if not _fits(name, record[name]):
            raise StoreError(
                f"{where}: got {name}={_shown(repr(record[name]).encode())}; expected {_expected(name)}. "
                "The line was edited or damaged: restore the file from a copy, or run again."
            )
    return {name: _clean(record[name]) for name in CELL_FIELDS}


def _upgraded(record: dict[str, Any]) -> dict[str, Any]:
    """Give a cell of an older schema the fields that came later; ``schema`` keeps saying what was written."""
    later = {name: DEFAULTS[name] for name, since in ADDED.items() if since > record["schema"]}
    return {**later, **record}


def _fits(name: str, value: Any) -> bool:
    allowed = FIELD_TYPES[name]
    if isinstance(value, bool):
        return bool in allowed
    if name == "status":
        return value in STATUSES if isinstance(value, str) else False
    if isinstance(value, int):
        return -_INT64 <= value < _INT64 and (int in allowed or float in allowed)
    if isinstance(value, float):
        return float in allowed and math.isfinite(value)
    return isinstance(value, allowed)


def _expected(name: str) -> str:
    if name == "status":
        return "one of " + ", ".join(STATUSES)
    words = {str: "text", int: "a whole number of 64 bits", float: "a finite number", type(None): "null"}
    return " or ".join(words[kind] for kind in FIELD_TYPES[name])


def _clean(value: Any) -> Any:
    """A half surrogate pair, which JSON can spell and UTF-8 cannot, becomes a question mark."""
    return value.encode("utf-8", errors="replace").decode() if isinstance(value, str) else value


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not a JSON number")


def _shown(raw: bytes) -> str:
    text = ascii(raw[:60].decode("utf-8", errors="replace"))
    return text + ("…" if len(raw) > 60 else "")
