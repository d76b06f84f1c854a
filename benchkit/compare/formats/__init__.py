"""Writing a comparison: for the terminal, for GitHub, as JSON and for whoever reads JUnit."""

from __future__ import annotations

from benchkit.compare.comparison import Comparison
from benchkit.errors import UsageError, did_you_mean

FORMATS = ("text", "github", "json", "junit")


def render(comparison: Comparison, form: str = "text") -> str:
    """Return a comparison as text in one of ``FORMATS``.

    Raises:
        UsageError: another format.
    """
    from benchkit.compare.formats import github, json_document, junit, terminal

    writers = {
        "text": terminal.render, "github": github.render, "json": json_document.render, "junit": junit.render,
    }  # fmt: skip
    if form not in writers:
        raise UsageError(
            f"compare: format: got {form!r}; expected one of {', '.join(FORMATS)}.{did_you_mean(form, FORMATS)}"
        )
    return writers[form](comparison)
