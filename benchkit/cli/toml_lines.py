"""In which line of a TOML file something stands."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from typing import Any


def line_of(text: str, keys: Sequence[str]) -> int:
    """Return the number of the line in which a key begins, counted from 1; 0 where it is not there.

    The file is read as far as one line after the other: the key stands behind the longest beginning that is TOML and
    lacks it.

    Args:
        text: TOML that can be read as a whole.
        keys: from the outermost table to the key itself, such as ``("set", "pixel-ae", "epochs")``.
    """
    lines, lacking = text.replace("\r\n", "\n").split("\n"), 0
    for number in range(1, len(lines) + 1):
        content = _read("\n".join(lines[:number]))
        if content is None:
            continue
        if _holds(content, keys):
            return lacking + 1
        lacking = number
    return 0


def _read(text: str) -> dict[str, Any] | None:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return None  # in the midst of a value of several lines


def _holds(content: Any, keys: Sequence[str]) -> bool:
    for key in keys:
        if not isinstance(content, dict) or key not in content:
            return False
        content = content[key]
    return True
