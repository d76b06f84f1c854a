"""``benchkit plugins --timings``, and plugins that print when they are loaded."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from benchkit.cli.plugins_command import command

Install = Callable[..., Path]
HOOK = "@benchkit.hookimpl\ndef benchkit_detectors():\n    return [Mean('{}')]\n"


def listing(*arguments: str) -> Result:
    """Run the command without the built-in plugins."""
    return CliRunner().invoke(command, ["-p", "no:benchkit", *arguments], catch_exceptions=False)


@pytest.fixture
def slow(install: Install) -> Path:
    """Install a plugin that takes its time, and one that does not; return the file of the former."""
    install("quick-ad", "quick", HOOK.format("quick-mean"))
    return install("slow-ad", "slow", "import time\ntime.sleep(0.6)\n" + HOOK.format("slow-mean"))


def test_the_slowest_comes_first_and_is_named_with_its_file(slow: Path) -> None:
    """A plugin that every command waits for is told what to do; the quick one is only listed."""
    result = listing("--timings")
    rows = [line.split() for line in result.stdout.splitlines()[2:4]]
    assert result.exit_code == 0
    assert [row[:2] for row in rows] == [["slow", "slow-ad"], ["quick", "quick-ad"]]
    assert float(rows[0][2]) >= 0.6 > float(rows[1][2])
    assert "plugin 'slow' (slow-ad): took 0." in result.stdout
    assert f"Import what is slow in the function that needs it, and compute nothing at import ({slow})" in result.stdout
    assert "plugin 'quick'" not in result.stdout


@pytest.mark.usefixtures("slow")
def test_timings_can_be_read_by_a_program() -> None:
    """--json holds the same, unrounded."""
    rows = json.loads(listing("--timings", "--json").stdout)
    assert [row["plugin"] for row in rows] == ["slow", "quick"]
    assert rows[0]["seconds"] >= 0.6


def test_what_a_plugin_prints_is_passed_on_and_named_with_the_file(install: Install) -> None:
    """It works, its words are on standard error, and the list says where to take them out."""
    file = install("loud-ad", "loud", "print('hello \\x1b[31mthere')\n" + HOOK.format("loud-mean"))
    result = listing()
    assert result.exit_code == 0
    assert "hello" in result.stderr
    assert "\x1b" not in result.stdout
    words = r"plugin 'loud' (loud-ad 1.0): printed 'hello \\x1b[31mthere' while it was loaded; expected nothing"
    assert words in result.stdout
    assert f"Take it out: {file}." in result.stdout


def test_json_on_standard_output_stays_json(install: Install) -> None:
    """Whatever a plugin prints."""
    install("loud-ad", "loud", "print('hello')\n" + HOOK.format("loud-mean"))
    (record,) = json.loads(listing("--json", "--kind", "detector").stdout)
    assert (record["name"], record["state"]) == ("loud-mean", "ok")
