"""From a run to a file that shows it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from benchkit import __version__
from benchkit.errors import UsageError
from benchkit.page.again import command_of
from benchkit.page.charts import specifications
from benchkit.page.choice import Choice
from benchkit.page.data import boards_of, lacks_of
from benchkit.page.embedding import content_policy, json_block, script_block
from benchkit.page.provenance import facts_of, others_of, plugins_of, problems_of
from benchkit.page.vega import vega_script
from benchkit.report.formats.parts import one_line
from benchkit.results import StoredRun
from benchkit.results.atomic import refusals_of, write_atomically

PAGE = "index.html"
"""Name of the file."""

_TEMPLATES = Path(__file__).with_name("templates")


def write_page(run: StoredRun, folder: Path, choice: Choice) -> Path:
    """Write the page of a run; an earlier one is replaced.

    Args:
        run: what it shows.
        folder: where it goes; made where there is none.
        choice: which pairs get pictures.

    Returns:
        The file.

    Raises:
        UsageError: the choice names what is not there, ``folder`` is a file, or the extra ``report`` is not installed.
        StoreError: the file cannot be written.
    """
    vega = vega_script()  # asked for first: without it there is no page
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"report: got --out {folder}, which is a file; expected a folder. Name another one.")
    text = page_of(run, choice, vega=vega)
    with refusals_of(folder):
        folder.mkdir(parents=True, exist_ok=True)
    path = folder / PAGE
    write_atomically(path, lambda file: file.write(text.encode("utf-8", errors="replace")))
    return path


def page_of(run: StoredRun, choice: Choice, *, vega: str) -> str:
    """Return the page of a run as text; arguments and errors as ``write_page``."""
    boards = boards_of(run, choice)
    script, vega = script_block(_source("page.js")), script_block(vega)
    style = _source("page.css").strip()
    words = {
        "title": one_line(run.folder.absolute().name),
        "version": __version__,
        "boards": boards,
        "lacks": lacks_of(boards),
        "facts": facts_of(run),
        "plugins": plugins_of(run),
        "others": others_of(run),
        "problems": problems_of(run),
        "again": one_line(command_of(run.manifest)),
        "policy": content_policy(scripts=(script, vega), style=style),
    }
    safe = {"style": style, "script": script, "vega": vega, "data": json_block(_drawn(boards))}
    return _rendered(words, safe)


def _source(name: str) -> str:
    return (_TEMPLATES / name).read_text(encoding="utf-8").replace("\r\n", "\n")


def _drawn(boards: list[dict[str, Any]]) -> dict[str, Any]:
    """Return what the script draws from; what stands in the page's text is not said twice."""
    kept = ("heat", "front", "losses", "pairs")
    return {"specs": specifications(), "boards": [{name: board[name] for name in kept} for board in boards]}


def _rendered(words: dict[str, Any], safe: dict[str, str]) -> str:
    """Return the template with its words escaped, but for the parts that are known to be safe where they stand."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    parts = {name: Markup(text) for name, text in safe.items()}  # noqa: S704 - made so by benchkit.page.embedding
    return environment.get_template("page.html.j2").render(**words, **parts)
