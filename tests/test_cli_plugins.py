"""``benchkit plugins``."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from benchkit.cli.plugins_command import command

Install = Callable[..., Path]


@pytest.fixture
def plugins(install: Install) -> None:
    """Install one honest plugin, one broken one and two in conflict."""
    hook = "@benchkit.hookimpl\ndef benchkit_{}():\n    return [{}]\n"
    install("acme-ad", "acme", hook.format("detectors", "Mean('acme-mean')"), version="1.10")
    install("views-ad", "views", hook.format("views", "Same('subject', shown=('layer-a', 'layer-b'))"))
    install("bad-ad", "bad", "raise ValueError('\\x1b[31mred')")
    install("one-ad", "one", hook.format("datasets", "Nothing('twice')"))
    install("two-ad", "two", hook.format("datasets", "Nothing('twice')"))


def listing(*arguments: str) -> Result:
    """Run the command without the built-in plugins."""
    return CliRunner().invoke(command, ["-p", "no:benchkit", *arguments], catch_exceptions=False)


@pytest.mark.usefixtures("plugins")
def test_every_object_has_a_row_and_every_fault_a_paragraph() -> None:
    """Kind, name, distribution, version and state stand in the table; errors below it; the exit status is 0."""
    result = listing()
    rows = [line.split() for line in result.stdout.splitlines()]
    assert result.exit_code == 0
    assert ["detector", "acme-mean", "pixels", "acme", "acme-ad", "1.10", "ok"] in rows
    assert ["view", "subject", "(layer-a,", "layer-b)", "views", "views-ad", "1.0", "ok"] in rows
    assert ["dataset", "twice", "two", "two-ad", "1.0", "conflict"] in rows
    assert ["plugin", "bad", "bad", "bad-ad", "1.0", "broken"] in rows
    assert ["plugin", "gaussian", "gaussian", "benchkit", "0.1.0", "left", "out"] in rows
    assert result.stdout.count("dataset 'twice': offered twice") == 1
    assert "plugin 'bad' (bad-ad 1.0): import: ValueError: \\x1b[31mred" in result.stdout
    assert "\x1b" not in result.stdout


@pytest.mark.usefixtures("plugins")
def test_the_json_form_holds_the_same_rows() -> None:
    """--json prints a list of objects that a program can read."""
    records = json.loads(listing("--json").stdout)
    (mean,) = [record for record in records if record["kind"] == "detector"]
    origin = {"plugin": "acme", "distribution": "acme-ad", "version": "1.10"}
    assert mean == {
        "kind": "detector",
        "name": "acme-mean",
        "state": "ok",
        "error": "",
        "views": [],
        "by_default": True,
        "view": "pixels",
        "group": "",
        "settings": [{"name": "factor", "type": "float", "default": 1.0, "range": ""}],
        "about": "",
        **origin,
    }
    assert "red" in next(record["error"] for record in records if record["name"] == "bad")


@pytest.mark.usefixtures("plugins")
def test_one_kind_can_be_listed_alone() -> None:
    """--kind leaves that kind and the plugins that could not be asked."""
    records = json.loads(listing("--kind", "detector", "--json").stdout)
    assert {(record["kind"], record["name"]) for record in records} == {("detector", "acme-mean"), ("plugin", "bad")}


def test_the_built_in_plugins_are_all_well() -> None:
    """Nothing that benchkit brings itself is broken or in conflict."""
    records = json.loads(CliRunner().invoke(command, ["--json"]).stdout)
    assert [record["error"] for record in records if record["state"] != "ok"] == []


def test_what_has_to_be_asked_for_is_marked() -> None:
    """In the table behind its name, in JSON by a field; the anomalies of the leaderboard are not."""
    rows = CliRunner().invoke(command, ["--kind", "anomaly"]).stdout.splitlines()
    assert any(row.split()[1:5] == ["blur-1", "(if", "asked", "for)"] for row in rows)
    records = json.loads(CliRunner().invoke(command, ["--kind", "anomaly", "--json"]).stdout)
    taken = {record["name"] for record in records if record["by_default"]}
    held_out = {f"held-out-{digit}" for digit in range(10)}
    assert taken == {"fashion", "garments", "noise-1", "noise-2", "noise-3", "noise-4", *held_out}


def test_what_is_unavailable_is_named_beside_the_reason(install: Install) -> None:
    """One paragraph for one reason, however many objects it keeps away."""
    code = (
        "@dataclass(frozen=True)\nclass Needy(Mean):\n    def unavailable(self):\n"
        "        return \"needs acme. Install it: pip install 'x[acme]'\"\n"
        "@benchkit.hookimpl\ndef benchkit_detectors():\n    return [Needy(f'acme-{n}') for n in range(5)]\n"
    )
    install("acme-ad", "acme", code)
    result = listing()
    assert result.exit_code == 0
    assert result.stdout.count("unavailable: acme-0, acme-1, acme-2 and 2 more: needs acme. Install it: pip") == 1
