"""The images of one pair on a single small sheet, and which of them stand where in the gallery."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from benchkit.display import Piece, ranked, sheet
from benchkit.display.tiles import Rank
from benchkit.results import Exhibit, Shown

Levels = NDArray[np.uint8]

SIZES = ((6, 64), (4, 64), (3, 48), (2, 32), (1, 32))
"""Images of a rank and longest side in pixels, tried in this order until a sheet has room."""

_COLUMNS = 12
_KINDS = ("normal", "anomaly")
_MOST = {"normal": "The most anomalous normals", "anomaly": "The most anomalous anomalies"}
_LEAST = {"normal": "The least anomalous normals", "anomaly": "The least anomalous anomalies"}


@dataclass(frozen=True)
class Side:
    """The shown images of one kind, with their decisions.

    Attributes:
        kind: ``normal`` or ``anomaly``.
        shown: by increasing score.
        scores: float64, k: theirs; empty where raw scores were not kept.
        wrong: bool, k: decided wrongly; all False without scores.
        total: how many of all images of the kind were decided wrongly; None without scores.
    """

    kind: str
    shown: Shown
    scores: NDArray[np.float64]
    wrong: NDArray[np.bool_]
    total: int | None


def gallery_of(piece: Piece, exhibit: Exhibit, *, scored: bool, room: int) -> dict[str, Any] | None:
    """Return the gallery of a cell.

    Args:
        piece: the cell.
        exhibit: what was kept of it.
        scored: its raw scores are there.
        room: letters that its sheet may take.

    Returns:
        The sheet, base64 of a PNG, and the groups of pictures; None where not even one image of a rank has room.
    """
    sides = [_side(piece, exhibit, kind, scored) for kind in _KINDS]
    for count, side in SIZES:
        groups = [group for each in sides for group in _groups(each, count)]
        wanted = {each.kind: _places(groups, each.kind) for each in sides}
        found = _drawn(sides, wanted, side)
        if found is not None and len(found["png"]) <= room:
            return {**found, "groups": [_described(group, sides, wanted) for group in groups]}
    return None


def _side(piece: Piece, exhibit: Exhibit, kind: str, scored: bool) -> Side:
    shown: Shown = getattr(exhibit, kind)
    if not scored:
        return Side(kind, shown, np.zeros(0), np.zeros(len(shown.index), np.bool_), None)
    every = piece.scores[kind]
    wrong = piece.flags(every) == (kind == "normal")
    return Side(kind, shown, every[shown.index], wrong[shown.index], int(wrong.sum()))


@dataclass(frozen=True)
class _Group:
    title: str
    kind: str
    positions: tuple[int, ...]


def _groups(side: Side, count: int) -> list[_Group]:
    """Return the ends of the ranking, and what was decided wrongly, the worst first."""
    ends: tuple[tuple[str, Rank], ...] = ((_MOST[side.kind], "most"), (_LEAST[side.kind], "least"))
    groups = [_Group(title, side.kind, tuple(ranked(side.shown, rank, count).tolist())) for title, rank in ends]
    wrong = np.flatnonzero(side.wrong)
    worst = wrong[:count] if side.kind == "anomaly" else wrong[::-1][:count]
    title = _title_of_wrong(side)
    same = {frozenset(group.positions): place for place, group in enumerate(groups)}
    place = same.get(frozenset(worst.tolist()))
    if place is not None and len(worst):  # the same images twice say nothing more
        groups[place] = _Group(f"{groups[place].title}. {title}", side.kind, groups[place].positions)
    elif title:
        groups.append(_Group(title, side.kind, tuple(worst.tolist())))
    return [group for group in groups if group.positions or group.title == title]


def _title_of_wrong(side: Side) -> str:
    if side.total is None:
        return ""
    if side.kind == "anomaly":
        return f"Misses: {side.total:,} anomalies were not flagged" if side.total else "No anomaly was missed"
    return f"False alarms: {side.total:,} normals were flagged" if side.total else "No normal raised a false alarm"


def _places(groups: Sequence[_Group], kind: str) -> list[int]:
    return sorted({position for group in groups if group.kind == kind for position in group.positions})


def _drawn(sides: Sequence[Side], wanted: dict[str, list[int]], side: int) -> dict[str, Any] | None:
    """Return the sheet: images row by row, then their reconstructions where there are any."""
    images = [each.shown.images[wanted[each.kind]] for each in sides if wanted[each.kind]]
    if not images or len({batch.shape[1:] for batch in images}) != 1:
        return None
    again = [each.shown.reconstructions for each in sides if wanted[each.kind]]
    has_again = all(len(batch) for batch in again)
    if has_again:
        images += [each.shown.reconstructions[wanted[each.kind]] for each in sides if wanted[each.kind]]
    every = _small(np.concatenate(images), side)
    rows = [every[start : start + _COLUMNS] for start in range(0, len(every), _COLUMNS)]
    height, width = every.shape[2:]
    count = len(every) // 2 if has_again else len(every)
    size = {"width": width, "height": height, "columns": min(_COLUMNS, len(every)), "rows": len(rows)}
    return {**size, "again": count if has_again else 0, "png": _png(sheet(rows, gap=0))}


def _small(images: Levels, side: int) -> Levels:
    height, width = images.shape[2:]
    if max(height, width) <= side:
        return images
    size = (max(1, width * side // max(height, width)), max(1, height * side // max(height, width)))
    return np.stack([np.stack([_resized(channel, size) for channel in image]) for image in images])


def _resized(channel: Levels, size: tuple[int, int]) -> Levels:
    return np.asarray(Image.fromarray(channel).resize(size, Image.Resampling.BOX), np.uint8)


def _png(page: Levels) -> str:
    file = io.BytesIO()
    Image.fromarray(page).save(file, "PNG", optimize=True)
    return base64.b64encode(file.getvalue()).decode("ascii")


def _described(group: _Group, sides: Sequence[Side], wanted: dict[str, list[int]]) -> dict[str, Any]:
    side = next(each for each in sides if each.kind == group.kind)
    first = 0 if group.kind == _KINDS[0] else len(wanted[_KINDS[0]])
    tiles = {position: first + place for place, position in enumerate(wanted[group.kind])}
    pictures = [_picture(side, position, tiles[position]) for position in group.positions]
    return {"title": group.title, "kind": group.kind, "pictures": pictures}


def _picture(side: Side, position: int, tile: int) -> dict[str, Any]:
    label = int(side.shown.labels[position])
    score = f"{side.scores[position]:.4g}" if len(side.scores) else ""
    return {
        "tile": tile,
        "place": int(side.shown.place[position]),
        "label": None if label < 0 else label,
        "score": score,
        "wrong": bool(side.wrong[position]),
    }
