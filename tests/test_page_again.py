"""The command that makes a run again, and where its numbers come from."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

import pytest
from page_helpers import MANIFEST, made_run

from benchkit.cli.run_command import command
from benchkit.page.again import command_of
from benchkit.page.provenance import facts_of, others_of, plugins_of, problems_of
from benchkit.runner import Request
from benchkit.runner.recall import record_request
from benchkit.runner.settings import RunSettings


def manifest_of(request: Request) -> dict[str, Any]:
    """Return the parts of ``run.json`` that say what was asked for."""
    changes = {name: dict(fields) for name, fields in request.changes.items()}
    return {"request": record_request(request), "settings": request.settings.to_dict(), "changes": changes}


REQUESTS = [
    Request(),
    Request(dataset="mnist", detectors=("conv-*", "gaussian@layer1"), anomalies=("noise-*",), exclude=("noise-1",)),
    Request(changes={"pixel-ae": {"hidden": [100, 50, 100], "optimiser": "adam", "epochs": 2, "replacement": True}}),
    Request(sweeps={"pixel-ae": {"epochs": [1, 2], "optimiser": ["adam", "adagrad"]}}),
    Request(
        dataset="my images/$(rm)",
        settings=RunSettings(seeds=(0, 1, 2), jobs=2, threshold="zscore:3", batch_sizes=(1, 64), save_scores=False),
    ),
]


@pytest.mark.parametrize("request_", REQUESTS)
def test_the_command_asks_for_the_same_run(request_: Request, monkeypatch: pytest.MonkeyPatch) -> None:
    """Read by the shell and by ``benchkit run``, it makes the same request, value by value."""
    from benchkit.cli import run_command

    words = shlex.split(command_of(manifest_of(request_)))
    assert words[:2] == ["benchkit", "run"]
    context = command.make_context("run", words[2:])
    options = dict(context.params)
    files, rules = options.pop("plugin_files"), options.pop("plugin_rules")
    monkeypatch.setattr(run_command.click, "get_current_context", lambda: context)
    with context:
        again = run_command._request(files, rules, options)
    assert manifest_of(again) == manifest_of(request_)


@pytest.mark.parametrize(
    "changed",
    [
        {"request": {**MANIFEST["request"], "detectors": None}},
        {"request": None},
        {"settings": {"seeds": [3, 5]}},
        {"request": ["damaged"]},
    ],
)
def test_what_no_command_can_ask_for_has_none(changed: dict[str, Any]) -> None:
    """Objects from Python, runs of an older benchkit, seeds that ``--seeds`` does not make."""
    assert command_of({**MANIFEST, **changed}) == ""


def test_the_provenance_names_versions_commit_and_distributions(tmp_path: Path) -> None:
    """What is needed to judge a number: code, changes, and whose plugin it is."""
    run = made_run(tmp_path, plugin="gauss", distribution="stranger 2.0")
    facts = {each.title: dict(each.rows) for each in facts_of(run)}
    assert facts["Code"] == {
        "git commit": "abc", "git dirty": "yes: files were changed since the commit", "benchkit": "0.1.0",
    }  # fmt: skip
    assert facts["Changed settings of plugins"] == {"one": "epochs 3"}
    assert {each["distribution"] for each in plugins_of(run)} == {"stranger 2.0"}
    assert others_of(run) == ["gaussian benchkit 0.1.0"]
    assert problems_of(run) == []


@pytest.mark.parametrize("damage", [None, 3, "text", [1, {}], {"a": {"b": [None, 1.5, True]}}])
def test_an_odd_manifest_is_shown_and_breaks_nothing(tmp_path: Path, damage: object) -> None:
    """``run.json`` may have been edited by anybody."""
    run = made_run(tmp_path)
    run.manifest.update(dict.fromkeys(("git", "versions", "hardware", "plugins", "problems", "changes"), damage))
    assert facts_of(run)[0].title == "Run"
    assert isinstance(others_of(run) + problems_of(run), list)
