"""How tests are shared among the worker processes of pytest-xdist, which ``make test`` and ``make faults`` start.

A file goes to one worker as a whole: what is made once a module would be made in each worker otherwise. Only documents
go one by one. What takes longest begins first, so that no worker is left alone with it at the end.

No file needs to be alone. Processes are told apart by a mark in their environment, folders are those of one test, a
port is one that the system had free or stands in one document alone, a Ctrl-C goes to a process group of its own or to
the test's own thread (pytest-xdist runs tests in the main one), and no wall time is asserted but as a generous limit.
"""

from __future__ import annotations

import pytest
from xdist.scheduler import LoadFileScheduling

APART = "test_docs.py::test_every_code_block_of_a_document_works"
"""These share nothing with each other: each has a folder, a home and an environment of its own."""

FIRST = (
    "test_docs.py", "test_scaffold_fresh.py", "test_thirdparty.py", "test_resume_kills.py", "test_cluster.py",
    "test_verify_fields.py",
)  # fmt: skip
"""Minutes, or the better part of one. The README is the very first, as it takes a quarter of ``make test``."""


class FilesWhole(LoadFileScheduling):
    """Gives whole files to whoever is idle, in the order of the collected tests."""

    def __init__(self, config: pytest.Config, log: object = None) -> None:
        super().__init__(config, log)
        config.option.loadscopereorder = False  # by numbers of tests, which say nothing of how long they take

    def _split_scope(self, nodeid: str) -> str:
        return share_of(nodeid)


def share_of(nodeid: str) -> str:
    """Return the name of what a test goes to a worker with: its file's, or its own where it shares nothing."""
    return nodeid if APART in nodeid else nodeid.partition("::")[0]


def long_ones_first(items: list[pytest.Item]) -> None:
    """Order tests, those of one file in the order that they are in."""
    place = {name: number for number, name in enumerate(FIRST)}
    items.sort(key=lambda item: place.get(item.path.name, len(place)))
