"""`benchkit data`: list, fetch, verify."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from data_helpers import Mirror, gzipped, remote, running_mirror

from benchkit.cli.data_command import command
from benchkit.errors import ContractError, UsageError

RAW = b"published bytes" * 100
PLUGIN = """
from dataclasses import dataclass
import benchkit

@dataclass(frozen=True)
class Toy(benchkit.Dataset):
    def files(self):
        return {files}
    def load(self):
        raise benchkit.DataError("not to be loaded")

@benchkit.hookimpl
def benchkit_datasets():
    return [Toy("toy")]
"""


@pytest.fixture(scope="module")
def server() -> Iterator[Mirror]:
    """Run one web server for the whole module."""
    with running_mirror() as mirror:
        yield mirror


@pytest.fixture
def plugin(server: Mirror, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a plugin file that offers `toy`, of two files that a mirror on this machine serves."""
    monkeypatch.setenv("BENCHKIT_CACHE", str(tmp_path / "cache"))
    for variable in ("BENCHKIT_DATA", "BENCHKIT_PLUGINS"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("BENCHKIT_OFFLINE", "")  # so that --offline in one test is undone for the next
    monkeypatch.setattr("pooch.core.time.sleep", lambda _seconds: None)
    files = tuple(
        remote(RAW, server.serve(f"{name}.gz", gzipped(RAW)), path=f"toy/{name}") for name in ("images", "labels")
    )
    return write_plugin(tmp_path, "(" + ", ".join(f"benchkit.{file!r}" for file in files) + ")")


def write_plugin(folder: Path, files: str) -> Path:
    """Write the plugin with any expression for its files."""
    path = folder / "toy_plugin.py"
    path.write_text(PLUGIN.format(files=files))
    return path


def call(action: str, plugin: Path, *arguments: str) -> Result:
    """Run the command with the plugin."""
    return CliRunner().invoke(command, [action, "--plugin", str(plugin), *arguments])


def rows(plugin: Path) -> dict[str, dict[str, object]]:
    """Return what `data list --json` says, by name."""
    return {row["name"]: row for row in json.loads(call("list", plugin, "--json").stdout)}


def test_the_list_tells_embedded_missing_and_found(plugin: Path, tmp_path: Path) -> None:
    """Every data set is listed with its state, its size, and where it lies or what brings it."""
    listed = rows(plugin)
    assert set(listed) >= {"digits", "fashion-mnist", "garments", "mnist", "toy"}
    assert listed["digits"] == {
        "name": "digits", "state": "embedded", "embedded": True, "bytes": 0, "where": "", "next_step": "",
    }  # fmt: skip
    assert (listed["toy"]["state"], listed["toy"]["bytes"]) == ("missing", 3000)
    assert listed["toy"]["next_step"] == "benchkit data fetch toy"
    assert call("fetch", plugin, "toy").exit_code == 0
    assert rows(plugin)["toy"]["state"] == "found"
    lines = call("list", plugin).stdout.splitlines()
    assert [line.split()[:2] for line in lines if line.startswith(("toy", "garments"))] == [
        ["garments", "embedded"],
        ["toy", "found"],
    ]
    assert str(tmp_path / "cache" / "toy") in call("list", plugin).stdout


def test_half_a_data_set_is_missing(plugin: Path, tmp_path: Path) -> None:
    """A data set counts as found only when all its files are here."""
    call("fetch", plugin, "toy")
    (tmp_path / "cache" / "toy" / "labels").unlink()
    assert rows(plugin)["toy"]["state"] == "missing"


def test_fetch_brings_the_files_and_says_where(plugin: Path, tmp_path: Path) -> None:
    """Each file is named with its place; a second fetch downloads nothing; an embedded one needs nothing."""
    for _ in range(2):
        result = call("fetch", plugin, "toy", "digits")
        assert result.exit_code == 0
        assert f"toy: ok: {tmp_path / 'cache' / 'toy' / 'images'}" in result.stdout
        assert "digits: embedded, nothing to fetch" in result.stdout


def test_fetch_goes_on_after_a_failure_and_exits_with_1(plugin: Path, server: Mirror, tmp_path: Path) -> None:
    """A file that no mirror has does not keep the others from coming."""
    server.pages.pop("/images.gz")
    result = call("fetch", plugin, "toy")
    assert result.exit_code == 1
    assert "toy: wrong: toy/images" in result.stderr
    assert (tmp_path / "cache" / "toy" / "labels").read_bytes() == RAW


def test_fetch_offline_asks_nobody(plugin: Path, server: Mirror) -> None:
    """--offline turns the fetch of a missing file into an error."""
    server.asked.clear()
    result = call("fetch", plugin, "--offline", "toy")
    assert result.exit_code == 1
    assert "off limits" in result.stderr
    assert server.asked == []


def test_verify_exits_with_1_when_a_file_is_wrong(plugin: Path, tmp_path: Path) -> None:
    """Sound files are 0; one changed byte is 1 and the file is named, the others are still checked."""
    call("fetch", plugin, "toy")
    assert call("verify", plugin).exit_code == 0
    (tmp_path / "cache" / "toy" / "images").write_bytes(RAW[:-1] + b"!")
    for names in ((), ("toy",)):
        result = call("verify", plugin, *names)
        assert result.exit_code == 1
        assert f"toy: wrong: {tmp_path / 'cache' / 'toy' / 'images'}" in result.stderr
        assert f"toy: ok: {tmp_path / 'cache' / 'toy' / 'labels'}" in result.stdout


def test_verify_of_a_missing_data_set_is_wrong_only_when_it_is_named(plugin: Path) -> None:
    """What is not here is passed over, unless it was asked for."""
    result = call("verify", plugin)
    assert result.exit_code == 0
    assert "toy: not here, nothing to verify" in result.stdout
    assert "digits: embedded, nothing to verify" in result.stdout
    assert call("verify", plugin, "toy").exit_code == 1


@pytest.mark.parametrize("action", ["fetch", "verify"])
def test_an_unknown_name_is_a_wrong_request_with_a_near_miss(plugin: Path, action: str) -> None:
    """A name that nobody offers ends as a UsageError that suggests the near one."""
    error = call(action, plugin, "mnits").exception
    assert isinstance(error, UsageError)
    assert "Did you mean 'mnist'" in str(error)


@pytest.mark.parametrize(
    ("files", "found"), [("1 / 0", "ZeroDivisionError"), ("['a.txt']", "got str"), ("None", "None")]
)
def test_a_plugin_whose_files_are_none_is_named_and_the_others_are_listed(
    tmp_path: Path, plugin: Path, files: str, found: str
) -> None:
    """A broken `files` marks its own row; fetching it is a ContractError of that plugin."""
    broken = write_plugin(tmp_path, files)
    listed = rows(broken)
    assert listed["toy"]["state"] == "broken"
    assert found in str(listed["toy"]["next_step"])
    assert listed["digits"]["state"] == "embedded"
    error = call("fetch", broken, "toy").exception
    assert isinstance(error, ContractError)
    assert str(broken) in str(error)


def test_help_imports_no_torch() -> None:
    """`benchkit data --help` answers without the heavy libraries."""
    code = "import sys, benchkit.cli.data_command; sys.exit(bool({'torch', 'pandas', 'pooch'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
