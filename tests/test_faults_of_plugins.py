"""Distributions that are broken in every way that a newcomer manages, installed side by side, as real processes.

Each has a row that says so and an error that names its file and what mends it; what is sound is used as ever.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from fault_helpers import Command, finish, linux_only

pytestmark = [pytest.mark.faults, linux_only]

Install = Callable[..., Path]

HOOK = "@benchkit.hookimpl\ndef {}():\n    return [{}]\n"
BROKEN = {
    "syntax": ("def broken(:", "SyntaxError", "Mend that line"),
    "dependency": ("import no_such_module", "No module named 'no_such_module'", "`pip install no_such_module`"),
    "misspelt": (HOOK.format("benchkit_detector", ""), "hook 'benchkit_detector'", "Rename it to benchkit_detectors"),
    "wrong-type": (HOOK.format("benchkit_views", "Mean('mean')"), "got a Mean; expected a View", "benchkit_detectors"),
}
"""The code of each, what is said of it, and what mends it."""

REQUEST = ("--dataset", "digits", "-a", "noise-4", "--timing-seconds", "0.01", "--device", "cpu", "--offline")


@pytest.fixture
def files(install: Install) -> dict[str, str]:
    """Install one distribution of each fault and a sound one; return the paths of their modules."""
    paths = {name: str(install(f"{name}-ad", name, code)) for name, (code, *_) in BROKEN.items()}
    sound = install("sound-ad", "sound", HOOK.format("benchkit_detectors", "Mean('sound-mean')"))
    return {**paths, "sound": str(sound)}


@pytest.fixture
def benchkit(files: dict[str, str], tmp_path: Path) -> Callable[..., Command]:
    """Return the command in an environment that has them all."""
    folders = [str(Path(path).parent) for path in files.values()]
    path = os.pathsep.join([*folders, *filter(None, [os.environ.get("PYTHONPATH")])])
    return lambda *arguments: finish(*arguments, cwd=tmp_path, PYTHONPATH=path)


def test_each_has_a_row_and_an_error_with_its_file_and_the_mend(
    benchkit: Callable[..., Command], files: dict[str, str]
) -> None:
    """``benchkit plugins`` ends with 0: it did what was asked, and beside the broken ones stands the sound one."""
    listing = benchkit("plugins", "--json")
    assert listing.status == 0, listing.err
    rows = {row["plugin"]: row for row in json.loads(listing.out)}
    for name, (_, said, mend) in BROKEN.items():
        assert rows[name]["state"] == "broken"
        assert rows[name]["distribution"] == f"{name}-ad"
        assert all(text in rows[name]["error"] for text in (said, mend, f"{files[name]}:")), rows[name]["error"]
    assert rows["sound"]["state"] == "ok"
    assert benchkit("plugins").out.count("broken") >= len(BROKEN)


def test_what_is_sound_runs_beside_them(benchkit: Callable[..., Command]) -> None:
    """A run that names it ends with 0 and its row, and warns of each broken one once."""
    done = benchkit("run", *REQUEST, "-d", "sound-mean")
    assert done.status == 0, done.err
    assert "sound-mean" in done.out
    assert "Traceback" not in done.err
    assert [done.err.count(f"warning: plugin {name!r}") for name in BROKEN] == [1] * len(BROKEN)


def test_a_name_that_a_broken_one_would_offer_is_a_wrong_request(benchkit: Callable[..., Command]) -> None:
    """Status 2, nothing written; the message says that a plugin is broken, and which command lists why."""
    done = benchkit("run", *REQUEST, "-d", "mean")
    assert done.status == 2, done.err
    assert "unknown detector 'mean'" in done.err
    assert "`benchkit plugins --kind detector` lists what there is. A plugin is broken" in done.err


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_that_was_asked_for_ends_the_run(
    benchkit: Callable[..., Command], files: dict[str, str], name: str
) -> None:
    """Given with --plugin it is no stranger's: status 1, the same error, without a traceback."""
    _, said, mend = BROKEN[name]
    left_out = [part for each in BROKEN for part in ("-p", f"no:{each}")]
    done = benchkit("run", *REQUEST, "-d", "sound-mean", "--plugin", files[name], *left_out)
    assert done.status == 1, done.err
    assert all(text in done.err for text in (said, mend, f"{files[name]}:")), done.err
    assert "Traceback" not in done.err
