"""What is shown of a run while it goes on."""

from __future__ import annotations

from typing import Any

import pytest
from store_helpers import cell

from benchkit.cli.progress import Progress


class Bar:
    """Stands for tqdm's."""

    def __init__(self, *, disable: bool = False) -> None:
        self.disable = disable
        self.text = ""
        self.done = 0

    def reset(self, total: int) -> None:
        """Begin again."""

    def update(self) -> None:
        """Count one."""
        self.done += 1

    def set_postfix_str(self, text: str, *, refresh: bool) -> None:
        """Say something beside the bar."""

    def set_description_str(self, text: str) -> None:
        """Say what the line says."""
        self.text = text


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> dict[str, float]:
    """Return a clock that stands until it is set."""
    time = {"now": 100.0}
    monkeypatch.setattr("benchkit.cli.progress.time.monotonic", lambda: time["now"])
    return time


def test_the_groups_at_work_are_shown_with_their_seconds(now: dict[str, float]) -> None:
    """Each from when it began; a cell that ends brings the seconds up to date; nothing at work, nothing shown."""
    line: Any = Bar()
    progress = Progress(Bar(), line)
    progress.begin(2)
    progress.at_work(["conv-ae, all classes"])
    assert line.text == "at work: conv-ae, all classes"
    now["now"] += 12
    progress.at_work(["conv-ae, all classes", "knn, classes 1-9"])
    assert line.text == "at work: conv-ae, all classes (12 s) · knn, classes 1-9"
    now["now"] += 3
    progress.advance(cell())
    assert line.text == "at work: conv-ae, all classes (15 s) · knn, classes 1-9 (3 s)"
    progress.at_work([])
    assert line.text == ""


def test_nothing_is_drawn_where_nobody_watches(now: dict[str, float], capsys: pytest.CaptureFixture[str]) -> None:
    """A log gets a line a minute instead."""
    line: Any = Bar(disable=True)
    progress = Progress(Bar(disable=True), line)
    progress.begin(2)
    progress.at_work(["conv-ae, all classes"])
    assert line.text == ""
    now["now"] += 61
    progress.advance(cell())
    assert "1 of 2 cells; about 1 min left" in capsys.readouterr().err
