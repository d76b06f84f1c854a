"""A comparison written down: what comes first, what is left out, and text that cannot do harm."""

from __future__ import annotations

import json
from xml.etree import ElementTree

import pytest
from compare_helpers import judgement
from hypothesis import given
from hypothesis import strategies as st

from benchkit.compare.comparison import Comparison
from benchkit.compare.formats import FORMATS, render
from benchkit.compare.formats.layout import SHOWN, layout
from benchkit.errors import UsageError

EVIL = "a|b\x1b[31m\x00<script>&\"'`*\ud800\u202e\uffff\n## c"


def compared(*judgements: object, **changes: object) -> Comparison:
    """Return a comparison of two runs."""
    return Comparison(**{"base": "old", "head": "new", "judgements": judgements, **changes})  # type: ignore[arg-type]


def lost(number: float = 0.1, **changes: object) -> object:
    """Return a judgement of a loss."""
    values = {"verdict": "WORSE", "head": 0.9 - number, "difference": -number, "method": "paired DeLong", "fails": True}
    return judgement(**{**values, **changes})


def test_what_fails_comes_first_and_worst_first() -> None:
    """What is gone before what is worse, then by size; what is the same is counted only."""
    found = layout(
        compared(
            judgement(),
            judgement(verdict="BETTER", difference=0.3, method="paired DeLong"),
            lost(0.02, detector="little"),
            lost(0.2, detector="much"),
            lost(0.5, detector="shown", fails=False),
            judgement(metric="", verdict="GONE", method="", fails=True, difference=None, detector="gone"),
        )
    )
    assert [row[1] for row in found.rows] == ["gone", "much", "little", "shown", "gaussian"]
    assert found.closing.startswith("FAILED: 3 judgements")
    assert found.counts[0] == "AUROC: 1 SAME, 1 BETTER, 3 WORSE (1 identical, 4 paired DeLong)"


def test_the_slowest_comes_first() -> None:
    """Of speeds the distance from 1 counts, not the number."""
    slow = {"metric": "images_per_second", "verdict": "SLOWER", "method": "rank test", "fails": True}
    slower = [judgement(difference=ratio, detector=name, **slow) for ratio, name in ((0.9, "a"), (0.5, "b"))]
    found = layout(compared(*slower))
    assert [row[1] for row in found.rows] == ["b", "a"]
    assert found.rows[0][6].startswith("×0.500")


def test_what_could_not_be_judged_for_one_reason_is_one_sentence() -> None:
    """Not one row each."""
    open_ones = [judgement(verdict="AMBIGUOUS", method="", reason="no repeats", detector=f"d{n}") for n in range(9)]
    found = layout(compared(*open_ones))
    assert found.rows == ()
    assert found.unjudged == ("9 AMBIGUOUS in AUROC (d0 noise, d1 noise, d2 noise, …): no repeats",)


def test_everything_that_fails_is_shown_and_the_rest_is_cut() -> None:
    """However many; and how many are left out is said."""
    failing = [lost(fails=True) for _ in range(SHOWN + 10)]
    passing = [judgement(verdict="BETTER", method="paired DeLong") for _ in range(5)]
    found = layout(compared(*failing, *passing))
    assert len(found.rows) == SHOWN + 10
    assert "5 more are not shown" in found.unjudged[-1]


def test_seed_and_data_set_are_named_where_there_are_several() -> None:
    """And not where there is one."""
    one = layout(compared(lost(), judgement()))
    assert one.rows[0][2] == "noise"
    several = layout(compared(lost(), judgement(seed=1, dataset="other")))
    assert several.rows[0][2] == "toy: noise, seed 0"


@pytest.mark.parametrize("form", FORMATS)
def test_what_was_forced_stands_in_every_format(form: str) -> None:
    """Whoever reads the numbers reads that they do not belong together."""
    assert "the protocol differs" in render(compared(judgement(), refused=("the protocol differs",)), form)


def test_another_format_is_a_wrong_request() -> None:
    """With the ones that there are."""
    with pytest.raises(UsageError, match="Did you mean 'junit'"):
        render(compared(), "junitt")


def evil(text: str) -> Comparison:
    """Return a comparison in which every text is somebody else's."""
    bad = lost(detector=text, anomaly=text, dataset=text, reason=text, tolerance=text)
    unclear = judgement(verdict="AMBIGUOUS", method="", detector=text, reason=text)
    return compared(bad, unclear, base=text, head=text, notes=(text,), refused=(text,))


@pytest.mark.parametrize("form", ["text", "github"])
def test_texts_of_plugins_steer_neither_terminal_nor_page(form: str) -> None:
    """No escape sequence, no further column or heading, no HTML."""
    written = render(evil(EVIL), form)
    assert not set(written) & {"\x1b", "\x00", "\u202e"}
    assert sum(line.startswith("## ") for line in written.splitlines()) == (form == "github")
    assert "<script>" not in written or form == "text"


@given(st.text(alphabet=st.characters(), max_size=20) | st.just(EVIL))
def test_json_and_xml_can_be_read_whatever_the_texts(text: str) -> None:
    """Control characters and half surrogate pairs are not legal in XML, in no spelling."""
    assert len(json.loads(render(evil(text), "json"))["judgements"]) == 2
    written = render(evil(text), "junit").encode("utf-8")
    root = ElementTree.fromstring(written)  # noqa: S314 - written just now
    assert [suite.get("tests") for suite in root] == ["2"]


def test_junit_marks_failures_and_what_is_open() -> None:
    """One suite a metric; cells that stand on one side have their own."""
    gone = judgement(metric="", verdict="GONE", method="", fails=True, difference=None)
    unclear = judgement(verdict="AMBIGUOUS", method="paired DeLong")
    root = ElementTree.fromstring(render(compared(judgement(), lost(), unclear, gone), "junit"))  # noqa: S314
    counts = {suite.get("name"): (suite.get("failures"), suite.get("skipped")) for suite in root}
    assert counts == {"auroc": ("1", "1"), "cells": ("1", "0")}
    failure = root.find("testsuite/testcase/failure")
    assert failure is not None
    assert "AUROC 0.9000 → 0.8000" in (failure.get("message") or "")


def test_an_infinite_number_is_no_json() -> None:
    """JSON knows none: it is left out instead."""
    document = json.loads(render(compared(judgement(difference=float("inf"))), "json"))
    assert document["judgements"][0]["difference"] is None
