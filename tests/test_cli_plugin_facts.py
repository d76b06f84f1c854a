"""``benchkit plugins NAME``."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from benchkit.cli.config import parse_changes
from benchkit.cli.plugins_command import command
from benchkit.errors import UsageError
from benchkit.registry import PluginRecord, apply_settings, load_registry

Install = Callable[..., Path]

CODE = '''
from typing import ClassVar

@dataclass(frozen=True)
class Rich(benchkit.Detector):
    """Squared distances.

    More about it.
    """

    by_default: ClassVar[bool] = False
    view: str = "layer1"
    setting_ranges: ClassVar[benchkit.Ranges] = {"layers": benchkit.AT_LEAST_ONE}
    layers: tuple[int, ...] = (100, 50)
    limit: int | None = None
    mode: str = "a b"
    def fit(self, normal, *, seed):
        return None

@benchkit.hookimpl
def benchkit_detectors():
    return [Rich("acme-rich"), Mean("acme-mean")]

@benchkit.hookimpl
def benchkit_anomaly_generators():
    return [Darker("acme-dark", group="acme-group")]

@benchkit.hookimpl
def benchkit_views():
    return [Same("acme-view", shown=("acme-left", "acme-right"))]
'''


@pytest.fixture
def acme(install: Install) -> None:
    """Install a plugin with a detector that has settings, a plain one, an anomaly of a group and two views."""
    install("acme-ad", "acme", CODE, version="1.10")


def asked(*arguments: str) -> Result:
    """Run the command without the built-in plugins."""
    return CliRunner().invoke(command, ["-p", "no:benchkit", *arguments], catch_exceptions=False)


@pytest.mark.usefixtures("acme")
def test_all_about_one_object_is_shown() -> None:
    """What it is, where it looks and comes from, how it is asked for, each setting, and how one is changed."""
    lines = [" ".join(line.split()) for line in asked("acme-rich").stdout.splitlines()]
    assert lines == [
        "detector acme-rich",
        "is Squared distances.",
        "looks at layer1; elsewhere as acme-rich@VIEW",
        "taken if asked for: -d acme-rich",
        "plugin acme",
        "distribution acme-ad 1.10",
        "state ok",
        "",
        "setting type default range",
        "layers tuple[int, ...] [100, 50] 1 or more",
        "limit int | None none",
        'mode str "a b"',
        "",
        "change one by: --set 'acme-rich.layers=[100, 50]'",
    ]


@pytest.mark.usefixtures("acme")
@pytest.mark.parametrize(
    ("pattern", "names"),
    [("acme-[mr]*[hn]", ["acme-mean", "acme-rich"]), ("acme-group", ["acme-dark"]), ("acme-left", ["acme-view"])],
)
def test_patterns_groups_and_offered_views_name_objects(pattern: str, names: list[str]) -> None:
    """As -d and -a take them, and the views that an object offers; --json shows the same objects."""
    assert [record["name"] for record in json.loads(asked(pattern, "--json").stdout)] == names
    assert [line.split()[1] for line in asked(pattern).stdout.splitlines() if line and line[0] != " "] == names


@pytest.mark.usefixtures("acme")
def test_the_json_form_has_the_view_the_group_and_the_settings() -> None:
    """Of every object, whether it is named or not."""
    records = {record["name"]: record for record in json.loads(asked("--json").stdout)}
    rich = records["acme-rich"]
    assert (rich["view"], rich["about"], rich["by_default"]) == ("layer1", "Squared distances.", False)
    assert rich["settings"][1:] == [
        {"name": "limit", "type": "int | None", "default": None, "range": ""},
        {"name": "mode", "type": "str", "default": "a b", "range": ""},
    ]
    assert (records["acme-dark"]["group"], records["acme-dark"]["view"]) == ("acme-group", "")
    assert records["acme-mean"]["about"] == ""  # what dataclass writes in the place of a docstring is none


@pytest.mark.usefixtures("acme")
def test_a_name_that_nobody_has_is_refused_with_those_near() -> None:
    """Close matches and the list; of the kind that was asked for."""
    with pytest.raises(UsageError, match=r"'acme-reach'.*Did you mean 'acme-rich'.*`benchkit plugins`"):
        asked("acme-mean", "acme-reach")
    with pytest.raises(UsageError, match=r"one anomaly.*`benchkit plugins --kind anomaly`"):
        asked("acme-mean", "--kind", "anomaly")


def test_the_timings_are_those_of_all_plugins() -> None:
    """A name beside --timings is refused, not passed over."""
    with pytest.raises(UsageError, match="--timings: got 'acme'"):
        asked("--timings", "acme")


def example(record: PluginRecord) -> str:
    """Return what the command suggests behind ``--set``; empty where there is nothing to change."""
    from benchkit.cli.plugin_facts import facts

    line = facts(record).splitlines()[-1]
    return shlex.split(line.partition("--set ")[2])[0] if "--set " in line else ""


def test_every_example_is_one_that_a_run_takes() -> None:
    """What is suggested leaves each built-in object as it is, so that only the value has to be replaced."""
    registry = load_registry()
    offers = {
        (kind, name): offer
        for kind, found in (("detector", registry.detectors), ("anomaly", registry.anomalies), ("view", registry.views))
        for offer in found.values()
        for name in (offer.item.name,)
    }
    examples = {(each.kind, each.name): example(each) for each in registry.plugins if (each.kind, each.name) in offers}
    assert examples["detector", "pixel-ae"].startswith("pixel-ae.")
    assert examples["view", "subject"].startswith("subject.")
    for key, text in examples.items():
        if text:
            assert apply_settings([offers[key]], parse_changes([text])) == [offers[key]]
