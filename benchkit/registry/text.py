"""Words for what plugins did: printable on any terminal, one paragraph, with the place."""

from __future__ import annotations

import traceback
from pathlib import Path

_OURS = Path(__file__).parents[1]
_STANDARD = Path(traceback.__file__).parent
_INSTALLED = ("site-packages", "dist-packages")  # folders in the standard library's that hold what is not of it

_MACHINERY = frozenset({"importlib", "importlib_metadata", "pluggy"})
"""What imports plugins and calls them; the second, where a package brings it, takes the place of the standard one."""

_MOST_SAID = 2000


def printable(text: str) -> str:
    r"""Return ``text`` as one line: white space collapsed, control characters escaped (``\\x1b``)."""
    return _escaped(" ".join(text.split()))


def printable_lines(text: str) -> str:
    """Return ``text`` with its lines and indents, control characters escaped; of a line written over, what was left."""
    return "\n".join(_escaped(line.rstrip("\r").rpartition("\r")[2].expandtabs()) for line in text.split("\n"))


def shortened(text: str) -> str:
    """Return as much of a stranger's message as is shown: it may hold a whole array."""
    return text if len(text) <= _MOST_SAID else text[:_MOST_SAID] + " …"


def _escaped(line: str) -> str:
    return "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in line)


def describe_failure(error: BaseException, file: str = "") -> str:
    """Return the last line of an exception's traceback and where it was raised, as ``file:line``.

    Args:
        error: the exception.
        file: what to name where the traceback tells no place outside benchkit.
    """
    last = printable(shortened(traceback.format_exception_only(error)[-1]))
    place = _place(error) or file
    return f"{last} ({place})" if place else last


def _place(error: BaseException) -> str:
    if isinstance(error, SyntaxError) and error.filename:
        return printable(f"{error.filename}:{error.lineno}")
    frames = traceback.extract_tb(error.__traceback__)
    theirs = [frame for frame in frames if not _is_machinery(frame.filename)]
    return printable(f"{theirs[-1].filename}:{theirs[-1].lineno}") if theirs else ""


def _is_machinery(filename: str) -> bool:
    path = Path(filename)
    ours = filename.startswith("<") or _OURS in path.parents  # "<string>": what dataclasses write
    return ours or _is_standard(path) or not _MACHINERY.isdisjoint(path.parts)


def _is_standard(path: Path) -> bool:
    """Return whether a file is the standard library's: who called it is at fault."""
    return _STANDARD in path.parents and not any(part in _INSTALLED for part in path.parts)
