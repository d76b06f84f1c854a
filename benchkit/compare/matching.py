"""Which cell of BASE is compared with which of HEAD, and what stands on one side only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from benchkit.compare.judgement import Judgement, Verdict
from benchkit.results import StoredRun

KEY = ("dataset", "detector", "anomaly", "seed")
"""What makes two cells of two runs the same cell; a detector with other settings is still the same detector."""

Key = tuple[str, str, str, int]
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Pair:
    """One cell that was measured on both sides.

    Attributes:
        key: data set, detector, anomaly and seed.
        base: fields of the cell in BASE.
        head: fields of the cell in HEAD.
    """

    key: Key
    base: Row
    head: Row


@dataclass(frozen=True)
class Matching:
    """The cells of two runs, put together.

    Attributes:
        pairs: measured on both sides.
        single: NEW or GONE; where a cell was measured on neither side AMBIGUOUS, or SAME if both skipped it.
        left_out: cells of BASE that are missing in HEAD on purpose.
        common: cells that have a row on both sides, measured or not.
    """

    pairs: tuple[Pair, ...]
    single: tuple[Judgement, ...]
    left_out: int
    common: int


def match(base: StoredRun, head: StoredRun, *, subset: bool = False) -> Matching:
    """Put the cells of two runs together by ``KEY``.

    Args:
        base: the run that HEAD is compared with.
        head: the run that is judged.
        subset: HEAD was made of a part of BASE on purpose: cells that have no row there at all are left out.
    """
    old, new = _by_key(base), _by_key(head)
    missing = [key for key in old if key not in new and _ok(old[key])]
    pairs = tuple(Pair(key, old[key], new[key]) for key in old if key in new and _ok(old[key]) and _ok(new[key]))
    gone = [] if subset else [_gone(key, "HEAD has no such cell") for key in missing]
    single = (*gone, *_unmeasured(old, new), *_added(old, new))
    return Matching(pairs, single, len(missing) if subset else 0, sum(key in new for key in old))


def _by_key(run: StoredRun) -> dict[Key, Row]:
    """Return the cells by key; where one stands there with several settings, the last counts, as in a table."""
    rows: list[dict[str, Any]] = run.cells.to_dict("records")  # type: ignore[assignment]
    return {(row["dataset"], row["detector"], row["anomaly"], int(row["seed"])): row for row in rows}


def _ok(row: Row) -> bool:
    return bool(row["status"] == "ok")


def _unmeasured(old: Mapping[Key, Row], new: Mapping[Key, Row]) -> Iterator[Judgement]:
    """Yield what became of the cells that have a row on both sides and were not measured on one of them, or both."""
    for key, was in old.items():
        if (now := new.get(key)) is None or (_ok(was) and _ok(now)):
            continue
        if _ok(was):
            yield _gone(key, f"HEAD: {_how(now)}")
        elif _ok(now):
            yield _single(key, "NEW", f"BASE: {_how(was)}")
        elif was["status"] == now["status"] == "skipped":
            yield _single(key, "SAME", f"skipped on both sides: {now['reason']}")
        else:
            yield _single(key, "AMBIGUOUS", f"measured on neither side: BASE: {_how(was)}; HEAD: {_how(now)}")


def _added(old: Mapping[Key, Row], new: Mapping[Key, Row]) -> Iterator[Judgement]:
    for key, now in new.items():
        if key not in old:
            yield _single(key, "NEW", "BASE has no such cell" + ("" if _ok(now) else f"; HEAD: {_how(now)}"))


def _how(row: Row) -> str:
    return f"{row['status']}: {row['reason']}" if row["reason"] else str(row["status"])


def _gone(key: Key, reason: str) -> Judgement:
    return _single(key, "GONE", reason, fails=True)


def _single(key: Key, verdict: Verdict, reason: str, *, fails: bool = False) -> Judgement:
    dataset, detector, anomaly, seed = key
    return Judgement(
        dataset=dataset, detector=detector, anomaly=anomaly, seed=seed, metric="", verdict=verdict, reason=reason,
        fails=fails,
    )  # fmt: skip
