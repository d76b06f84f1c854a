"""What ``benchkit new`` writes is built, installed and run in a fresh environment, by the very commands it prints."""

from __future__ import annotations

import shlex
import zipfile
from pathlib import Path

import pytest
from fault_helpers import lines
from fresh_environment import FreshEnvironment

pytestmark = [pytest.mark.faults, pytest.mark.timeout(600)]  # of a machine that does other work meanwhile

ROOT = Path(__file__).parents[1]

LESS = {
    "detector": ("-a", "noise-4"), "view": ("-a", "noise-4"), "anomaly": ("-d", "gaussian"),
    "dataset": ("-d", "gaussian", "-a", "noise-4"),
}  # fmt: skip
"""What is added to the printed run, so that it takes seconds."""


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> FreshEnvironment:
    """One environment for all: none gets in another's way."""
    return FreshEnvironment(tmp_path_factory.mktemp("fresh") / "venv")


@pytest.mark.parametrize("kind", LESS)
def test_what_is_written_installs_runs_and_passes_its_tests(fresh: FreshEnvironment, tmp_path: Path, kind: str) -> None:
    """As it stands, by the printed commands: a row of its own in a run, and nothing wrong with it."""
    name = f"my-{kind}"
    printed = fresh.run("benchkit", "new", kind, name, cwd=tmp_path).splitlines()
    install, check, run = (shlex.split(line) for line in printed[2:])
    fresh.run(*install, cwd=tmp_path)
    fresh.run(*run, *LESS[kind], "--timing-seconds", "0.01", "--device", "cpu", "--name", "mine", cwd=tmp_path)
    (cell,) = lines(tmp_path / "results" / "mine")
    column = cell["detector"].partition("@")[2] if kind == "view" else cell[kind]
    assert (column, cell["status"]) == (name, "ok")
    fresh.run(*check, cwd=tmp_path)
    assert " passed" in fresh.run("pytest", "-q", cwd=tmp_path / f"benchkit-{name}")


def test_the_templates_are_in_the_wheel(fresh: FreshEnvironment, tmp_path: Path) -> None:
    """Whoever installs benchkit has them."""
    fresh.run("pip", "wheel", "--no-deps", "--wheel-dir", str(tmp_path), str(ROOT), cwd=tmp_path)
    (wheel,) = tmp_path.glob("*.whl")
    packed = set(zipfile.ZipFile(wheel).namelist())
    templates = [path for part in ("scaffold", "page") for path in (ROOT / "benchkit" / part / "templates").iterdir()]
    assert len(templates) > 11
    assert {path.relative_to(ROOT).as_posix() for path in templates} <= packed
