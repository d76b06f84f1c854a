"""Histories as text: for the terminal, GitHub, spreadsheets and programs.

Names of runs, detectors and settings may come from strangers; each format escapes them for itself.
"""

from __future__ import annotations

from collections.abc import Callable

from benchkit.errors import UsageError, did_you_mean
from benchkit.history.formats import github, json_document, terminal, tidy
from benchkit.history.series import History

_RENDERERS: dict[str, Callable[[History], str]] = {
    "text": terminal.render,
    "github": github.render,
    "csv": tidy.render,
    "json": json_document.render,
}

FORMATS: tuple[str, ...] = tuple(_RENDERERS)
"""What ``render`` can write."""


def render(history: History, form: str = "text") -> str:
    """Return a history as text, which ends with a line break.

    Args:
        history: to be written.
        form: ``text`` (terminal), ``github`` (Markdown), ``csv`` (tidy: one line a point) or ``json``.

    Raises:
        UsageError: there is no such format.
    """
    if form not in _RENDERERS:
        raise UsageError(
            f"history: got the format {form!r}; expected one of {', '.join(FORMATS)}.{did_you_mean(form, FORMATS)}"
        )
    return _RENDERERS[form](history)
