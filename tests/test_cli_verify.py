"""``benchkit verify``: what it prints, and what it ends with."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from verify_helpers import TOYS, edit_row, fresh_run

from benchkit.cli.verify_command import command
from benchkit.errors import UsageError

REFERENCE = Path(__file__).parents[1] / "results" / "mnist-reference"


def call(*arguments: object) -> Result:
    """Call the command with the toys loaded; its errors come through."""
    options = [str(argument) for argument in (*arguments, "--plugin", TOYS)]
    return CliRunner().invoke(command, options, catch_exceptions=False)


def test_an_honest_run_ends_with_status_0(tmp_path: Path) -> None:
    """Given as a folder and as its run.json."""
    run = fresh_run(tmp_path)
    result = call(run, run / "run.json")
    assert result.exit_code == 0
    assert result.output.count("nothing disagrees") == 2


def test_a_tampered_run_ends_with_status_1(tmp_path: Path) -> None:
    """One bad run among good ones is enough, and the row is named on standard output."""
    run, bad = fresh_run(tmp_path), fresh_run(tmp_path / "bad")
    name = edit_row(bad, 0, auroc=0.75)
    result = call(run, bad)
    assert result.exit_code == 1
    assert f"disagrees: metrics: {name}: auroc: got 0.75" in result.stdout


def test_json_holds_all_that_was_found(tmp_path: Path) -> None:
    """For scripts: checks with their results, disagreements with stored and expected values."""
    run = fresh_run(tmp_path)
    name = edit_row(run, 0, auroc=0.75)
    (found,) = json.loads(call(run, "--format", "json").output)
    metrics = next(check for check in found["checks"] if check["name"] == "metrics")
    assert (found["ok"], metrics["result"]) == (False, "disagrees")
    assert {(each["where"], each["field"], each["stored"]) for each in metrics["disagreements"]} == {
        (name, "auroc", 0.75)
    }


def test_no_data_loads_none(tmp_path: Path) -> None:
    """With --no-data there is no such check."""
    assert "checksum" not in call(fresh_run(tmp_path), "--no-data").output


def test_a_run_is_named_by_its_id_too(tmp_path: Path) -> None:
    """As for `benchkit table`: looked up in --results; one that is not there is a wrong request, with those near."""
    run = fresh_run(tmp_path)
    result = call(run.name, "--results", run.parent, "--no-data")
    assert (result.exit_code, result.output) == (0, call(run, "--no-data").output)
    with pytest.raises(UsageError, match=rf"verify: got '{run.name}x'.*Did you mean '{run.name}'"):
        call(f"{run.name}x", "--results", run.parent)


def test_a_path_without_a_run_is_a_wrong_request(tmp_path: Path) -> None:
    """Status 2, as every wrong request."""
    with pytest.raises(UsageError) as caught:
        call(tmp_path)
    assert caught.value.exit_status == 2
    assert CliRunner().invoke(command, []).exit_code == 2


def test_the_committed_reference_agrees(tmp_path: Path) -> None:
    """As a real process: status 0, and the checks that would need the raw scores are named."""
    arguments = [str(Path(sys.executable).with_name("benchkit")), "verify", "--no-data", str(REFERENCE)]
    done = subprocess.run(arguments, capture_output=True, text=True, cwd=tmp_path, timeout=240, check=False)
    assert done.returncode == 0, done.stderr
    assert "nothing disagrees" in done.stdout
    assert "not checked: metrics: the raw scores were not kept" in done.stdout


@pytest.mark.real
@pytest.mark.skipif("BENCHKIT_DATA" not in os.environ, reason="needs MNIST in BENCHKIT_DATA")
def test_the_committed_reference_was_made_on_the_data_that_are_here() -> None:
    """Checksum, cuts and the number of normal images of each row are those of the real MNIST."""
    result = CliRunner().invoke(command, [str(REFERENCE), "--format", "json"], catch_exceptions=False)
    (found,) = json.loads(result.stdout)
    assert (result.exit_code, found["checks"][-1]["name"], found["checks"][-1]["result"]) == (0, "data", "agrees")
