"""Leaderboards as text: for the terminal, GitHub, LaTeX, spreadsheets, programs and browsers.

Every name and reason may come from a stranger's plugin; each format escapes them for itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from benchkit.errors import UsageError, did_you_mean
from benchkit.report.formats import github, html_page, json_document, latex, terminal, tidy
from benchkit.report.leaderboard import Leaderboard

_RENDERERS: dict[str, Callable[[Sequence[Leaderboard]], str]] = {
    "text": terminal.render,
    "github": github.render,
    "latex": latex.render,
    "csv": tidy.render,
    "json": json_document.render,
    "html": html_page.render,
}

FORMATS: tuple[str, ...] = tuple(_RENDERERS)
"""What ``render`` can write."""


def render(leaderboards: Sequence[Leaderboard], form: str = "text", *, colour: bool = False) -> str:
    """Return leaderboards as text, which ends with a line break.

    Args:
        leaderboards: in the order in which they are to stand.
        form: ``text`` (terminal), ``github`` (Markdown tables), ``latex`` (booktabs tables), ``csv`` (tidy: one line a
            detector and anomaly), ``json`` or ``html`` (a page of its own).
        colour: ``text`` for a terminal that has colours: shares on a ground that is light where they are good.

    Raises:
        UsageError: there is no such format.
    """
    if check_format(form) == "text":
        return terminal.render(leaderboards, colour=colour)
    return _RENDERERS[form](leaderboards)


def check_format(form: str) -> str:
    """Return ``form`` unchanged if ``render`` can write it; asked before a long run, not after it.

    Raises:
        UsageError: there is no such format.
    """
    if form not in _RENDERERS:
        raise UsageError(
            f"table: got the format {form!r}; expected one of {', '.join(FORMATS)}.{did_you_mean(form, FORMATS)}"
        )
    return form
