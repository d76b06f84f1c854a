"""The picture of a history."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import pytest
from history_helpers import cell, write_run
from matplotlib.backends.backend_agg import FigureCanvasAgg
from PIL import Image

from benchkit import StoreError, UsageError
from benchkit.history import History, Point, Series, draw, history, plot, read_runs
from benchkit.history.changes import mark
from benchkit.history.plot import MOST_PANELS, figure
from benchkit.history.quantity import quantity
from benchkit.history.series import Key


def series(name: str, *values: float | None) -> Series:
    """Return a series with a run a day, and intervals of ± 0.01."""
    points = [
        Point("run", f"2026-{1 + day // 28:02d}-{1 + day % 28:02d}T12:00:00+00:00", f"{day:040x}", status="failed")
        if value is None
        else Point(
            "run",
            f"2026-{1 + day // 28:02d}-{1 + day % 28:02d}T12:00:00+00:00",
            f"{day:040x}",
            value=value,
            low=value - 0.01,
            high=value + 0.01,
        )
        for day, value in enumerate(values)
    ]
    key = Key("toy", "cpu", name, "Mean", "base", frozenset({("dark", "dark")}))
    return Series(key, mark(points), marked=True)


@pytest.fixture
def drop() -> History:
    """Two detectors in 40 runs; one of them loses 0.1 in the middle and has no number once."""
    alpha = [None if day == 3 else 0.8 if day < 20 else 0.7 for day in range(40)]
    return History(quantity("auroc"), (series("alpha", *alpha), series("beta", *[0.6] * 40)))


def drawn(history: History) -> Any:
    """Return the picture, laid out as it is saved."""
    picture = figure(history)
    FigureCanvasAgg(picture).draw()
    return picture


@pytest.mark.parametrize(("suffix", "start"), [(".svg", b"<?xml"), (".png", b"\x89PNG"), (".pdf", b"%PDF")])
def test_the_ending_chooses_the_format_and_the_bytes_are_always_the_same(
    drop: History, tmp_path: Path, suffix: str, start: bytes
) -> None:
    """No date and no random identifier is in the file: it can be committed."""
    for name in ("one", "two"):
        draw(drop, tmp_path / f"{name}{suffix}")
    first, second = ((tmp_path / f"{name}{suffix}").read_bytes() for name in ("one", "two"))
    assert first.startswith(start)
    assert first == second


def test_each_series_has_a_panel_with_its_intervals_and_changes(drop: History) -> None:
    """Error bars on every number, a dashed line before the point that changes, and a word for it."""
    alpha, beta = drawn(drop).axes
    assert [panel.get_title(loc="left").splitlines()[0] for panel in (alpha, beta)] == ["alpha, Mean", "beta, Mean"]
    assert [len(panel.containers) for panel in (alpha, beta)] == [0, 0] or len(alpha.collections) > len(
        beta.collections
    )
    dashed = [line for line in alpha.lines if line.get_linestyle() == "--"]
    assert [line.get_xdata()[0] for line in dashed] == [19.5]
    assert {"failed", " -0.100 worse "} == {text.get_text() for text in alpha.texts}
    assert [line for line in beta.lines if line.get_linestyle() == "--"] == []


def test_a_gap_breaks_the_line(drop: History) -> None:
    """Nothing is drawn through a run without a number."""
    values = drawn(drop).axes[0].lines[0].get_ydata()
    assert [place for place, value in enumerate(values) if value != value] == [3]


def test_the_labels_of_the_runs_do_not_overlap(drop: History) -> None:
    """Dates and commits stand at a readable distance, and the last run is always named."""
    picture = drawn(drop)
    for panel in picture.axes:
        labels = panel.get_xticklabels()
        assert labels[-1].get_text().startswith("2026-02-12 ")
        ends = [label.get_window_extent().x1 for label in labels]
        least = 1.2 * labels[0].get_fontsize() * picture.dpi / 72  # a line's height: they are turned
        assert min(after - before for before, after in itertools.pairwise(ends)) > least


def test_names_are_shown_as_they_are(tmp_path: Path) -> None:
    """No formula is set, nothing steers, and a name without glyphs in the font does not fail."""
    name = "$\\frac{1}$\x1b 検出器 <b>"
    write_run(tmp_path, "one", cell(name), git={"commit": "$x^2$", "dirty": False})
    found = history(read_runs([tmp_path]))
    draw(found, tmp_path / "names.svg")
    (panel,) = figure(found).axes
    assert panel.get_title(loc="left").startswith("$\\frac{1}$\ufffd 検出器 <b>, Mean")


def test_one_run_can_be_drawn(tmp_path: Path) -> None:
    """One point, one label."""
    draw(History(quantity("auroc"), (series("alpha", 0.8),)), tmp_path / "one.png")
    with Image.open(tmp_path / "one.png") as picture:
        assert picture.size[0] > 1000


@pytest.mark.parametrize("name", ["plot", "plot.jpg", "plot.svg.gz"])
def test_another_ending_is_a_usage_error(drop: History, tmp_path: Path, name: str) -> None:
    """The endings are named."""
    with pytest.raises(UsageError, match=r"\.svg, \.png, \.pdf"):
        draw(drop, tmp_path / name)


def test_without_matplotlib_a_plot_is_a_usage_error(
    drop: History, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It names the extra to install, before anything is read."""
    monkeypatch.setattr(plot.importlib.util, "find_spec", lambda name: None)  # type: ignore[attr-defined]
    with pytest.raises(UsageError, match=r"pip install 'benchkit\[figures\]'"):
        draw(drop, tmp_path / "plot.svg")


@pytest.mark.parametrize("number", [0, MOST_PANELS + 1])
def test_no_panel_and_more_than_can_be_read_are_a_usage_error(tmp_path: Path, number: int) -> None:
    """The next step is named."""
    every = tuple(series(f"alpha-{place}", 0.8) for place in range(number))
    with pytest.raises(UsageError, match=f"got {number} series.*--detector"):
        draw(History(quantity("auroc"), every), tmp_path / "plot.svg")


def test_a_file_that_cannot_be_written_is_a_store_error(drop: History, tmp_path: Path) -> None:
    """The path is named, and no half file stays."""
    with pytest.raises(StoreError, match="missing"):
        draw(drop, tmp_path / "missing" / "plot.svg")
