"""Figures into files: the same figure makes the same bytes."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchkit.errors import UsageError, did_you_mean
from benchkit.pictures.style import house_style
from benchkit.results.atomic import write_atomically

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SUFFIXES = (".png", ".svg", ".pdf")
"""Kinds of picture that can be written."""

MOST_PIXELS = 100_000_000
"""Of a PNG: more takes gigabytes to draw."""

_UNDATED: dict[str, dict[str, Any]] = {
    ".svg": {"Date": None},
    ".pdf": {"CreationDate": None},
    ".png": {"Software": None},
}


def check_picture(path: Path) -> None:
    """Refuse, before anything is read, a picture that cannot be drawn.

    Raises:
        UsageError: the file's suffix is none of ``SUFFIXES``, or matplotlib is not installed.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise UsageError(
            f"plot: --out: got the file {str(path)!r}; expected a name that ends with one of {', '.join(SUFFIXES)}."
            f"{did_you_mean(path.suffix, SUFFIXES)}"
        )
    try:
        import matplotlib
    except ImportError as error:
        raise UsageError(
            f"plot: got no module {error.name!r}; expected what the extra `figures` brings. Install it: "
            "pip install 'benchkit[figures]'."
        ) from error
    del matplotlib


def save(figure: Figure, path: Path, *, dpi: int = 200) -> None:
    """Write a figure to a file of the kind that its suffix says; a file that is there is replaced.

    Args:
        figure: from one of this package's functions.
        path: ends with one of ``SUFFIXES``.
        dpi: dots per inch of a PNG, and of what stands as dots in the others.

    Raises:
        UsageError: see ``check_picture``; or a PNG would have more than ``MOST_PIXELS``.
        StoreError: the file cannot be written.
    """
    check_picture(path)
    suffix = path.suffix.lower()
    width, height = (round(float(inches) * dpi) for inches in figure.get_size_inches())
    if suffix == ".png" and width * height > MOST_PIXELS:
        raise UsageError(
            f"plot: got a picture of {width:,} × {height:,} pixels; expected {MOST_PIXELS:,} pixels at most. "
            "Ask for less: --dpi, --width; or for .svg or .pdf."
        )
    drawn = io.BytesIO()
    with house_style():
        figure.savefig(drawn, format=suffix[1:], dpi=dpi, metadata=_UNDATED[suffix])
    write_atomically(path, lambda file: file.write(drawn.getvalue()))
