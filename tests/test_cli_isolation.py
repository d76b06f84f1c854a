"""How a run is carried out, as the command line takes it: what goes with ``--resume``, and the debugger."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import click
import pytest
from isolation_helpers import TOYS
from store_helpers import cell

import benchkit
from benchkit import UsageError
from benchkit.cli.isolation import debugger, how_settings, refuse_changes
from benchkit.cli.run_command import command
from benchkit.results import RunStore
from benchkit.runner import postmortem


def parsed(*arguments: str) -> click.Context:
    """Return the context of ``benchkit run`` with these arguments."""
    context = click.Context(command)
    with context:
        command.parse_args(context, list(arguments))
    return context


OTHERS = [
    ("--dataset", "mnist"), ("-d", "gaussian"), ("-a", "noise"), ("--exclude", "x"), ("--seeds", "2"),
    ("--set", "a.b=1"), ("--sweep", "a.b=1,2"), ("--device", "cpu"),
    ("--threshold", "zscore:3"), ("--prevalence", "0.1"),
    ("--batch-size", "8"), ("--timing-seconds", "1"),
    ("--timing-noise", "0"), ("--batch-sizes", "1,64"), ("--out", "elsewhere"), ("--name", "mine"), ("--no-scores",),
    ("--plugin", "mine.py"), ("-p", "no:noise"),
]  # fmt: skip
HOW = [
    ("--jobs", "2"), ("--in-process",), ("--pdb",), ("--timeout", "5"), ("--memory-limit", "4GB"),
    ("--device-memory", "2GB"),
    ("--executor", "dask"), ("--retry", "failed"), ("--format", "csv"), ("--dry-run",), ("--offline",),
    ("--beside", "meet"), ("--columns", "speed"),
]  # fmt: skip


@pytest.mark.parametrize("option", OTHERS)
def test_an_option_that_would_make_another_run_is_refused(option: tuple[str, ...]) -> None:
    """It is named, also when what it says is its default; without --resume it is welcome."""
    with pytest.raises(UsageError, match=rf"--resume: got {option[0]}|--resume: got --(detectors|anomalies)"):
        refuse_changes(parsed("--resume", "run", *option))
    refuse_changes(parsed(*option))


@pytest.mark.parametrize("option", HOW)
def test_an_option_that_says_how_goes_with_resume(option: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    """The run is the same, however it is carried out."""
    monkeypatch.setenv("BENCHKIT_OFFLINE", "1")
    refuse_changes(parsed("--resume", "run", *option))


def test_every_option_is_one_or_the_other() -> None:
    """No option is added that nobody decided about."""
    looked_at = {option[0] for option in (*OTHERS, *HOW)} | {"--resume", "--config", "--help"}
    for option in command.params:
        assert looked_at & {*option.opts}, option.opts


def test_retry_needs_a_run() -> None:
    """Without --resume there is nothing to do again."""
    with pytest.raises(UsageError, match="--retry: got it without --resume"):
        refuse_changes(parsed("--retry", "failed"))


def test_a_run_is_carried_out_as_it_was_said() -> None:
    """The fields of the settings, sizes as bytes; --in-process and --pdb win over --jobs."""
    said = parsed("--jobs", "3", "--timeout", "2.5", "--memory-limit", "1GiB").params
    usual = {"jobs": 1, "timeout": None, "executor": "local", "beside": None}
    usual |= {"memory_limit": None, "device_memory": None}
    assert how_settings(said) == {**usual, "jobs": 3, "timeout": 2.5, "memory_limit": 2**30}
    assert how_settings(parsed().params) == usual
    assert how_settings(parsed("--device-memory", "512MB").params) == {**usual, "device_memory": 512 * 10**6}
    with pytest.raises(UsageError, match="device memory: got 'plenty'; expected a size"):
        how_settings(parsed("--device-memory", "plenty").params)
    for option in ("--in-process", "--pdb"):
        assert how_settings(parsed("--jobs", "3", option).params)["jobs"] == 0


@pytest.mark.parametrize("option", ["--pdb", "--in-process"])
@pytest.mark.parametrize("executor", ["dask", "dask://host:8786"])
def test_no_debugger_reaches_another_machine(option: str, executor: str) -> None:
    """One of the two has to go."""
    with pytest.raises(UsageError, match=f"--executor {executor}: got it together with --in-process or --pdb"):
        how_settings(parsed("--executor", executor, option).params)


def test_nobody_debugs_who_did_not_ask() -> None:
    """Without --pdb no fault is looked at."""
    with debugger(False):
        assert postmortem._observers == []
    with debugger(True):
        assert len(postmortem._observers) == 1
    assert postmortem._observers == []


def run(cwd: Path, *arguments: str, said: str = "") -> subprocess.CompletedProcess[str]:
    """Run ``benchkit run`` on toys in ``cwd``, with something typed at it."""
    command = [str(Path(sys.executable).with_name("benchkit")), "run", *arguments]
    return subprocess.run(command, input=said, capture_output=True, text=True, cwd=cwd, timeout=200, check=False)


@pytest.mark.slow
def test_the_debugger_opens_where_a_plugin_raised(tmp_path: Path) -> None:
    """``w`` shows the plugin's own line; when it is left, by ``q``, ``c`` or the end of the input, the run goes on."""
    (tmp_path / "broken.py").write_text(
        "import benchkit\nfrom dataclasses import dataclass\n@dataclass(frozen=True)\n"
        "class Broken(benchkit.Detector):\n    def fit(self, normal, *, seed):\n"
        "        colour = 'mauve'\n        raise ValueError('this one is broken')\n"
        "@benchkit.hookimpl\ndef benchkit_detectors():\n"
        "    return [Broken('broken-a'), Broken('broken-b'), Broken('broken-c')]\n"
    )
    choice = ("-d", "broken-*", "-d", "brightness", "-a", "brighter", "--dataset", "toy", "--name", "mine")
    quick = ("--plugin", str(TOYS), "--plugin", "broken.py", "--timing-seconds", "0.01", "--device", "cpu")
    done = run(tmp_path, *choice, *quick, "--pdb", said="w\np colour + '!'\nq\nc\n")
    assert done.returncode == 1, done.stderr[-2000:]
    assert "broken.py(7)fit()" in done.stdout
    assert "'mauve!'" in done.stdout
    assert done.stderr.count("benchkit: --pdb: ValueError: this one is broken") == 3
    cells = benchkit.load_run(tmp_path / "results" / "mine").cells
    assert dict(zip(cells["detector"], cells["status"], strict=True)) == {
        "brightness": "ok", "broken-a": "failed", "broken-b": "failed", "broken-c": "failed",
    }  # fmt: skip


@pytest.mark.slow
def test_a_refused_request_ends_with_status_two(tmp_path: Path) -> None:
    """One paragraph, no traceback; the run that it was about is as it was."""
    with RunStore.create(tmp_path, "mine", {"state": "finished"}) as store:
        store.append(cell())
    before = (tmp_path / "mine" / "run.json").read_bytes()
    done = run(tmp_path, "--resume", "mine", "--seeds", "3")
    assert done.returncode == 2
    assert "--resume: got --seeds as well" in done.stderr
    assert "Traceback" not in done.stderr
    assert (tmp_path / "mine" / "run.json").read_bytes() == before
