"""Writes docs/commands.md and docs/reference.md from the code; ``--check`` fails where a copy is stale.

Everything that a user or an author of plugins may name stands there: commands and their options, hooks, doors, errors,
metrics, columns, checks.
"""

from __future__ import annotations

import ast
import copy
import importlib
import inspect
import re
import sys
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path
from types import ModuleType

import click

from benchkit import errors, hookspecs, testing
from benchkit.cli import benchkit
from benchkit.measure.metrics import METRICS, Metric
from benchkit.registry import KINDS
from benchkit.results.cell import STATUSES, Cell

DOCS = Path(__file__).parent
PUBLIC = (
    "benchkit", "benchkit.data", "benchkit.training", "benchkit.testing", "benchkit.measure.metrics",
    "benchkit.measure.ranking", "benchkit.measure.threshold",
)  # fmt: skip
"""What plugins and users import from."""

WRITTEN = "<!-- Written by docs/generate.py from the code: `make docs`. -->"
_WIDTH = 100


def commands() -> str:
    """Return the help of every command, as the shell shows it."""
    parts = ["# Commands", WRITTEN, "What each command's `--help` says."]
    for name, command in _commands(benchkit, "benchkit"):
        parts += [f"## {name}", f"```text\n{_help(command, name)}\n```"]
    return "\n\n".join(parts) + "\n"


def _commands(command: click.Command, name: str) -> Iterator[tuple[str, click.Command]]:
    yield name, command
    if isinstance(command, click.Group):
        context = click.Context(command, info_name=name)
        for inner in command.list_commands(context):
            found = command.get_command(context, inner)
            if found is not None:
                yield from _commands(found, f"{name} {inner}")


def _help(command: click.Command, name: str) -> str:
    command = copy.copy(command)
    command._help_option = None  # click keeps the first that it made, be it from a call that knew no -h
    settings = {"help_option_names": ["-h", "--help"]}
    context = click.Context(command, info_name=name, terminal_width=_WIDTH, max_content_width=_WIDTH, **settings)
    return "\n".join(line.rstrip() for line in command.get_help(context).splitlines())


def reference() -> str:
    """Return every public name with the first paragraph of its documentation, and every column of a cell."""
    parts = ["# Reference", WRITTEN, "The doors are explained in [plugins/README.md](../plugins/README.md)."]
    parts += ["## Hooks", "Entry-point group `benchkit`; marked with `@benchkit.hookimpl`.", "\n".join(_hooks())]
    parts += ["## Errors", "\n".join(_errors())]
    parts += ["## Metrics", _metrics(), "## Columns", _columns()]
    parts += ["## Statuses of a cell", ", ".join(f"`{status}`" for status in STATUSES) + "."]
    parts += [
        "## Checks",
        "What `benchkit check` and `benchkit.testing` look at, and what each protects from.",
        *_checks(),
    ]
    for name in PUBLIC:
        module = importlib.import_module(name)
        entries = "\n".join(_entry(module, each) for each in _names(module))
        parts += [f"## `{name}`", _summary(module), entries]
    return "\n\n".join(parts) + "\n"


def _hooks() -> Iterator[str]:
    for name, function in inspect.getmembers(hookspecs, inspect.isfunction):
        if name.startswith("benchkit_"):
            yield f"- `{name}() -> {function.__annotations__['return']}`: {_summary(function)}"


def _errors() -> Iterator[str]:
    for name, kind in inspect.getmembers(errors, inspect.isclass):
        if issubclass(kind, Exception):
            status = getattr(kind, "exit_status", None)
            ends = f" Ends a command with {status}." if status is not None else ""
            yield f"- `{name}`: {_summary(kind)}{ends}"


def _metrics() -> str:
    rows = [
        f"| `{name}` | {metric.title} | {_direction(metric)} | {_depends(metric)} |" for name, metric in METRICS.items()
    ]
    return "\n".join(["| name | heading | better | depends on |", "|---|---|---|---|", *rows])


def _direction(metric: Metric) -> str:
    return "higher" if metric.higher_is_better else "lower"


def _depends(metric: Metric) -> str:
    named = (("the threshold", metric.at_threshold), ("the prevalence", metric.at_prevalence))
    return " and ".join(name for name, holds in named if holds) or "the scores alone"


def _columns() -> str:
    section = inspect.getdoc(Cell).partition("Attributes:\n")[2]  # type: ignore[union-attr]
    entries = re.findall(r"^ {4}(\w+): (.*(?:\n {8}.*)*)", section, re.MULTILINE)
    return "\n".join(f"- `{name}`: {_one_line(text)}" for name, text in entries)


def _checks() -> Iterator[str]:
    for kind in KINDS:
        checks = getattr(testing, f"{kind.name.upper()}_CHECKS")
        yield "\n".join([f"### {kind.name}", "", *(f"- `{each.name}`: {each.protects}" for each in checks)])


def _names(module: ModuleType) -> list[str]:
    """Return what a module offers: what it lists, or what it defines under a name without an underscore."""
    own = [name for name, thing in vars(module).items() if getattr(thing, "__module__", "") == module.__name__]
    names = getattr(module, "__all__", own)
    return sorted(name for name in names if not name.startswith("_") and not name.endswith("_CHECKS"))


def _entry(module: ModuleType, name: str) -> str:
    return f"- `{name}`: {_summary(getattr(module, name), module, name)}"


def _summary(thing: object, module: ModuleType | None = None, name: str = "") -> str:
    """Return the first paragraph of what is written about a thing, on one line."""
    is_documented = inspect.isroutine(thing) or inspect.isclass(thing) or inspect.ismodule(thing)
    text = inspect.getdoc(thing) if is_documented else _constant(name)
    if not text:
        raise SystemExit(f"docs/generate.py: {module.__name__ if module else ''}.{name}: nothing is written about it")
    return _one_line(text.partition("\n\n")[0])


def _one_line(text: str) -> str:
    return " ".join(text.split()).replace("``", "`")


@cache
def _constant(name: str) -> str:
    """Return the string below the assignment of a constant, wherever in the core that is."""
    for path in sorted((DOCS.parent / "benchkit").rglob("*.py")):
        body = ast.parse(path.read_text(encoding="utf-8")).body
        for node, after in pairwise(body):
            targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
            named = any(isinstance(target, ast.Name) and target.id == name for target in targets)
            if named and isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant):
                return inspect.cleandoc(str(after.value.value))
    return ""


def main() -> None:
    """Write both, or say which one is stale."""
    stale = []
    for file, made in (("commands.md", commands()), ("reference.md", reference())):
        path = DOCS / file
        if "--check" not in sys.argv:
            path.write_text(made, encoding="utf-8")
        elif not path.exists() or path.read_text(encoding="utf-8") != made:
            stale.append(file)
    if stale:
        raise SystemExit(f"docs/generate.py: {', '.join(stale)}: not what the code says. Run `make docs`.")


if __name__ == "__main__":
    main()
