"""The conformance kit's way in: what there is to check about a plugin."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import faulty_detectors
import pytest
import toy_plugins
from conftest import Install
from faulty_detectors import Honest

import benchkit
from benchkit.errors import ContractError, PluginError, UsageError
from benchkit.registry import load_registry
from benchkit.testing import ANOMALY_CHECKS, DATASET_CHECKS, DETECTOR_CHECKS, VIEW_CHECKS, cases_of
from benchkit.testing.conformance import Case

REGISTRY = load_registry()
FILE = Path(faulty_detectors.__file__)
CHECKS = {"anomaly": ANOMALY_CHECKS, "dataset": DATASET_CHECKS, "detector": DETECTOR_CHECKS, "view": VIEW_CHECKS}


def named(cases: list[Case]) -> dict[str, list[str]]:
    """Return the checks of each object, in their order."""
    found: dict[str, list[str]] = {}
    for case in cases:
        found.setdefault(case.name, []).append(case.check)
    return found


@pytest.mark.parametrize("plugin", [faulty_detectors, FILE, str(FILE)], ids=["module", "path", "string"])
def test_a_plugin_has_a_case_for_each_object_and_promise(plugin: Any) -> None:
    """Given as its module or its file; a case is called after both."""
    cases = cases_of(plugin, registry=REGISTRY)
    checks = [check.name for check in DETECTOR_CHECKS]
    assert named(cases) == {"honest": checks, "plain": checks}
    assert [str(case) for case in cases[:2]] == ["honest: fits", "honest: scores"]
    assert len({str(case) for case in cases}) == len(cases)


def test_a_single_object_has_its_own_cases() -> None:
    """Of whatever kind."""
    places = {
        "anomaly": REGISTRY.anomalies,
        "dataset": REGISTRY.datasets,
        "detector": REGISTRY.detectors,
        "view": REGISTRY.views,
    }
    for kind, checks in CHECKS.items():
        item = next(iter(places[kind].values())).item
        cases = cases_of(item, registry=REGISTRY)
        assert [case.check for case in cases] == [check.name for check in checks]
        assert {(case.kind, case.name, case.distribution) for case in cases} == {(kind, item.name, "benchkit")}


def test_all_four_kinds_of_a_plugin_are_there() -> None:
    """A plugin that offers everything is checked as a whole."""
    cases = cases_of(toy_plugins, registry=REGISTRY)
    assert {case.kind for case in cases} == set(CHECKS)


def test_the_cases_of_one_object_share_a_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Collecting cases fits nothing; checks that need no fit of their own fit nothing again."""
    fits: list[int] = []
    fit = Honest.fit

    def counted(self: Honest, normal: Any, *, seed: int) -> Any:
        fits.append(len(normal))
        return fit(self, normal, seed=seed)

    monkeypatch.setattr(Honest, "fit", counted)
    cases = {case.check: case for case in cases_of(Honest(), registry=REGISTRY)}
    assert fits == []
    for check in ("fits", "scores", "batches", "order", "far-off-inputs", "quiet"):
        assert cases[check]().state == "passed"
    assert len(fits) == 1


@dataclass(frozen=True)
class Refusing(toy_plugins.BrokenView):
    """Cannot show the kit's images."""

    name: str = "refusing"

    def fit(self, normal: Any, *, seed: int) -> Any:
        """Say so."""
        raise benchkit.Unsupported("colours are needed")


def looking_at(view: str) -> ModuleType:
    """Return a plugin with views of its own, and a detector that looks at one."""
    module = ModuleType("looking")
    detectors, views = [Honest(view=view)], [toy_plugins.ToyView(), toy_plugins.BrokenView(), Refusing()]
    vars(module).update(
        benchkit_detectors=benchkit.hookimpl(lambda: detectors, specname="benchkit_detectors"),
        benchkit_views=benchkit.hookimpl(lambda: views, specname="benchkit_views"),
    )
    return module


def test_a_plugin_brings_the_views_that_its_detectors_look_at() -> None:
    """The toy view is not installed; the toy detector looks there all the same."""
    cases = {str(case): case for case in cases_of(looking_at("columns"), registry=REGISTRY)}
    assert cases["honest: far-off-inputs"]().state == "passed"


@pytest.mark.parametrize(
    ("view", "said"),
    [
        ("broken-view", "'broken-view' is at fault: see `benchkit check broken-view`"),
        ("refusing", "shows nothing of the kit's images: colours are needed"),
    ],
)
def test_a_view_at_fault_is_not_the_detectors_fault(view: str, said: str) -> None:
    """Its detectors are not run, and it is said why."""
    cases = [case for case in cases_of(looking_at(view), registry=REGISTRY) if case.kind == "detector"]
    found = {case.check: case() for case in cases}
    assert {check for check, finding in found.items() if finding.state != "not run"} == {
        "settings-recorded",
        "reaches-worker",
    }
    assert said in found["fits"].said
    assert said in found["batches"].said


def test_what_the_doors_refuse_is_an_error(tmp_path: Path) -> None:
    """A hook that returns nonsense, a module without hooks, a file that is not there, a file that is broken."""
    hooks = ModuleType("nonsense")
    vars(hooks)["benchkit_detectors"] = benchkit.hookimpl(lambda: [7], specname="benchkit_detectors")
    with pytest.raises(ContractError, match=r"plugin 'nonsense'.*got an int; expected a Detector"):
        cases_of(hooks, registry=REGISTRY)
    with pytest.raises(PluginError, match="got no hook"):
        cases_of(ModuleType("empty"), registry=REGISTRY)
    with pytest.raises(UsageError, match=r"nowhere\.py"):
        cases_of(tmp_path / "nowhere.py", registry=REGISTRY)
    broken = tmp_path / "broken.py"
    broken.write_text("def (:\n")
    with pytest.raises(PluginError, match=r"broken\.py.*SyntaxError"):
        cases_of(broken, registry=REGISTRY)


def test_what_is_unavailable_is_one_case_that_is_not_run(install: Install) -> None:
    """It passes under pytest, with the reason, so that an optional plugin breaks no test."""
    path = install(
        "acme-ad",
        "acme",
        """
        class Missing(Mean):
            def unavailable(self):
                return "needs acme-core: pip install acme-core"

        Missing = dataclass(frozen=True)(Missing)

        @benchkit.hookimpl
        def benchkit_detectors():
            return [Missing("acme-mean")]
        """,
    )
    (case,) = cases_of(path, registry=REGISTRY)
    assert str(case) == "acme-mean: offered"
    assert (case().state, case().said) == ("not run", "needs acme-core: pip install acme-core")


def test_the_kit_needs_no_pytest() -> None:
    """It is imported by the command line, where there is none."""
    code = "import sys; sys.modules['pytest'] = None; import benchkit.testing"
    subprocess.run([sys.executable, "-c", code], check=True)
