"""``benchkit run``: what it prints, and what it ends with; as a real process wherever being one is what is promised."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from cli_helpers import Here

Install = Callable[..., Path]

TOYS = str(Path(__file__).with_name("toy_plugins.py"))
QUICK = ("--plugin", TOYS, "--dataset", "toy", "--timing-seconds", "0.01", "--device", "cpu", "-a", "brighter")


def benchkit(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run the command in ``cwd``."""
    command = [str(Path(sys.executable).with_name("benchkit")), *arguments]
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, timeout=240, check=False)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Here:
    """Return the command in this process."""
    return Here(tmp_path, monkeypatch, capsys)


def test_a_run_prints_its_leaderboard(tmp_path: Path) -> None:
    """The table is on standard output, the folder on standard error, the exit status is 0."""
    done = benchkit("run", *QUICK, "-d", "brightness", "--name", "mine", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "brightness" in done.stdout
    assert "AUROC" in done.stdout
    assert (tmp_path / "results" / "mine" / "cells.jsonl").is_file()


def test_every_option_can_stand_in_a_file(tmp_path: Path, here: Here) -> None:
    """--config gives every option; a flag given as well wins."""
    (tmp_path / "run.toml").write_text(
        f"plugin = [{json.dumps(TOYS)}]\ndataset = 'toy'\ndetectors = 'brightness'\nanomalies = ['brighter']\n"
        "seeds = 2\ntiming-seconds = 0.01\nname = 'from-file'\ndevice = 'cpu'\n"
        "in-process = true\n[set.brightness]\nscale = 3.0\n"
    )
    done = here("run", "--config", "run.toml", "--seeds", "1")
    assert done.status == 0, done.err
    manifest = json.loads((tmp_path / "results" / "from-file" / "run.json").read_text())
    assert manifest["settings"]["seeds"] == [0]
    assert manifest["detectors"]["brightness"]["scale"] == 3.0


def test_a_dry_run_computes_nothing(tmp_path: Path, here: Here) -> None:
    """--dry-run prints tasks, fits, cells and the cost, and leaves no folder."""
    done = here("run", *QUICK, "-d", "brightness", "--seeds", "3", "--dry-run")
    assert done.status == 0, done.err
    assert "3 tasks, 3 fits, 3 cells" in done.out
    assert "time: unknown" in done.out
    assert not (tmp_path / "results").exists()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full, a disk that is always full")
def test_a_full_disk_behind_the_output_is_one_paragraph(tmp_path: Path) -> None:
    """What cannot be printed ends with status 1 and one paragraph, not with a traceback."""
    command = [str(Path(sys.executable).with_name("benchkit")), "plugins"]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, cwd=tmp_path, check=False)
    assert done.returncode == 1
    assert "No space left on device" in done.stderr
    assert "Traceback" not in done.stderr


def test_ctrl_c_is_one_line_and_its_own_status(tmp_path: Path) -> None:
    """Ctrl-C ends with 130 and says where the finished cells are, without a traceback."""
    (tmp_path / "stop.py").write_text(
        "import benchkit\nfrom dataclasses import dataclass\n@dataclass(frozen=True)\n"
        "class Stop(benchkit.Detector):\n    def fit(self, normal, *, seed):\n        raise KeyboardInterrupt\n"
        "@benchkit.hookimpl\ndef benchkit_detectors():\n    return [Stop('zz-stop')]\n"
    )
    detectors = ["-d", "brightness", "-d", "zz-stop", "--plugin", "stop.py", "--in-process"]
    done = benchkit("run", *QUICK, *detectors, cwd=tmp_path)
    assert done.returncode == 130
    assert "stopped by Ctrl-C. 1 of 2 cells had ended; they are kept in results/" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_broken_plugin_beside_a_pattern_is_said_at_the_end(here: Here, install: Install) -> None:
    """A pattern may have meant what a broken plugin offers: status 1 with the reason; a plain name is status 0."""
    install("bad", "bad", "", target="no_such_module_anywhere")
    by_pattern = here("run", *QUICK, "-d", "bright*", "--in-process")
    assert by_pattern.status == 1
    assert "rows may be missing" in by_pattern.err
    by_name = here("run", *QUICK, "-d", "brightness", "--in-process")
    assert by_name.status == 0
    assert "rows may be missing" not in by_name.err


