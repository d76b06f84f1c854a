"""``benchkit check``: what it takes, what it prints, and what it ends with."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli_helpers import Ended, Here
from conftest import Install

from benchkit.testing import ANOMALY_CHECKS, DATASET_CHECKS, DETECTOR_CHECKS

HONEST = """
from dataclasses import dataclass
from benchkit import Detector, hookimpl

@dataclass(frozen=True)
class FromMean(Detector):
    def fit(self, normal, *, seed):
        mean, sign = normal.mean(dim=0), {sign}
        return lambda inputs: sign * (inputs - mean).square().flatten(1).mean(dim=1)

@hookimpl
def benchkit_detectors():
    return [FromMean("{name}")]
"""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Here:
    """Return the command line, in an empty folder."""
    return Here(tmp_path, monkeypatch, capsys)


@pytest.fixture
def files(tmp_path: Path) -> None:
    """Write an honest plugin, one with a reversed sign, and a broken one."""
    (tmp_path / "good.py").write_text(HONEST.format(sign=1, name="from-mean"))
    (tmp_path / "reversed.py").write_text(HONEST.format(sign=-1, name="nearest-is-worst"))
    (tmp_path / "broken.py").write_text("def benchkit_detectors(:\n")


def rows(ended: Ended) -> dict[str, list[str]]:
    """Return the lines of the tables that are printed, by their first word."""
    return {line.split()[0]: line.split() for line in ended.out.splitlines() if line[:1].islower()}


@pytest.mark.usefixtures("files")
def test_an_honest_file_ends_with_status_0(here: Here) -> None:
    """Every check has a row with its state and seconds, and the last line is the verdict."""
    ended = here("check", "good.py")
    assert ended.status == 0
    assert ended.out.startswith("detector from-mean (good.py, good.py ")
    assert {check.name for check in DETECTOR_CHECKS} <= set(rows(ended))
    assert rows(ended)["batches"][1] == "passed"
    assert float(rows(ended)["batches"][2]) >= 0
    last = ended.out.splitlines()[-1]
    assert last.startswith(f"1 object, {len(DETECTOR_CHECKS)} checks: ")
    assert last.endswith("Nothing failed.")


@pytest.mark.usefixtures("files")
def test_a_reversed_sign_ends_with_status_1(here: Here) -> None:
    """What fails is said below the table, with what it protects from and the next step; the verdict names it."""
    ended = here("check", "good.py", "reversed.py")
    assert ended.status == 1
    assert "FAILED nearest-is-worst: far-off-inputs: protects from a reversed sign" in ended.out
    assert "plugin 'reversed.py' (reversed.py " in ended.out
    assert "negate the scores" in ended.out
    assert "2 objects" in ended.out.splitlines()[-1]
    assert ended.out.splitlines()[-1].endswith(" not run. FAILED: nearest-is-worst: far-off-inputs.")


@pytest.mark.usefixtures("files")
def test_json_holds_all_that_was_found(here: Here) -> None:
    """For scripts: one object of each plugin object, with its findings."""
    ended = here("check", "--json", "reversed.py")
    (found,) = json.loads(ended.out)
    assert ended.status == 1
    assert (found["kind"], found["name"], found["plugin"]) == ("detector", "nearest-is-worst", "reversed.py")
    findings = {each["check"]: each for each in found["findings"]}
    assert list(findings) == [check.name for check in DETECTOR_CHECKS]
    assert findings["far-off-inputs"]["state"] == "failed"
    assert "negate the scores" in findings["far-off-inputs"]["said"]
    assert findings["fits"].keys() == {"check", "protects", "state", "said", "seconds"}


@pytest.mark.usefixtures("files")
def test_a_file_that_cannot_be_loaded_ends_with_status_1(here: Here) -> None:
    """The file, the line and what mends it are named."""
    ended = here("check", "broken.py")
    assert ended.status == 1
    assert "plugin 'broken.py' (broken.py " in ended.err
    assert "SyntaxError" in ended.err
    assert "broken.py:1" in ended.err
    assert "-p no:" not in ended.err  # it is the very file that was to be checked


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("max-softmx", "Did you mean 'max-softmax'"),
        ("nowhere.py", "nowhere.py: got no such file"),
        ("./folder", "got a folder; expected a plugin file"),
        ("max-softmax@logit", "unknown view 'logit'. Did you mean 'logits'"),
    ],
)
def test_what_nobody_has_ends_with_status_2(here: Here, tmp_path: Path, target: str, said: str) -> None:
    """Close matches are named, and the next step."""
    (tmp_path / "folder").mkdir()
    ended = here("check", "--in-process", target)
    assert ended.status == 2
    assert said in ended.err
    assert ended.out == ""


@pytest.mark.parametrize(
    ("target", "objects"),
    [
        ("max-softmax", {"detector max-softmax"}),
        ("layer1", {"view subject"}),
        ("max-softmax@layer2", {"detector max-softmax@layer2"}),
        ("univariate-*", {"detector univariate-gaussian"}),
        ("softmax", {"detector max-softmax"}),
        ("garments", {"dataset garments", "anomaly garments"}),
    ],
)
def test_names_are_those_of_objects_before_those_of_plugins(
    here: Here, monkeypatch: pytest.MonkeyPatch, target: str, objects: set[str]
) -> None:
    """An object of any kind, one of a view's views, a detector elsewhere, a glob, and all that a plugin offers."""
    monkeypatch.setattr("benchkit.testing.conformance.carry_out", nothing_found)
    ended = here("check", "--in-process", "--json", target)
    assert {f"{each['kind']} {each['name']}" for each in json.loads(ended.out)} == objects


