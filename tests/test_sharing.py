"""How tests are shared among processes: what stays together, what begins first, and what a test's children see."""

from __future__ import annotations

import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import test_docs
from sharing import APART, FIRST, long_ones_first, share_of

HERE = Path(__file__).parent


def items(*names: str) -> list[Any]:
    """Stand in for the collected tests of these files."""
    return [SimpleNamespace(path=HERE / name) for name in names]


def test_the_longest_begin_first_and_the_others_keep_their_order() -> None:
    """In the order of the list; what is not in it comes afterwards, as it was collected."""
    collected = items("test_api.py", FIRST[1], "test_golden.py", FIRST[0], "test_attacks.py")
    long_ones_first(collected)
    assert [item.path.name for item in collected] == [
        FIRST[0],
        FIRST[1],
        "test_api.py",
        "test_golden.py",
        "test_attacks.py",
    ]


@pytest.mark.parametrize("name", FIRST)
def test_what_begins_first_is_there(name: str) -> None:
    """A file that was renamed would begin last, unnoticed."""
    assert (HERE / name).exists()


def test_a_file_stays_whole_and_documents_are_apart() -> None:
    """Also where the parameters of a test look like the name of another; each document is for itself."""
    assert share_of("tests/test_a.py::test_b[x.py::test_y]") == "tests/test_a.py"
    assert share_of("tests/test_docs.py::test_every_link[README.md]") == "tests/test_docs.py"
    one, other = (f"tests/{APART}[{name}]" for name in ("README.md", "docs/ci.md"))
    assert share_of(one) != share_of(other)
    assert hasattr(test_docs, APART.rpartition("::")[2])


def test_no_child_of_a_test_takes_itself_for_a_worker() -> None:
    """A pytest of its own, started by a test, would turn its benchmarks off."""
    assert [name for name in os.environ if name.startswith("PYTEST_XDIST_")] == []
