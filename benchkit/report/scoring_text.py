"""What is printed of scored images: a line an image, and what was done to them."""

from __future__ import annotations

import math
from collections import Counter
from pathlib import Path
from typing import Any

from tabulate import tabulate

from benchkit.report.formats.parts import one_line
from benchkit.report.scoring import Scoring

_DIGITS = ".6g"


def as_text(scoring: Scoring) -> str:
    """Return a heading and a table: index, file, label where any is known, score, threshold, verdict, rank."""
    table = scoring.table
    labelled = bool(table["label"].notna().any())
    headings = ["index", "file", *(["label"] if labelled else []), "score", "threshold", "verdict", "among the normals"]
    rows = [_row(record, scoring, labelled=labelled) for record in table.to_dict("records")]
    align = ["right", "left", *(["right"] if labelled else []), "right", "right", "left", "left"]
    body = tabulate(rows, headings, tablefmt="simple", disable_numparse=True, colalign=align)
    return f"{heading(scoring)}\n\n{body}"


def heading(scoring: Scoring) -> str:
    """Return what all the verdicts have in common, one line."""
    scored = scoring.scored
    classes = "" if scoring.normal_labels is None else f" of {', '.join(map(str, sorted(scoring.normal_labels)))}"
    return one_line(
        f"{scored.detector} (view {scored.view}, seed {scoring.seed}), fitted on {scored.n_train:,} normal images"
        f"{classes} of {scoring.dataset}; threshold {scoring.policy} of {len(scored.calibration):,} others"
    )


def _row(record: dict[Any, Any], scoring: Scoring, *, labelled: bool) -> list[str]:
    label = [str(record["label"]) if isinstance(record["label"], int) else ""] if labelled else []
    return [
        str(record["index"]),
        shown_file(record["file"], record["place"]),
        *label,
        format(record["score"], _DIGITS),
        _threshold(record["threshold"], record["threshold_low"]),
        record["verdict"],
        rank(record["share_below"], len(scoring.scored.calibration)),
    ]


def shown_file(file: str, place: Any) -> str:
    """Return a file's name, with the number of the image in it where it holds several: ``digits.txt [7]``."""
    name = one_line(Path(file).name)
    return f"{name} [{place}]" if isinstance(place, int) else name


def _threshold(high: float, low: float) -> str:
    return format(high, _DIGITS) if math.isnan(low) else f"{low:{_DIGITS}} to {high:{_DIGITS}}"


def rank(share: float, count: int) -> str:
    """Return where a score lies among those of ``count`` normal images, of which ``share`` are lower."""
    if share >= 1:
        return f"above all {count:,}"
    # Down, so that nothing is said to be above more than it is; the small number is what a float's division loses.
    return f"above {math.floor(share * 1000 + 1e-9) / 10:.1f} %"


def remarks(scoring: Scoring) -> list[str]:
    """Return what was done to the images, how many each, and which files could not be read."""
    steps = Counter(step for image in scoring.images for step in dict.fromkeys(image.steps))
    total = len(scoring.images)
    found = [f"{number} of {total} {'image' if total == 1 else 'images'}: {step}" for step, number in steps.items()]
    if scoring.note:
        found.append(scoring.note)
    found += [f"not scored: {each.reason}" for each in scoring.refused]
    return [one_line(line) for line in found]
