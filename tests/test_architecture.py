"""The tree of layers, what plugins may import, and what may stand nowhere."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchkit.registry import load_registry

ROOT = Path(__file__).parents[1]

LAYERS = (
    {"errors"},
    {"exchange", "ranges"},
    {"contract"},
    {"hookspecs", "randomness", "showing"},
    {"data", "measure", "training"},
    {"registry", "results"},
    {"runner"},
    {"display", "report", "scaffold", "testing", "verify"},
    {"page", "pictures"},
    {"compare"},
    {"history"},
    {"api"},
    {"cli"},
)
"""A module imports only from its own package and from the layers above it in this table."""

OFF_LIMITS = {
    "runner",
    "registry",
    "results",
    "display",
    "pictures",
    "page",
    "report",
    "scaffold",
    "testing",
    "verify",
    "compare",
    "history",
    "cli",
    "api",
}
"""What plugins do not import: the doors, errors, data, measure and training are theirs."""

HEAVY = {"torch", "pandas", "matplotlib", "sklearn", "scipy"}

CORE = sorted((ROOT / "benchkit").rglob("*.py"))
PLUGINS = sorted((ROOT / "plugins").glob("*/benchkit_*/**/*.py"))
OTHERS = sorted([*(ROOT / "tests").rglob("*.py"), *(ROOT / "benchmarks").rglob("*.py")])


def label(path: Path) -> str:
    """Name a test after the file."""
    return path.relative_to(ROOT).as_posix()


each_core_module = pytest.mark.parametrize("path", CORE, ids=label)
each_plugin_module = pytest.mark.parametrize("path", PLUGINS, ids=label)
each_shipped_module = pytest.mark.parametrize("path", CORE + PLUGINS, ids=label)


def parse(path: Path) -> ast.Module:
    """Parse a module."""
    return ast.parse(path.read_text(encoding="utf-8"))


def imports(path: Path) -> Iterator[str]:
    """Yield what a module imports, anywhere in it, as dotted names: ``from a import b`` is ``a.b``."""
    for node in ast.walk(parse(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import; write the package's name"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def part_of(dotted: str) -> str:
    """Return which part of benchkit a dotted name belongs to; what benchkit itself re-exports counts by its source."""
    name = dotted.split(".")[1] if "." in dotted else "errors"
    if any(name in layer for layer in LAYERS):
        return name
    api = dict.fromkeys(("Comparison", "Run", "Scoring", "compare_runs", "load_run", "run", "score"), "api")
    return {**api, "__version__": "errors", "hookimpl": "hookspecs", "source_of": "randomness"}.get(name, "contract")


def level(part: str) -> int:
    """Return the number of the layer, counted from the ground."""
    return next(number for number, layer in enumerate(LAYERS) if part in layer)


@each_core_module
def test_a_module_imports_only_from_layers_below(path: Path) -> None:
    """Imports in functions and for type checkers count too; benchkit/__init__.py re-exports and stands outside."""
    own = path.relative_to(ROOT / "benchkit").parts[0].removesuffix(".py")
    if own == "__init__":
        return
    theirs = [dotted for dotted in imports(path) if dotted.partition(".")[0] == "benchkit"]
    wrong = [dotted for dotted in theirs if part_of(dotted) != own and level(part_of(dotted)) >= level(own)]
    assert wrong == []


def test_every_part_of_the_core_stands_in_the_table() -> None:
    """A new package cannot appear beside the layers."""
    parts = {path.relative_to(ROOT / "benchkit").parts[0].removesuffix(".py") for path in CORE}
    assert parts == set().union(*LAYERS) | {"__init__"}


@each_plugin_module
def test_a_plugin_imports_only_what_a_stranger_may(path: Path) -> None:
    """No underscore names, no inner package of the core, no other plugin: it could move out unchanged."""
    own = path.relative_to(ROOT / "plugins").parts[1]
    for dotted in imports(path):
        first, *rest = dotted.split(".")
        assert not first.startswith("benchkit_") or first == own, f"another plugin: {dotted}"
        if first == "benchkit":
            assert not any(name.startswith("_") for name in rest), f"not public: {dotted}"
            assert part_of(dotted) not in OFF_LIMITS, f"not for plugins: {dotted}"


@pytest.fixture(scope="module")
def built_in_names() -> set[str]:
    """Return every name that a built-in plugin offers: objects, views and groups."""
    records = [each for each in load_registry().plugins if each.distribution == "benchkit" and each.kind != "plugin"]
    groups = {offer.item.group for offer in load_registry().anomalies.values()} - {""}
    return {name for each in records for name in (each.name, *each.views)} | groups


@each_core_module
def test_the_core_names_no_plugin_object(path: Path, built_in_names: set[str]) -> None:
    """No literal in the core names a detector, anomaly, view or data set.

    The exceptions are two defaults, and what may be done with the user's own images, which an anomaly does as well.
    """
    exceptions = {
        "benchkit/contract.py": {"pixels"},
        "benchkit/runner/request.py": {"digits"},
        "benchkit/data/likeness.py": {"invert"},
    }
    allowed = exceptions.get(label(path), set())
    literals = {node.value for node in ast.walk(parse(path)) if isinstance(node, ast.Constant)}
    assert {each for each in literals if isinstance(each, str)} & built_in_names <= allowed


def test_the_names_that_the_core_must_not_know_are_there(built_in_names: set[str]) -> None:
    """The test above compares with real names, not with nothing."""
    assert {"pixels", "digits", "mnist", "noise-1", "held-out-0", "held-out"} <= built_in_names


@each_shipped_module
def test_nothing_is_unpickled_or_evaluated(path: Path) -> None:
    """No pickle or relative of it, no torch.load, no eval or exec; numpy never loads objects."""
    unsafe = {"pickle", "cPickle", "dill", "cloudpickle", "joblib", "marshal", "shelve"}
    assert not {dotted.partition(".")[0] for dotted in imports(path)} & unsafe
    for node in ast.walk(parse(path)):
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            assert called not in {"eval", "exec", "__import__", "torch.load", "pandas.read_pickle", "pd.read_pickle"}
            assert not any(each.arg == "allow_pickle" and ast.unparse(each.value) != "False" for each in node.keywords)
        assert not isinstance(node, ast.Assert), f"line {node.lineno}: an assert is no check of what a user gives"


@pytest.mark.parametrize("path", CORE + PLUGINS + OTHERS, ids=label)
def test_a_file_can_be_read_in_one_go(path: Path) -> None:
    """One concept a file: below 350 lines."""
    assert len(path.read_text(encoding="utf-8").splitlines()) < 350


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["--version"],
        *([name, "--help"] for name in ("run", "table", "compare", "history", "plot", "verify", "check")),
        *([name, "--help"] for name in ("run", "table", "report", "compare", "history", "verify", "check")),
    ],
    ids=" ".join,
)
def test_help_imports_nothing_heavy(arguments: list[str]) -> None:
    """``benchkit --help`` answers at once: no torch, pandas, matplotlib, scikit-learn or SciPy."""
    code = (
        "import json, sys\n"
        "from benchkit.cli import main\n"
        "try:\n    main()\n"
        "except SystemExit as end:\n    status = end.code or 0\n"
        "print(json.dumps([status, sorted(name for name in sys.modules if '.' not in name)]))"
    )
    result = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True)
    status, modules = json.loads(result.stdout.splitlines()[-1])
    assert status == 0
    assert not set(modules) & HEAVY


def test_importing_benchkit_imports_nothing_heavy() -> None:
    """``import benchkit`` offers the doors without paying for torch."""
    code = "import benchkit, sys; print(*sys.modules)"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not set(result.stdout.split()) & HEAVY
