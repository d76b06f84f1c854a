"""A picture of scored images: each as the detector saw it, its reconstruction beside it, the verdict below."""

from __future__ import annotations

import bisect
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from benchkit.report.formats.parts import one_line
from benchkit.report.scoring import Scoring
from benchkit.report.scoring_text import heading, rank, shown_file
from benchkit.results.atomic import write_atomically

MOST_SHOWN = 100
"""Images in one picture."""

_SIDE = 112
_GAP = 12
_FRAME = 3
_INNER = 4
_PAGE = 940
_NARROWEST = 170
_TEXT_SIZE = 13
_LINE = 17
_LINES = 3
_LONGEST = 64  # letters, of which a tile takes fewer
_WHITE, _BLACK, _GREY, _RED = (255, 255, 255), (0, 0, 0), (170, 170, 170), (196, 30, 30)

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


def write_gallery(scoring: Scoring, path: Path) -> None:
    """Write the images that are shown, at most ``MOST_SHOWN``, as a PNG file.

    Raises:
        StoreError: the file cannot be written.
    """
    picture = gallery(scoring)
    write_atomically(path, lambda file: picture.save(file, format="PNG"))


def gallery(scoring: Scoring) -> Image.Image:
    """Return the picture, in colour: what is anomalous has a red frame, and says so below."""
    font = ImageFont.load_default(_TEXT_SIZE)
    tiles = _tiles(scoring)
    height, width = (tiles[0].pixels.shape[axis] + 2 * _FRAME for axis in (0, 1))
    across = max(width, _NARROWEST)
    columns = max(1, min(len(tiles), (_PAGE - _GAP) // (across + _GAP)))
    rows = -(-len(tiles) // columns)
    head = _wrapped(_title(scoring, len(tiles)), font, columns * (across + _GAP) - _GAP)
    top = _GAP + len(head) * _LINE + _GAP
    down = height + _LINES * _LINE + _GAP
    picture = Image.new("RGB", (_GAP + columns * (across + _GAP), top + rows * down), color=_WHITE)
    ImageDraw.Draw(picture).multiline_text((_GAP, _GAP), "\n".join(head), fill=_BLACK, font=font)
    for number, tile in enumerate(tiles):
        row, column = divmod(number, columns)
        _draw(picture, tile, (_GAP + column * (across + _GAP), top + row * down), across, font)
    return picture


@dataclass(frozen=True)
class _Tile:
    """One image: its enlarged pixels, reconstruction included, and what stands below."""

    pixels: NDArray[np.uint8]
    lines: tuple[str, ...]
    anomalous: bool


def _tiles(scoring: Scoring) -> list[_Tile]:
    normals = len(scoring.scored.calibration)
    found = []
    for number, row in enumerate(scoring.table.head(MOST_SHOWN).to_dict("records")):
        image = scoring.images[int(row["index"])]
        again = scoring.again[number] if number < len(scoring.again) else None
        label = "" if image.label is None else f", label {image.label}"
        lines = (
            f"{row['index']}: {shown_file(image.file, image.place)}{label}",
            f"{row['score']:.4g}: {row['verdict']}",
            rank(row["share_below"], normals) + (" normals" if row["share_below"] >= 1 else " of normals"),
        )
        found.append(_Tile(_side_by_side(image.levels, again), lines, row["verdict"] == "anomalous"))
    return found


def _side_by_side(levels: NDArray[np.uint8], again: NDArray[np.uint8] | None) -> NDArray[np.uint8]:
    scale = max(1, round(_SIDE / max(levels.shape)))
    large = [np.kron(each, np.ones((scale, scale), np.uint8)) for each in (levels, again) if each is not None]
    between = np.full((large[0].shape[0], _INNER), 255, np.uint8)
    return large[0] if len(large) == 1 else np.hstack([large[0], between, large[1]])


def _title(scoring: Scoring, shown: int) -> str:
    again = " Image and reconstruction." if scoring.again else ""
    few = "" if shown == len(scoring.order) else f" The first {shown} of {len(scoring.order):,} images."
    return f"{heading(scoring)}.{again}{few}"


def _draw(picture: Image.Image, tile: _Tile, place: tuple[int, int], across: int, font: Font) -> None:
    pen, (left, top) = ImageDraw.Draw(picture), place
    height, width = tile.pixels.shape
    colour = _RED if tile.anomalous else _GREY
    pen.rectangle((left, top, left + width + 2 * _FRAME - 1, top + height + 2 * _FRAME - 1), fill=colour)
    picture.paste(Image.fromarray(tile.pixels), (left + _FRAME, top + _FRAME))
    for number, line in enumerate(tile.lines):
        where = (left, top + height + 2 * _FRAME + 2 + number * _LINE)
        pen.text(
            where,
            _shortened(one_line(line), font, across),
            fill=_RED if number == 1 and tile.anomalous else _BLACK,
            font=font,
        )


def _shortened(text: str, font: Font, width: int) -> str:
    """Return a text that is no wider than so many pixels, without its middle where it would be."""
    if len(text) <= _LONGEST and font.getlength(text) <= width:
        return text
    wide = range(_LONGEST)
    fits = bisect.bisect_right(wide, width, key=lambda kept: math.ceil(font.getlength(_without_middle(text, kept))))
    return _without_middle(text, max(2, min(fits - 1, len(text) - 1)))


def _without_middle(text: str, kept: int) -> str:
    return f"{text[: kept - kept // 2]}…{text[len(text) - kept // 2 :]}"


def _wrapped(text: str, font: Font, width: int) -> list[str]:
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and font.getlength(longer) > width:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines
