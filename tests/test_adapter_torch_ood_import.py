"""pytorch-ood where it is not there, and where only its detectors are wanted."""

from __future__ import annotations

import json
import subprocess
import sys
from types import ModuleType
from typing import Any

import pytest
from benchkit_torch_ood.library import lacking, library

INSTALL = "needs pytorch-ood. Install it: pip install 'benchkit[torch-ood]'"

LISTED = """
import json, sys
from benchkit.registry import load_registry

listed = [(each.name, each.state, each.error) for each in load_registry().plugins if each.kind == "detector"]
"""

ABSENT = """
import importlib.machinery

real = importlib.machinery.PathFinder.find_spec


def without(name, path=None, target=None):
    return None if name.partition(".")[0] == "pytorch_ood" else real(name, path, target)


importlib.machinery.PathFinder.find_spec = without
"""

ASKED_FOR = """
import benchkit
from benchkit_torch_ood.library import library

said = []
for ask in (lambda: benchkit.run(dataset="digits", detectors=["torch-ood-msp"], anomalies=["noise-4"]), library):
    try:
        ask()
    except (benchkit.UsageError, ModuleNotFoundError) as error:
        said.append(str(error))
print(json.dumps({"listed": listed, "said": said}))
"""

ALONE = """
from types import ModuleType
from benchkit_torch_ood.library import library

found = {"listed": listed, "before": [name for name in sys.modules if name.startswith("pytorch_ood")]}
first = library()
found["beside"] = [name for name in ("pytorch_ood", "pytorch_ood.dataset", "torchvision") if name in sys.modules]
for name in ("dataset", "loss", "metrics", "model"):  # what the package imports besides, and is not wanted here
    sys.modules[f"pytorch_ood.{name}"] = ModuleType(f"pytorch_ood.{name}")
import pytorch_ood

found["version"] = pytorch_ood.__version__
found["same"] = [pytorch_ood.detector is first, library() is first]
print(json.dumps(found))
"""


def ran(code: str) -> Any:
    """Run the code in a process of its own; return what it prints last, read as JSON."""
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return json.loads(result.stdout.splitlines()[-1])


@pytest.fixture(scope="module")
def absent() -> Any:
    """Return what is listed, and what is said when it is asked for, where it is not installed."""
    return ran(ABSENT + LISTED + ASKED_FOR)


@pytest.fixture(scope="module")
def alone() -> Any:
    """Return what is imported when plugins are listed, then with the detectors, then with the package."""
    return ran(LISTED + ALONE)


def test_without_it_all_are_listed_with_what_to_install(absent: Any) -> None:
    """Nobody else is any the worse."""
    lacking = [name for name, state, error in absent["listed"] if (state, error) == ("unavailable", INSTALL)]
    assert len(lacking) == 30
    assert all(name.startswith("torch-ood-") for name in lacking)
    assert "isolation-forest" in [name for name, state, _ in absent["listed"] if state == "ok"]


def test_without_it_who_asks_hears_what_to_install(absent: Any) -> None:
    """In a run, and of whoever calls the adapter itself."""
    assert len(absent["said"]) == 2
    assert all(INSTALL in said for said in absent["said"])


def test_listing_imports_nothing_of_it(alone: Any) -> None:
    """Every command lists plugins, and would pay for it."""
    assert ["torch-ood-msp", "ok", ""] in alone["listed"]
    assert alone["before"] == []


def test_its_detectors_come_without_its_data_sets(alone: Any) -> None:
    """Nor torchvision, which these need; a package that somebody imports later is the real one, with the same parts."""
    assert alone["beside"] == []
    assert alone["version"] >= "0.4"
    assert alone["same"] == [True, True]


def test_the_package_is_used_where_it_is_imported_already(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its own module, not a second one."""
    module = ModuleType("pytorch_ood.detector")
    monkeypatch.setitem(sys.modules, "pytorch_ood", ModuleType("pytorch_ood"))
    monkeypatch.setitem(sys.modules, "pytorch_ood.detector", module)
    assert library() is module
    assert lacking() == ""
