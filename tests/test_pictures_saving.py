"""Figures into files, and text as it is."""

from __future__ import annotations

import sys
from pathlib import Path

import matplotlib
import pytest
from matplotlib.figure import Figure
from PIL import Image
from plot_helpers import picture_cell, pieces, texts

from benchkit import StoreError, UsageError
from benchkit.display import Piece
from benchkit.pictures import (
    check_picture,
    curves,
    errors,
    gallery,
    histograms,
    latent_space,
    pareto,
    precision_recall,
    roc,
    save,
)

EVERY = (roc, precision_recall, histograms, gallery, latent_space, errors, pareto, curves)

each_picture = pytest.mark.parametrize("draw", EVERY, ids=lambda draw: draw.__name__)


@pytest.fixture
def found(tmp_path: Path) -> list[Piece]:
    """Return one piece with everything."""
    return pieces(tmp_path, picture_cell())


@each_picture
def test_the_ending_chooses_the_format_and_the_bytes_are_always_the_same(
    draw: object, found: list[Piece], tmp_path: Path
) -> None:
    """No date and no random identifier is in the file; nothing stays with pyplot."""
    for suffix, start in ((".svg", b"<?xml"), (".png", b"\x89PNG"), (".pdf", b"%PDF")):
        for name in ("one", "two"):
            save(draw(found), tmp_path / f"{name}{suffix}", dpi=60)  # type: ignore[operator]
        first, second = ((tmp_path / f"{name}{suffix}").read_bytes() for name in ("one", "two"))
        assert first.startswith(start)
        assert first == second
    if "matplotlib.pyplot" in sys.modules:  # another test's: then no figure of ours is in it
        assert sys.modules["matplotlib.pyplot"].get_fignums() == []


@each_picture
def test_the_users_settings_change_nothing(draw: object, found: list[Piece], tmp_path: Path) -> None:
    """A style that somebody set for the whole process stays theirs, and out of the picture."""
    save(draw(found), tmp_path / "one.png", dpi=60)  # type: ignore[operator]
    with matplotlib.rc_context({"font.size": 30, "axes.facecolor": "red", "figure.dpi": 10}):
        save(draw(found), tmp_path / "two.png", dpi=60)  # type: ignore[operator]
        assert matplotlib.rcParams["font.size"] == 30
    assert (tmp_path / "one.png").read_bytes() == (tmp_path / "two.png").read_bytes()


@each_picture
@pytest.mark.parametrize("name", ["$\\frac{1}$", "__all__", "検\x1b[2J\n", "<b>&", "%s{0}", "a" * 300])
def test_text_of_plugins_is_shown_as_it_is(draw: object, name: str, found: list[Piece], tmp_path: Path) -> None:
    """No mathematics, no markup, no letter that steers a terminal; a missing glyph makes nothing fail."""
    (piece,) = found
    _ = piece.scores, piece.exhibit  # as they were kept under the name that a run allows
    hostile = Piece(piece.run, {**piece.row, "detector": name, "device_name": name, "threshold_policy": name})
    for field in ("scores", "exhibit"):
        vars(hostile)[field] = getattr(piece, field)
    figure = draw([hostile])  # type: ignore[operator]
    written = "\n".join(texts(figure))
    assert "\x1b" not in written
    if name in {"$\\frac{1}$", "__all__", "<b>&", "%s{0}"}:
        assert name in written
    save(figure, tmp_path / "picture.svg")
    assert "<b>" not in (tmp_path / "picture.svg").read_text(encoding="utf-8")


def test_width_and_dpi_make_the_size(found: list[Piece], tmp_path: Path) -> None:
    """Centimetres of 1/2.54 inch."""
    save(roc(found, width=12.7), tmp_path / "roc.png", dpi=100)
    with Image.open(tmp_path / "roc.png") as picture:
        assert picture.size[0] == 500


@pytest.mark.parametrize("name", ["roc", "roc.jpg", "roc.svg.gz"])
def test_another_ending_is_a_usage_error(name: str, tmp_path: Path) -> None:
    """The endings are named."""
    with pytest.raises(UsageError, match=r"\.png, \.svg, \.pdf"):
        save(Figure(), tmp_path / name)


def test_without_matplotlib_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before anything is read."""
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(UsageError, match=r"'matplotlib'.*pip install 'benchkit\[figures\]'"):
        check_picture(Path("roc.png"))


def test_a_picture_of_too_many_pixels_is_refused(found: list[Piece], tmp_path: Path) -> None:
    """It would take gigabytes; a vector picture does not."""
    figure = roc(found, width=100)
    with pytest.raises(UsageError, match=r"pixels; expected 100,000,000 pixels at most.*--dpi"):
        save(figure, tmp_path / "roc.png", dpi=1200)
    save(figure, tmp_path / "roc.svg", dpi=1200)


def test_a_file_that_cannot_be_written_is_a_store_error(found: list[Piece], tmp_path: Path) -> None:
    """The path is named, and no half file stays."""
    with pytest.raises(StoreError, match="missing"):
        save(roc(found), tmp_path / "missing" / "roc.svg")
