"""The files of a new distribution."""

from __future__ import annotations

import ast
import importlib.util
import subprocess
import sys
import tomllib
from pathlib import Path

import jinja2
import pytest

import benchkit
from benchkit.registry import KINDS, load_registry
from benchkit.scaffold.naming import Names, names_of
from benchkit.scaffold.rendering import files_of, rendered

each_kind = pytest.mark.parametrize("kind", [kind.name for kind in KINDS])


def lines_of_code(source: str) -> int:
    """Count lines that are no docstring, comment or blank."""
    tree = ast.parse(source)
    owners = [each for each in ast.walk(tree) if isinstance(each, (ast.Module, ast.ClassDef, ast.FunctionDef))]
    for owner in owners:
        if ast.get_docstring(owner) is not None:
            owner.body = owner.body[1:] or [ast.Pass()]
    kept = {node.lineno for node in ast.walk(tree) if hasattr(node, "lineno")}
    return len(kept)


@each_kind
def test_the_module_offers_one_object_of_the_name(kind: str, tmp_path: Path) -> None:
    """As a plugin it is sound; it says for which version of the doors it was written."""
    names = names_of(kind, "mine")
    path = tmp_path / f"{names.module}.py"
    path.write_text(files_of(names)[path.name])
    registry = load_registry(files=[path], rules=["no:benchkit"])
    (record,) = [record for record in registry.plugins if record.plugin == path.name]
    assert (record.kind, record.name, record.state) == (kind, "mine", "ok")
    assert f"\nbenchkit_api_version = {benchkit.API_VERSION}\n" in path.read_text()


@each_kind
def test_the_module_is_short(kind: str) -> None:
    """Something to read in a minute and to write over: 11 to 25 lines of code."""
    names = names_of(kind, "mine")
    assert 11 <= lines_of_code(files_of(names)[f"{names.module}.py"]) <= 25


@each_kind
def test_the_metadata_announces_the_module(kind: str) -> None:
    """What pip and benchkit read in pyproject.toml."""
    project = tomllib.loads(files_of(names_of(kind, "my-own"))["pyproject.toml"])["project"]
    assert project["name"] == "benchkit-my-own"
    assert project["entry-points"]["benchkit"] == {"my-own": "benchkit_my_own"}
    assert project["dependencies"] == [f"benchkit>={benchkit.__version__}"]
    assert project["requires-python"] == ">=3.11"
    assert [each.partition(">")[0] for each in project["optional-dependencies"]["test"]] == ["pytest"]
    assert "license" not in project


@each_kind
@pytest.mark.parametrize("name", ["mine", "n" * 40])
def test_every_file_is_complete_and_ends_its_last_line(kind: str, name: str) -> None:
    """No line is longer than 120 letters with the longest name, no placeholder is left, no line ends with a blank."""
    for path, text in files_of(names_of(kind, name)).items():
        assert text.endswith("\n"), path
        assert not text.endswith("\n\n"), path
        assert "{{" not in text, path
        assert "{%" not in text, path
        assert not any(line != line.rstrip() for line in text.splitlines()), path
        longest = max(len(line) for line in text.splitlines())
        assert longest <= 120 or path.endswith((".md", ".toml")), path


@each_kind
def test_what_is_written_passes_a_linter(kind: str, tmp_path: Path) -> None:
    """Imports in order, docstrings, annotations that are up to date: what a stranger's own rules may ask."""
    if importlib.util.find_spec("ruff") is None:
        pytest.skip("needs ruff")
    names = names_of(kind, "mine")
    for path, text in files_of(names).items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    rules = ["--select", "E,F,I,W,UP,B,SIM,RUF", "--ignore", "RUF001,RUF002", "--line-length", "120"]
    command = [sys.executable, "-m", "ruff", "check", "--isolated", *rules, "."]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_a_word_that_a_template_lacks_is_an_error() -> None:
    """A misspelt placeholder would be an empty string otherwise."""
    with pytest.raises(jinja2.UndefinedError, match="place"):
        rendered("next_steps", Names("detector", "mine"))
