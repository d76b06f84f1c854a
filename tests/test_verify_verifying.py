"""All checks in a row: whatever lies in the folder, the answer is a verification."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from verify_helpers import TOYS, edit_manifest, fresh_run, registry, rows_of, verified, write_rows

import benchkit
from benchkit.errors import UsageError
from benchkit.verify import verify_runs

JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
    max_leaves=4,
)


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A copy to tamper with."""
    return fresh_run(tmp_path)


def test_the_python_door_does_the_same(run: Path) -> None:
    """``Run.verify`` checks what lies on the disk, not what was loaded before."""
    loaded = benchkit.load_run(run)
    assert loaded.verify(plugins=[TOYS]).ok
    write_rows(run, rows_of(run)[1:], digest=False)
    assert not loaded.verify(plugins=[TOYS]).ok


def test_without_data_that_check_is_left_out(run: Path) -> None:
    """What was not asked for is not reported."""
    names = [check.name for check in verified(run, data=False).checks]
    assert names == ["schema", "digest", "metrics", "consistency", "timings", "plan", "protocol"]
    assert [check.name for check in verified(run, data=True).checks] == [*names, "data"]


@pytest.mark.parametrize(
    ("file", "content"),
    [("cells.jsonl", b'{"schema": 2}\n'), ("cells.jsonl", b"\xff\xfe\n"), ("run.json", b"[]"), ("run.json", b"")],
)
def test_a_run_that_cannot_be_read_disagrees(file: str, content: bytes, run: Path, tmp_path: Path) -> None:
    """Its file is named, and the runs beside it are verified all the same."""
    good = fresh_run(tmp_path / "other")
    (run / file).write_bytes(content)
    bad, fine = verify_runs([run, good / "run.json"], registry(), data=False)
    assert [(check.name, check.result) for check in bad.checks] == [("schema", "disagrees")]
    assert file in bad.disagreements[0].stored
    assert fine.ok
    assert fine.run == good


def test_no_run_at_all_is_a_wrong_request(tmp_path: Path) -> None:
    """The path is named."""
    with pytest.raises(UsageError, match=r"no run\.json"):
        verify_runs([tmp_path], registry())


def test_a_run_without_rows_lacks_all_of_them(run: Path) -> None:
    """Nothing to check is not the same as nothing wrong."""
    write_rows(run, [])
    assert {each.where for each in verified(run).disagreements} >= {"run.json", "brightness on toy, brighter, seed 0"}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(data=st.data())
def test_any_run_json_gives_a_verification(data: st.DataObject, run: Path) -> None:
    """Whatever stands in it: nothing raises, and what was overwritten with nonsense is found."""
    whole: dict[str, Any] = json.loads(fresh_text(run))
    part = data.draw(st.sampled_from(["settings", "protocol", "planned", "cells", "dataset", "detectors", "anomalies"]))
    inner = data.draw(st.sampled_from([None, *whole[part]]))
    junk = data.draw(JUNK)
    (run / "run.json").write_text(json.dumps(whole))
    if inner is None:
        edit_manifest(run, lambda manifest: manifest.update({part: junk}))
        assert not verified(run, data=True).ok
    else:
        edit_manifest(run, lambda manifest: manifest[part].update({inner: junk}))
        verified(run, data=True)


def fresh_text(run: Path) -> str:
    """Return what run.json held before anybody changed it."""
    original = run / "original.json"
    if not original.exists():
        original.write_text((run / "run.json").read_text())
    return original.read_text()