def nothing_found(check: object, specimen: object, offer: object) -> object:
    """Stand in for what carries out a check, which takes its time."""
    from benchkit.testing import Finding

    return Finding("any", "passed")


def test_what_is_named_twice_is_checked_once(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    """By two names, or a name and a glob."""
    monkeypatch.setattr("benchkit.testing.conformance.carry_out", nothing_found)
    (found,) = json.loads(here("check", "--in-process", "--json", "max-softmax", "max-*", "softmax").out)
    assert len(found["findings"]) == len(DETECTOR_CHECKS)


PLUGIN = """
class Missing(Mean):
    def unavailable(self):
        return "needs acme-core: pip install acme-core"

Missing = dataclass(frozen=True)(Missing)

@benchkit.hookimpl
def benchkit_detectors():
    return [Missing("acme-missing"), Mean("acme-mean"), 7]

@benchkit.hookimpl
def benchkit_anomaly_generators():
    return [Darker("acme-darker")]

@benchkit.hookimpl
def benchkit_datasets():
    return [Nothing("acme-nothing")]
"""


def test_a_distribution_is_all_that_it_offers(here: Here, install: Install, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is unavailable is not run; what its door refuses fails, as nobody else can use it."""
    install("acme-ad", "acme", PLUGIN)
    monkeypatch.setattr("benchkit.testing.conformance.carry_out", nothing_found)
    ended = here("check", "--in-process", "--json", "Acme_AD")
    found = {each["name"]: each["findings"] for each in json.loads(ended.out)}
    assert ended.status == 1
    counts = {"acme-mean": DETECTOR_CHECKS, "acme-darker": ANOMALY_CHECKS, "acme-nothing": DATASET_CHECKS}
    assert {name: len(found[name]) for name in counts} == {name: len(checks) for name, checks in counts.items()}
    assert [(each["check"], each["state"]) for each in found["acme-missing"]] == [("offered", "not run")]
    assert [(each["check"], each["state"]) for each in found["acme"]] == [("offered", "failed")]
    assert "got an int; expected a Detector" in found["acme"][0]["said"]


def test_what_cannot_be_used_here_ends_with_status_2(here: Here, install: Install) -> None:
    """By its name, with what mends it."""
    install("acme-ad", "acme", PLUGIN)
    ended = here("check", "acme-missing")
    assert ended.status == 2
    assert "detector 'acme-missing': unavailable: needs acme-core: pip install acme-core" in ended.err


ENDS = """
import os

@dataclass(frozen=True)
class Ends(Mean):
    def fit(self, normal, *, seed):
        os._exit(0)

@benchkit.hookimpl
def benchkit_detectors():
    return [Ends("acme-ends")]
"""


def test_a_plugin_that_ends_its_process_ends_with_status_1(here: Here, install: Install) -> None:
    """It cannot end the command with its own status: the check that it was in is the one that failed."""
    install("acme-ad", "acme", ENDS)
    ended = here("check", "acme-ends")
    assert ended.status == 1
    assert "FAILED acme-ends: fits: protects from" in ended.out
    assert "ended itself with exit status 0" in ended.out
    assert ended.out.splitlines()[-1].endswith("FAILED: acme-ends: fits.")


def test_a_broken_plugin_ends_with_status_1(here: Here, install: Install) -> None:
    """One that is installed and cannot be imported: the file and the line are named."""
    path = install("acme-ad", "acme", "raise ValueError('no such codec')")
    ended = here("check", "--in-process", "acme")
    assert ended.status == 1
    assert f"{path.name}:" in ended.out
    assert "ValueError: no such codec" in ended.out
    assert "Mend it." in ended.out
    assert "-p no:" not in ended.out  # nobody checks a plugin to do without it


def test_a_name_that_two_plugins_offer_ends_with_status_1(here: Here, install: Install) -> None:
    """Neither is used, and both are named."""
    code = "@benchkit.hookimpl\ndef benchkit_detectors():\n    return [Mean('twice')]"
    install("one-ad", "one", code)
    install("two-ad", "two", code)
    ended = here("check", "--in-process", "twice")
    assert ended.status == 1
    assert "offered twice" in ended.out + ended.err
