"""The tables of one device: one a group, with what follows from it, and the aims in front of all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from benchkit.measure.flags import FLAGS
from published.numbers import digits, percent, rate, seconds
from published.records import Row

_SIGNS = {">=": "≥", "<=": "≤"}
_HEADS = ("", "median", "fastest", "rounds", "ratio (lowest to highest round)", "what it is")
_DETECTOR_COLUMNS = (
    ("detector", "detector", str),
    ("images/s", "images_per_second", digits),
    ("images/s from the host", "host_images_per_second", digits),
    ("p50 ms", "latency_p50_ms", digits),
    ("p95 ms", "latency_p95_ms", digits),
    ("p99 ms", "latency_p99_ms", digits),
    ("work an image", "flop_per_image", lambda value: rate(value, "FLOP")),
    ("limit, images/s", "limit_images_per_second", digits),
    ("share of the limit", "limit_share", percent),
    ("MB for a batch", "score_memory_mb", digits),
    ("flags", "timing_flags", str),
)
"""Heading, key and format of what a run said of each detector."""


def groups(rows: Sequence[Row]) -> dict[str, list[Row]]:
    """Return the rows of each table, in the order in which they were measured."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row.group, []).append(row)
    return found


def markdown(heads: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table; a bar inside a cell is escaped."""
    written = (heads, ["---"] * len(heads), *lines)
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in written)


def group_table(rows: Sequence[Row]) -> str:
    """Return the table of a group."""
    return markdown(_HEADS, [_line(row) for row in rows])


def _line(row: Row) -> list[str]:
    what = str(row.told.get("what", ""))
    return [row.title, seconds(row.median), seconds(row.fastest), str(row.rounds), _ratio(row), what]


def _ratio(row: Row) -> str:
    told = row.told
    if "ratio" not in told:
        return ""
    ends = "" if told["ratio_low"] == told["ratio_high"] else f" ({_range(told['ratio_low'], told['ratio_high'])})"
    return f"{digits(told['ratio'])} × {told['against']}{ends}"


def _range(low: float, high: float) -> str:
    return f"{digits(low)} to {digits(high)}"


def findings(rows: Sequence[Row]) -> Iterator[str]:
    """Yield what follows from a group's rows, a sentence each."""
    for row in rows:
        told = row.told
        if "share" in told:
            yield f"{row.title} reaches {percent(told['share'])} of the bound, *{told['share_of']}*."
        if "work" in told:
            yield f"{row.title}: {rate(told['work'] / row.median, told['unit'])}."
        if "times_faster" in told:
            yield (
                f"{row.title}: {digits(told['times_faster'])} times as fast as one after the other; scores differ by "
                f"{digits(told['difference'])} of their deviation at most."
            )
        if "growth" in told:
            yield _growth(told["growth"])
        yield from _flags(told)


def _growth(found: Mapping[str, Any]) -> str:
    """A straight line through three times that are the same has no variance to explain."""
    straight = "unknown" if found["r2"] is None else f"{found['r2']:.4f}"
    return (
        f"Slope {found['slope']:.2f} on logarithmic axes (1: linear; below 1, what is fixed or shared weighs); a "
        f"straight line through the seconds: R² = {straight}, {digits(found['fixed'])} s fixed and "
        f"{digits(found['each'])} s for each of the {found['of']}."
    )


def _flags(told: Mapping[str, Any]) -> Iterator[str]:
    """Yield what each flag that stands in a table means."""
    texts = [each.get("timing_flags") for each in told.get("detectors", ())]
    texts += [each["flags"] for each in told.get("sizes", ())]
    here = {word for text in texts if text for word in text.split()}
    yield from (f"`{word}`: {meaning}." for word, meaning in FLAGS.items() if word in here)


def detector_table(rows: Sequence[Row]) -> str:
    """Return what a run said of each detector; empty where none of the rows was such a run."""
    found = [each for row in rows for each in row.told.get("detectors", ())]
    here = [column for column in _DETECTOR_COLUMNS if any(each.get(column[1]) is not None for each in found)]
    lines = [[_cell(each.get(key), shown) for _, key, shown in here] for each in found]
    return markdown([head for head, _, _ in here], lines) if found else ""


def size_table(rows: Sequence[Row]) -> str:
    """Return what a run said of each detector at other sizes of batches; empty where none of the rows did."""
    found = [each for row in rows for each in row.told.get("sizes", ())]
    sizes = sorted({each["asked"] for each in found})
    cells: dict[str, dict[int, str]] = {}
    for each in found:
        latencies = ", ".join(digits(each[f"latency_{name}_ms"]) for name in ("p50", "p95", "p99"))
        shown = f"{digits(each['images_per_second'])} ({latencies}) {each['flags']}".rstrip()
        cells.setdefault(each["detector"], {})[each["asked"]] = shown
    heads = ["images/s (p50, p95, p99 in ms) in batches of", *(f"{size:,}" for size in sizes)]
    return (
        markdown(heads, [[name, *(line.get(size, "") for size in sizes)] for name, line in cells.items()])
        if cells
        else ""
    )


def _cell(value: Any, shown: Any) -> str:
    return "" if value is None else str(shown(value))


def aims(rows: Sequence[Row]) -> str:
    """Return the table of what was aimed at, and whether it was met; empty where nothing was."""
    lines = [_aim(row, row.told["aim"]) for row in rows if "aim" in row.told]
    return markdown(("", "aim", "measured", ""), lines) if lines else ""


def _aim(row: Row, aim: Mapping[str, Any]) -> list[str]:
    told, wanted = row.told, aim["value"]
    subject, measured, shown, asked = {
        "seconds": (row.title, row.median, seconds, f"{wanted:g} s"),
        "ratio": (f"{row.title} ÷ {told.get('against')}", told.get("ratio"), digits, f"{wanted:g}"),
        "share": (f"{row.title}, share of the bound", told.get("share"), percent, f"{wanted:.0%}".replace("%", " %")),
    }[aim["of"]]
    met = measured >= wanted if aim["at"] == ">=" else measured <= wanted
    return [f"{row.group}: {subject}", f"{_SIGNS[aim['at']]} {asked}", shown(measured), "met" if met else "missed"]
