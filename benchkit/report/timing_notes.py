"""What a reader has to know of the timings in a table: how sure they are, and the words that they carry."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np
import pandas as pd

from benchkit.measure.flags import FLAGS, split
from benchkit.report.arrangement import Arrangement

_MOST = 4  # rows that are named; of more, the first three and how many others


def timing_notes(cells: Arrangement, order: Sequence[str]) -> tuple[str, ...]:
    """Return a sentence on the noise of the medians, and one for each word that a row carries.

    Args:
        cells: laid out.
        order: the rows as they stand in the table.
    """
    shown = cells.grid.cells
    timed = shown[shown["status"].eq("ok") & shown["timing_noise"].notna()]
    return (*_noise(timed), *flag_notes(counted_flags(shown[shown["status"].eq("ok")], "timing_flags"), order, "cell"))


def _noise(timed: pd.DataFrame) -> Iterator[str]:
    """Yield how sure the medians are: in the middle, and where least."""
    if len(timed):
        noise, rows = timed["timing_noise"].to_numpy(np.float64), timed["row"].astype(str).tolist()
        worst = int(noise.argmax())
        yield (
            f"Half the 95 % interval of a median batch time: ± {_percent(float(np.median(noise)))} in the middle, "
            f"± {_percent(float(noise[worst]))} at most ({rows[worst]})."
        )


def _percent(share: float) -> str:
    percent = 100 * share
    return f"{percent:.2g} %" if percent < 10 else f"{percent:.0f} %"


def counted_flags(lines: pd.DataFrame, field: str) -> dict[tuple[str, str], int]:
    """Return how many lines of each row carry which words.

    Args:
        lines: with a column ``row``.
        field: the column with the words.
    """
    counts = lines.groupby(["row", field], observed=True).size().reset_index()
    return {(str(row), str(text)): int(count) for row, text, count in counts.itertuples(index=False, name=None)}


def flag_notes(texts: Mapping[tuple[str, str], int], order: Sequence[str], what: str) -> Iterator[str]:
    """Yield one sentence a word: what it means, and which rows carry it.

    Args:
        texts: how many cells, or sizes, of a row carry which words, by row and text.
        order: the rows as they stand in the table.
        what: what is counted, such as ``cell``.
    """
    totals: Counter[str] = Counter()
    carried: dict[str, Counter[str]] = {word: Counter() for word in FLAGS}
    for (row, text), count in texts.items():
        totals[row] += count
        for word in split(text):
            carried.setdefault(word, Counter())[row] += count
    for word, counts in carried.items():
        rows = [_share(row, counts[row], totals[row], what) for row in order if counts[row]]
        if rows:
            meaning = FLAGS.get(word, "a word of another benchkit")
            yield f"{word} ({meaning}): {_named(rows, len([row for row in order if totals[row]]))}."


def _share(row: str, count: int, total: int, what: str) -> str:
    return row if count == total else f"{row} ({count} of {total} {what}s)"


def _named(rows: Sequence[str], total: int) -> str:
    """Return the rows; of many only some, for a table of two hundred rows has to stay a table."""
    if len(rows) == total > 1 and all(" (" not in row for row in rows):
        return "all of them"
    return ", ".join(rows if len(rows) <= _MOST else _first(rows, len(rows) - _MOST + 1))


def _first(rows: Sequence[str], others: int) -> Iterable[str]:
    return (*rows[: len(rows) - others], f"and {others} more")
