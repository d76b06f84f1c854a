"""What is written in pictures: what pieces have in common above them, what tells them apart beside each."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Any

from benchkit.display import Piece, number_of
from benchkit.report.formats.parts import one_line
from benchkit.report.labels import shortened

_LONGEST = 40
_LETTER = 0.52
"""Width of a letter as a share of its size, on the average and a little more."""

_POINTS_PER_CM = 72 / 2.54
_UNBROKEN = "\N{NO-BREAK SPACE}"


def written(text: object, most: int = _LONGEST) -> str:
    """Return a plugin's text as a picture may show it: one line, short, never left out for an underscore in front."""
    line = shortened(one_line(str(text)), most)
    return f" {line}" if line.startswith("_") else line


def named(pieces: Sequence[Piece], anomalies: Sequence[str] = ()) -> tuple[str, list[str]]:
    """Return what all the pieces are, and for each what only it is; of a single one, its detector tells it.

    Args:
        pieces: at least one.
        anomalies: what to call each one's anomaly instead of by its name.
    """
    facts = [_facts(piece) for piece in pieces]
    for each, anomaly in zip(facts, anomalies, strict=False):
        each["anomaly"] = written(anomaly)
    names = list(facts[0])
    varies = [name for name in names if len({each[name] for each in facts}) > 1]
    own = varies or ["detector"]
    title = " · ".join(facts[0][name] for name in names if name not in own and name != "run")
    return title, [" · ".join(each[name] for name in names if name in own) for each in facts]


def _facts(piece: Piece) -> dict[str, str]:
    row = piece.row
    return {
        "run": written(piece.run.folder.name),
        "dataset": written(row["dataset"]),
        "detector": written(row["detector"]),
        "anomaly": written(row["anomaly"]),
        "seed": f"seed {row['seed']}",
    }


def with_interval(row: Any, metric: str) -> str:
    """Return ``0.962 [.957 .967]``, which is never broken; without the brackets where there is no interval."""
    value, *ends = (number_of(row[f"{metric}{end}"]) for end in ("", "_low", "_high"))
    if value is None:
        return "undefined"
    shown = [f"{end:.3f}".removeprefix("0") for end in ends if end is not None]
    both = len(shown) == len(ends)
    return _UNBROKEN.join([f"{value:.3f}", *([f"[{_UNBROKEN.join(shown)}]"] if both else [])])


def share_text(value: Any) -> str:
    """Return a share with three digits, or a dash where it is undefined."""
    number = number_of(value)
    return "—" if number is None else f"{number:.3f}"


def letters_in(width: float, size: float) -> int:
    """Return how many letters of a size in points go into a width in centimetres."""
    return max(1, int(width * _POINTS_PER_CM / (size * _LETTER)))


def width_of(letters: int, size: float) -> float:
    """Return the width of so many letters in centimetres."""
    return letters * size * _LETTER / _POINTS_PER_CM


def folded(text: str, width: float, size: float = 8.5) -> str:
    """Return a text on as many lines as it needs in ``width`` centimetres."""
    letters = max(12, letters_in(width, size))
    return "\n".join(textwrap.fill(line, letters) for line in text.splitlines())
