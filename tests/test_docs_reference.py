"""docs/commands.md and docs/reference.md: written from the code, complete, not stale."""

from __future__ import annotations

import importlib.util
import inspect
import re
from pathlib import Path
from types import ModuleType

import pytest

import benchkit
from benchkit import errors, hookspecs
from benchkit.cli import _COMMANDS
from benchkit.measure.metrics import METRICS
from benchkit.results import CELL_FIELDS

DOCS = Path(__file__).parents[1] / "docs"


@pytest.fixture(scope="module")
def generate() -> ModuleType:
    """The script that writes them."""
    spec = importlib.util.spec_from_file_location("docs_generate", DOCS / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", ["commands", "reference"])
def test_the_copy_is_what_the_code_says(generate: ModuleType, name: str) -> None:
    """Where help or a docstring has changed, `make docs` has to be run."""
    assert (DOCS / f"{name}.md").read_text(encoding="utf-8") == getattr(generate, name)()


def test_a_stale_copy_is_named(generate: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """--check ends with the file's name, and writes nothing."""
    monkeypatch.setattr(generate, "DOCS", tmp_path)
    monkeypatch.setattr(generate, "commands", lambda: "new")
    monkeypatch.setattr(generate, "reference", lambda: "same")
    (tmp_path / "commands.md").write_text("old")
    (tmp_path / "reference.md").write_text("same")
    monkeypatch.setattr("sys.argv", ["generate.py", "--check"])
    with pytest.raises(SystemExit, match=r"commands\.md: not what the code says"):
        generate.main()
    assert (tmp_path / "commands.md").read_text() == "old"


def entries(section: str) -> set[str]:
    """Return the names that a section of the reference lists."""
    text = (DOCS / "reference.md").read_text(encoding="utf-8")
    body = text.partition(f"\n## {section}\n")[2].partition("\n## ")[0]
    return set(re.findall(r"^(?:- |\| )`(\w+)", body, re.MULTILINE))


def test_every_hook_error_metric_and_column_is_documented() -> None:
    """What is missing in the reference fails here, whoever wrote it."""
    hooks = {name for name in vars(hookspecs) if name.startswith("benchkit_")}
    raised = {name for name, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, Exception)}
    assert entries("Hooks") == hooks
    assert entries("Errors") == raised
    assert entries("Metrics") == set(METRICS)
    assert entries("Columns") == set(CELL_FIELDS)
    assert entries("`benchkit`") == set(benchkit.__all__)


def test_every_command_is_documented() -> None:
    """Each has a section with its help."""
    sections = set(re.findall(r"^## benchkit ([\w-]+)$", (DOCS / "commands.md").read_text(), re.MULTILINE))
    assert sections == set(_COMMANDS)


@pytest.mark.parametrize("name", ["README.md", "plugins/README.md"])
def test_the_reference_can_be_found(name: str) -> None:
    """From where a newcomer begins."""
    text = (DOCS.parent / name).read_text(encoding="utf-8")
    assert "docs/reference.md" in text
    assert "docs/commands.md" in text
