"""Checks in a worker process: what ends it or never ends is a finding, and everything else goes on."""

from __future__ import annotations

import textwrap
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchkit.errors import PluginLoadError, UsageError
from benchkit.testing import DETECTOR_CHECKS, Case, Finding
from benchkit.testing.aside import Aside
from benchkit.testing.examining import Asked

DETECTORS = """
import os
import threading
import time
from dataclasses import dataclass

from benchkit import Detector, hookimpl


@dataclass(frozen=True)
class Ending(Detector):
    how: str = ""

    def fit(self, normal, *, seed):
        mean = normal.mean(dim=0)

        def score(inputs):
            if len(inputs) == 1 and self.how:
                print("last words")
                {"exit": leave, "hang": wait, "later": leave_later}[self.how]()
            return (inputs - mean).square().flatten(1).mean(dim=1)

        return score


def leave():
    os._exit(0)


def leave_later():
    threading.Timer(0.5, os._exit, (0,)).start()
    time.sleep(0.4)


def wait():
    while True:
        time.sleep(0.01)


@hookimpl
def benchkit_detectors():
    return [Ending(f"of-{how or 'none'}", how=how) for how in ("exit", "hang", "")]
"""

CHECKS = [check.name for check in DETECTOR_CHECKS]


def asked(folder: Path, *targets: str, files: tuple[Path, ...] = ()) -> Asked:
    """Return a request from a folder."""
    return Asked(targets, files, (), folder)


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, dict[str, Finding]]]:
    """Return the findings about three detectors, of which two take the process with them, by name and check."""
    folder = tmp_path_factory.mktemp("detectors")
    (folder / "ending.py").write_text(DETECTORS)
    with Aside(asked(folder, "ending.py"), 6.0) as aside:
        findings: dict[str, dict[str, Finding]] = {}
        for case in aside.cases():
            findings.setdefault(case.name, {})[case.check] = case.find()
        yield findings


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("of-exit", "ended itself with exit status 0 (its last words: last words)"),
        ("of-hang", "was ended when its 6 s were over, in wait (ending.py:"),
    ],
)
def test_a_check_that_takes_the_process_with_it_fails(
    found: dict[str, dict[str, Finding]], name: str, said: str
) -> None:
    """That check alone: those before it keep what they found, those after it are not run and say where to look."""
    findings = found[name]
    place = CHECKS.index("batch-of-one")
    assert list(findings) == CHECKS
    assert [check for check, finding in findings.items() if finding.state == "failed"] == ["batch-of-one"]
    assert {findings[check].state for check in CHECKS[:place]} == {"passed"}
    assert {findings[check].state for check in CHECKS[place + 1 :]} == {"not run"}
    assert "see 'batch-of-one'" in findings[CHECKS[-1]].said
    assert said in findings["batch-of-one"].said
    assert f"'{name}'" in findings["batch-of-one"].said
    assert findings["batch-of-one"].said.isprintable()


def test_the_next_object_goes_on(found: dict[str, dict[str, Finding]]) -> None:
    """In a new process, and nothing is blamed on it."""
    assert {finding.state for finding in found["of-none"].values()} == {"passed", "not run"}
    assert found["of-none"]["batch-of-one"].state == "passed"
    assert found["of-none"]["reaches-worker"].state == "passed"


def one_detector(folder: Path, how: str) -> str:
    """Write the plugin with one detector; return its name."""
    (folder / "one.py").write_text(DETECTORS.replace('("exit", "hang", "")', f'("{how}",)'))
    return "one.py"


def test_a_process_that_ends_between_two_checks_fails_one(tmp_path: Path) -> None:
    """What a thread ends a moment later is no quiet end, and no new process hides it."""
    with Aside(asked(tmp_path, one_detector(tmp_path, "later")), 60.0) as aside:
        cases = {case.check: case for case in aside.cases()}
        assert cases["batch-of-one"].find().state in {"passed", "failed"}
        findings = [slow(cases[check]) for check in ("empty-batch", "memory-layout")]
    assert "failed" in {finding.state for finding in findings}


def slow(case: Case) -> Finding:
    """Carry out a check after the thread had its time."""
    time.sleep(0.6)
    return case.find()


@pytest.mark.parametrize(
    ("code", "target", "files", "said"),
    [
        ("import os\nos._exit(0)", "mine.py", (), "ended itself with exit status 0"),
        (
            "while True:\n    pass",
            "gaussian",
            (Path("mine.py"),),
            "was ended when its 4 s were over, in <module> (mine.py:",
        ),
    ],
    ids=["ends", "hangs"],
)
def test_a_file_that_never_loads_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str, target: str, files: tuple[Path, ...], said: str
) -> None:
    """Whether it is a target, or beside them: an error, which ends the command with status 1."""
    (tmp_path / "mine.py").write_text(code)
    monkeypatch.setattr("benchkit.testing.aside.LOADING", 4.0)
    with Aside(asked(tmp_path, target, files=files), 4.0) as aside, pytest.raises(PluginLoadError) as caught:
        aside.cases()
    assert "loading the plugin file mine.py" in str(caught.value)
    assert said in str(caught.value)


def test_what_is_wrong_with_the_request_is_said_as_ever(tmp_path: Path) -> None:
    """The error of the worker is that of this process, with the plugin that it names."""
    (tmp_path / "broken.py").write_text("def (:\n")
    with Aside(asked(tmp_path, "gausian"), 60.0) as aside, pytest.raises(UsageError, match="Did you mean 'gaussian'"):
        aside.cases()
    with Aside(asked(tmp_path, "broken.py"), 60.0) as aside, pytest.raises(PluginLoadError) as caught:
        aside.cases()
    assert caught.value.plugin == "broken.py"


def test_what_a_plugin_prints_is_passed_on(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """To standard error: standard output is the command's own."""
    code = textwrap.dedent(DETECTORS).replace("mean = normal", "print('fitting'); mean = normal")
    (tmp_path / "loud.py").write_text(code.replace('("exit", "hang", "")', '("",)'))
    with Aside(asked(tmp_path, "loud.py"), 60.0) as aside:
        assert aside.cases()[0].find().state == "passed"
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "fitting" in printed.err
