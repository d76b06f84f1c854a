"""Reading what hooks return: every object is checked, every iteration guarded."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from benchkit.errors import ContractError
from benchkit.registry import Registry, load_registry

Install = Callable[..., Path]


def load(install: Install, body: str, hook: str = "benchkit_detectors") -> Registry:
    """Load one plugin whose hook has this body, and an honest one beside it."""
    install("honest-ad", "honest", "@benchkit.hookimpl\ndef benchkit_detectors():\n    return [Mean('honest')]\n")
    install("bad-ad", "bad", f"@benchkit.hookimpl\ndef {hook}():\n    {body}\n", version="0.1")
    return load_registry(rules=["no:benchkit"])


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("raise RuntimeError('no luck')", "RuntimeError: no luck"),
        ("raise SystemExit('bye')", "SystemExit: bye"),
        ("yield Mean('first'); 1 / 0", "ZeroDivisionError"),
        ("return None", "got None; expected an iterable of Detector objects"),
        ("return Mean('alone')", "TypeError: got one Mean; expected an iterable of Detector objects"),
        ("return (Mean(f'mean-{n}') for n in __import__('itertools').count())", "got more than 10000 objects"),
    ],
)
def test_a_hook_that_fails_loses_only_its_own_objects(install: Install, body: str, said: str) -> None:
    """An exception in the call, an exception half-way through the iteration, no iterable, an endless one."""
    registry = load(install, body)
    assert list(registry.detectors) == ["honest"]
    assert [said in str(problem) for problem in registry.problems] == [True]
    assert "plugin 'bad' (bad-ad 0.1): benchkit_detectors: " in str(registry.problems[0])


def test_one_broken_hook_leaves_the_plugins_other_hooks(install: Install) -> None:
    """A plugin whose detectors cannot be read still offers its anomalies."""
    code = "raise ValueError\n@benchkit.hookimpl\ndef benchkit_anomaly_generators():\n    return [Darker('darker')]"
    registry = load(install, code)
    assert list(registry.anomalies) == ["darker"]
    states = {(each.kind, each.name, each.state) for each in registry.plugins if each.state != "left out"}
    assert states == {("detector", "honest", "ok"), ("detector", "", "broken"), ("anomaly", "darker", "ok")}


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ("Mean", "got the class Mean; expected an instance, such as Mean()"),
        ("Darker('darker')", "got a Darker; expected a Detector"),
        ("'mean'", "got a str; expected a Detector"),
        ("Mean('one@pixels')", "got the name 'one@pixels'; expected one without '@'"),
        ("type('Plain', (Mean,), {})('plain')", "got Plain, which is no dataclass itself"),
        ("type('Odd', (Mean,), {'name': 'Bad Name'})", "got the class Odd"),
        ("Mean('odd-view', view=7)", "odd-view.view: got 7; expected the name of a view"),
        ("Mean('tensor', factor=object())", "Mean.factor: got an object; expected a setting that can be recorded"),
    ],
)
def test_an_object_that_the_door_does_not_allow_is_refused_alone(install: Install, expression: str, said: str) -> None:
    """A wrong object is refused with got and expected; its neighbours in the same list stay."""
    registry = load(install, f"return [{expression}, Mean('neighbour')]")
    assert list(registry.detectors) == ["honest", "neighbour"]
    assert isinstance(registry.problems[0], ContractError)
    assert said in str(registry.problems[0])


def test_a_name_that_slips_past_the_door_is_refused(install: Install) -> None:
    """A class that overrides the door's own check of the name still cannot offer a bad one."""
    body = (
        "from dataclasses import dataclass\n"
        "    @dataclass(frozen=True)\n"
        "    class Sly(Mean):\n"
        "        def __post_init__(self): pass\n"
        "    return [Sly('Bad\\x1b Name')]"
    )
    message = str(load(install, body).problems[0])
    assert "expected lower-case words joined by hyphens" in message
    assert message.isprintable()


@pytest.mark.parametrize(
    ("hook", "expression", "said"),
    [
        ("benchkit_views", "Same('same', shown=('Bad',))", "same.offers(): got ('Bad',)"),
        ("benchkit_views", "Same('same', shown=['a'])", "same.offers(): got ['a']"),
        ("benchkit_views", "Same('same', shown=7)", "same.offers(): got 7"),
        ("benchkit_anomaly_generators", "Darker('dark', normal_labels={1})", "dark.normal_labels: got {1}"),
        ("benchkit_anomaly_generators", "Darker('dark', normal_labels=frozenset('a'))", "dark.normal_labels: got"),
        ("benchkit_anomaly_generators", "Darker('dark', group='Big Group')", "dark.group: got 'Big Group'"),
        (
            "benchkit_anomaly_generators",
            "__import__('dataclasses').dataclass(frozen=True)(type('Shy', (Darker,), {'by_default': 'no'}))('shy')",
            "shy.by_default: got 'no'; expected True or False",
        ),
        (
            "benchkit_detectors",
            "__import__('dataclasses').dataclass(frozen=True)(type('Odd', (Mean,), {'takes_rows': 1}))('odd')",
            "odd.takes_rows: got 1; expected True or False",
        ),
    ],
)
def test_the_fields_that_benchkit_reads_are_checked(install: Install, hook: str, expression: str, said: str) -> None:
    """View names, normal labels and groups of a wrong type are refused when the registry is built."""
    registry = load(install, f"return [{expression}]", hook)
    assert said in str(registry.problems[0])
    assert not registry.views
    assert not registry.anomalies
