"""The page's data: what the template sets as text, and what the script draws from."""

from __future__ import annotations

from typing import Any

from benchkit.display import Piece
from benchkit.errors import BenchkitError
from benchkit.page.choice import Choice, pairs_of
from benchkit.page.front import front_of
from benchkit.page.numbers import brief
from benchkit.page.pairs import ROOM, pair_of
from benchkit.page.tables import HeatMap, clean_entry, clean_section, heat_map
from benchkit.report import Leaderboard, leaderboards
from benchkit.report.formats.parts import one_line
from benchkit.results import StoredRun

Pairs = dict[tuple[str, str], Piece]


def boards_of(run: StoredRun, choice: Choice) -> list[dict[str, Any]]:
    """Return what is shown of each leaderboard of a run.

    Raises:
        UsageError: the choice names what is not there.
    """
    boards = leaderboards([run])
    pairs = [pairs_of(run, board, choice) for board in boards]
    room = ROOM // max(1, sum(map(len, pairs)))
    return [_board(board, found, room) for board, found in zip(boards, pairs, strict=True)]


def _board(board: Leaderboard, pieces: Pairs, room: int) -> dict[str, Any]:
    heat = heat_map(board)
    return {
        "title": one_line(board.title),
        "caption": [one_line(line) for line in board.caption],
        "footnotes": [one_line(note) for note in board.footnotes],
        "sections": [clean_section(section) for section in board.sections],
        "heat": _heat(heat),
        "front": front_of(board),
        "losses": _losses(heat, pieces),
        "pairs": _pairs(heat, pieces, room),
    }


def _heat(heat: HeatMap) -> dict[str, Any]:
    shades = [
        {
            "name": shade.name,
            "title": shade.title,
            "higher": shade.higher_is_better,
            "entries": [[clean_entry(entry) for entry in row] for row in shade.entries],
        }
        for shade in heat.shades
    ]
    return {"rows": list(map(one_line, heat.rows)), "members": list(map(one_line, heat.members)), "shades": shades}


def _pairs(heat: HeatMap, pieces: Pairs, room: int) -> list[list[dict[str, Any] | None]]:
    """Return rows × anomalies; None where no cell ended well, or none was asked for."""
    return [
        [pair_of(piece, room) if (piece := pieces.get((row, member))) else None for member in heat.members]
        for row in heat.rows
    ]


def _losses(heat: HeatMap, pieces: Pairs) -> list[dict[str, Any]]:
    """Return the learning curves of each detector that has any: one a fit, with the anomalies that share it."""
    found = []
    for row in heat.rows:
        fits: dict[tuple[float, ...], list[str]] = {}
        for member in heat.members:
            losses = _losses_of(pieces.get((row, member)))
            if losses:
                fits.setdefault(losses, []).append(one_line(member))
        if fits:
            found.append({"name": one_line(row), "fits": [{"losses": each, "of": of} for each, of in fits.items()]})
    return found


def _losses_of(piece: Piece | None) -> tuple[float, ...]:
    if piece is None:
        return ()
    try:
        losses = piece.exhibit.losses
    except BenchkitError:  # said beside the pair
        return ()
    return tuple(map(brief, losses.tolist()))


def lacks_of(boards: list[dict[str, Any]]) -> list[str]:
    """Return what cannot be drawn anywhere on the page, with how many pairs lack it."""
    pairs = [pair for board in boards for row in board["pairs"] for pair in row if pair]
    bare = {
        "ROC and precision-recall curves and histograms": sum("roc" not in pair for pair in pairs),
        "galleries": sum("gallery" not in pair for pair in pairs),
    }
    return [
        f"{what[0].upper()}{what[1:]} cannot be drawn for {number} of {len(pairs)} pairs."
        for what, number in bare.items()
        if number
    ]
