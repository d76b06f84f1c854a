"""The files of a new distribution, from the templates beside this module."""

from __future__ import annotations

from pathlib import Path

from benchkit import __version__
from benchkit.contract import API_VERSION
from benchkit.scaffold.naming import Names

_TEMPLATES = Path(__file__).with_name("templates")


def files_of(names: Names) -> dict[str, str]:
    """Return the text of each file of a distribution by its path in it."""
    sources = {
        "pyproject.toml": "pyproject.toml",
        f"{names.module}.py": f"{names.kind}.py",
        "tests/test_conformance.py": "test_conformance.py",
        "README.md": "README.md",
        ".github/workflows/test.yml": "test.yml",
        ".gitignore": "gitignore",
    }
    return {path: rendered(source, names) for path, source in sources.items()}


def rendered(template: str, names: Names, **more: str) -> str:
    """Return a template's text with the names in their places."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # only here: no other command needs it

    environment = Environment(  # noqa: S701 - what is made is no HTML, and the names are checked
        loader=FileSystemLoader(_TEMPLATES),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    words = {"names": names, "version": __version__, "api_version": API_VERSION, **more}
    return environment.get_template(f"{template}.j2").render(words)
