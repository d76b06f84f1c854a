"""Two runs that are timed in turns, as processes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from benchkit.compare.comparing import compare
from benchkit.results import read_run, read_timings

BENCHKIT = str(Path(sys.executable).with_name("benchkit"))
RUN = ("run", "--dataset", "digits", "--offline", "-a", "noise-4", "--timing-seconds", "1.5", "--no-scores")


def start(out: Path, name: str, *options: str) -> subprocess.Popen[bytes]:
    """Begin a run that meets others in ``out/meet``."""
    command = [BENCHKIT, *RUN, "--out", str(out), "--name", name, "--beside", str(out / "meet"), *options]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


@pytest.mark.faults
def test_two_runs_meet_and_are_compared_turn_by_turn(tmp_path: Path) -> None:
    """Both name the same pair, have turns in common, and can be judged where 1.5 s each would not be enough."""
    detectors = ("-d", "gaussian", "-d", "univariate-gaussian")
    runs = [start(tmp_path, name, *detectors) for name in ("base", "head")]
    assert [run.wait(timeout=120) for run in runs] == [0, 0]
    base, head = (read_timings(tmp_path / name) for name in ("base", "head"))
    assert [each.beside for each in base] == [each.beside for each in head]
    assert len({each.beside for each in base} - {""}) == 2
    assert all(len(each.turn_seconds) > 3 for each in (*base, *head))
    assert list((tmp_path / "meet").iterdir()) == []
    found = compare(tmp_path / "base", tmp_path / "head", only="speed", rules=["images_per_second:-90%"])
    assert {each.method for each in found.judgements} == {"rank test"}


@pytest.mark.faults
def test_a_resumed_run_waits_for_nobody(tmp_path: Path) -> None:
    """It was timed with another; what is done again is done alone."""
    runs = [start(tmp_path, name, "-d", "univariate-gaussian") for name in ("base", "head")]
    assert [run.wait(timeout=120) for run in runs] == [0, 0]
    (tmp_path / "head" / "cells.jsonl").write_text("")
    text = (tmp_path / "head" / "run.json").read_text().replace('"cells_sha256"', '"was_sha256"')
    (tmp_path / "head" / "run.json").write_text(text)
    subprocess.run([BENCHKIT, "run", "--resume", str(tmp_path / "head")], check=True, capture_output=True, timeout=120)
    assert len(read_run(tmp_path / "head").cells) == 1
    assert [each.beside for each in read_timings(tmp_path / "head")] == [""]


def test_runs_of_several_workers_meet_nobody(tmp_path: Path) -> None:
    """Their fit groups come in no order that two runs have in common."""
    options = [BENCHKIT, *RUN, "-d", "gaussian", "--jobs", "2", "--beside", str(tmp_path)]
    ended = subprocess.run(options, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 2
    assert "beside: got" in ended.stderr
    assert "expected a folder with --jobs 1 or 0" in ended.stderr
