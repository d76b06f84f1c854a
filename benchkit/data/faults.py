"""The one shape of a complaint about data: where, got, expected, next step."""

from __future__ import annotations

from benchkit.errors import DataError


def fault(where: object, *, got: str, expected: str, next_step: str) -> DataError:
    """Return the error to raise.

    Args:
        where: the path, or what the data is called when it has no path.
        got: what was found there, without a full stop.
        expected: what should have been there, without a full stop.
        next_step: a whole sentence: the command or the change that mends it.
    """
    return DataError(f"{where}: got {got}; expected {expected}. {next_step}")
