"""Everything that the page shows of one detector against one anomaly."""

from __future__ import annotations

import json
from typing import Any

from benchkit.display import Piece
from benchkit.errors import BenchkitError
from benchkit.page.curves import curves_of, latent_of
from benchkit.page.gallery import gallery_of
from benchkit.registry import printable
from benchkit.results import Exhibit

ROOM = 6_000_000
"""Letters for the pictures of all pairs: with Vega and the tables the page stays below 8 MB."""

_FULL = "no room was left for it: there are too many pairs for one page. Ask for fewer with -d or -a."


def pair_of(piece: Piece, room: int) -> dict[str, Any]:
    """Return a pair's pictures, and for those that cannot be drawn the reason.

    Args:
        piece: the cell.
        room: letters that they may take together; curves are drawn whatever they take.
    """
    pair: dict[str, Any] = {"seed": int(piece.row["seed"]), "lacks": []}
    scored = _add_curves(pair, piece)
    exhibit = _exhibit(pair, piece)
    if exhibit is not None:
        _add_exhibit(pair, piece, exhibit, scored=scored, room=room)
    return pair


def _add_curves(pair: dict[str, Any], piece: Piece) -> bool:
    try:
        pair |= curves_of(piece)
    except BenchkitError as error:
        pair["lacks"].append(f"ROC, precision-recall and histogram: {printable(str(error))}")
        return False
    return True


def _exhibit(pair: dict[str, Any], piece: Piece) -> Exhibit | None:
    try:
        return piece.exhibit
    except BenchkitError as error:
        pair["lacks"].append(f"Gallery, latent space and learning curve: {printable(str(error))}")
        return None


def _add_exhibit(pair: dict[str, Any], piece: Piece, exhibit: Exhibit, *, scored: bool, room: int) -> None:
    if exhibit.note:
        pair["lacks"].append(printable(exhibit.note))
    latent = latent_of(exhibit)
    if latent is not None:
        left = room - _letters(pair) - _letters(latent)
        _put(pair, "space", latent if left >= 0 else None, "Latent space")
    gallery = gallery_of(piece, exhibit, scored=scored, room=room - _letters(pair))
    _put(pair, "gallery", gallery, "Gallery")


def _put(pair: dict[str, Any], name: str, found: dict[str, Any] | None, title: str) -> None:
    if found is None:
        pair["lacks"].append(f"{title}: {_FULL}")
    else:
        pair[name] = found


def _letters(part: object) -> int:
    return len(json.dumps(part, separators=(",", ":")))