def test_a_failed_cell_ends_with_status_one(here: Here) -> None:
    """The other rows are printed, the failed one is named, the exit status is 1."""
    done = here("run", *QUICK, "-d", "brightness", "-d", "brightness@broken-view", "--in-process")
    assert done.status == 1
    assert "brightness " in done.out
    assert "this view is broken" in done.out
    assert "1 of 2 cells did not end well: 1 failed" in done.err


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("-d", "brightnes"), "Did you mean 'brightness'"),
        (("-d", "zzz*"), "matches nothing"),
        (("-d", "brightness", "--exclude", "bright*"), "no detector is selected"),
        (("-d", "brightness@layer9"), "unknown view 'layer9'"),
        (("-d", "brightness", "--threshold", "median"), "quantile"),
        (("-d", "brightness", "--prevalence", "2"), "prevalence"),
        (("-d", "brightness", "--device", "cuda:7"), "cuda:7"),
        (("-d", "brightness", "--set", "brightness.scal=2"), "Did you mean 'scale'"),
        (("-d", "brightness", "--set", "brightness"), "NAME.FIELD=VALUE"),
        (("-d", "brightness", "--config", "missing.toml"), "missing.toml"),
        (("-d", "brightness", "--format", "word"), "word"),
        (("-d", "brightness", "--name", "../escape"), "../escape"),
        (("-d", "brightness", "--plugin", "missing.py"), "missing.py"),
        (("-d", "brightness", "-p", "no:brightnes"), "no:"),
        (("-d", "brightness", "--seeds", "0"), "--seeds"),
    ],
)
def test_a_wrong_request_is_one_paragraph_and_status_two(
    tmp_path: Path, here: Here, arguments: tuple[str, ...], expected: str
) -> None:
    """Whatever is wrong with the request, nothing is computed and the message says what would be right."""
    done = here("run", *QUICK, *arguments)
    assert done.status == 2, done.out + done.err
    assert expected in done.err
    assert "Traceback" not in done.err
    assert not (tmp_path / "results").exists()


def test_an_unknown_key_in_a_config_is_named(tmp_path: Path) -> None:
    """A misspelt key is refused with the key that was meant."""
    (tmp_path / "run.toml").write_text("detectrs = ['brightness']\n")
    done = benchkit("run", *QUICK, "--config", "run.toml", cwd=tmp_path)
    assert done.returncode == 2
    assert "Did you mean 'detectors'" in done.stderr


def test_a_broken_config_names_the_line(tmp_path: Path, here: Here) -> None:
    """A file that is not TOML is refused with the line."""
    (tmp_path / "run.toml").write_text("seeds = 1\nthis is not toml\n")
    done = here("run", *QUICK, "--config", "run.toml")
    assert done.status == 2
    assert "line 2" in done.err


def test_a_missing_data_set_path_is_a_clear_error(here: Here) -> None:
    """A path that is not there ends with one paragraph that names it."""
    done = here("run", "--dataset", "./nowhere.npz", "-d", "gaussian", "-a", "noise-1", "--in-process")
    assert done.status in (1, 2)
    assert "nowhere.npz" in done.err
    assert "Traceback" not in done.err


def test_debug_shows_the_traceback(tmp_path: Path) -> None:
    """--debug before the command adds the traceback to the paragraph."""
    command = [str(Path(sys.executable).with_name("benchkit")), "--debug", "run", *QUICK, "-d", "brightnes"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, timeout=120, check=False)
    assert done.returncode == 2
    assert "Traceback" in done.stderr


def test_the_leaderboard_shows_what_is_asked_for(tmp_path: Path, here: Here) -> None:
    """--columns as in `benchkit table`; a wrong name is found before anything is computed."""
    done = here("run", *QUICK, "-d", "brightness", "--columns", "images_per_second,limit", "--in-process")
    assert done.status == 0, done.err
    assert "% of limit" in done.out
    assert "AUROC" not in done.out
    wrong = here("run", *QUICK, "-d", "brightness", "--columns", "limits", "--out", "none")
    assert (wrong.status, "Did you mean 'limit'" in wrong.err) == (2, True)
    assert not (tmp_path / "none").exists()
