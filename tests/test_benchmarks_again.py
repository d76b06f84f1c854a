"""The performance page's files: a part that is measured again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from performance_helpers import MACHINE, document, entry
from published import again, page, read, together


def test_a_part_that_is_measured_again_takes_the_place_of_the_old_one() -> None:
    """The rest stays, with its date; the page says when the part was measured."""
    first = together([document(MACHINE, entry("test_peers", "g", "r", 1.0), entry("test_sweep", "s", "q", 5.0))])
    second = {**together([document(MACHINE, entry("test_sweep", "s", "q", 3.0))]), "date": "2031-02-03T04:05:06"}
    found = again(first, second)
    assert [(one["group"], one["stats"]["median"]) for one in found["benchmarks"]] == [("g", 1.0), ("s", 3.0)]
    assert found["date"] == first["date"]
    assert [(each["module"], each["date"]) for each in again(found, second)["later"]] == [
        ("test_sweep", "2031-02-03T04:05:06")
    ]


def test_the_page_says_which_part_is_younger(tmp_path: Path) -> None:
    """Beside the date of the rest."""
    whole = together([document(MACHINE, entry("test_peers", "g", "r", 1.0))])
    part = {**together([document(MACHINE, entry("test_sweep", "s", "q", 3.0))]), "date": "2031-02-03T04:05:06"}
    path = tmp_path / "some.json"
    path.write_text(json.dumps(again(whole, part)), encoding="utf-8")
    assert "- Of `test_sweep.py`: 2031-02-03 04:05:06 UTC" in page([read(path)])


@pytest.mark.parametrize("name", ["device_name", "cpu", "threads", "versions", "scale"])
def test_parts_of_two_machines_are_not_mixed(name: str) -> None:
    """Neither of two sets of versions."""
    whole, part = (together([document(MACHINE, entry("test_peers", "g", "r", 1.0))]) for _ in range(2))
    part["machine"] = {**part["machine"], name: "another"}
    with pytest.raises(ValueError, match=f"got {name} 'another'"):
        again(whole, part)
