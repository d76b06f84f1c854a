"""JUnit's XML, which GitLab, Jenkins and others show as tests: one test case a judgement, one suite a metric."""

from __future__ import annotations

import xml.etree.ElementTree as ET  # its usual name; it only writes here
from collections.abc import Sequence

from benchkit.compare.comparison import Comparison
from benchkit.compare.formats.layout import describe
from benchkit.compare.judgement import Judgement
from benchkit.report.formats.parts import one_line

_CELLS = "cells"


def render(comparison: Comparison) -> str:
    """Return the comparison as XML; what fails is a failure, what could not be told is skipped."""
    root = ET.Element("testsuites", name=_plain(f"benchkit compare {comparison.base} {comparison.head}"))
    for metric in dict.fromkeys(each.metric for each in comparison.judgements):
        judgements = [each for each in comparison.judgements if each.metric == metric]
        root.append(_suite(metric or _CELLS, judgements, [*comparison.refused, *comparison.notes]))
    ET.indent(root)
    return f'<?xml version="1.0"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _suite(name: str, judgements: Sequence[Judgement], remarks: Sequence[str]) -> ET.Element:
    failures, skipped = sum(each.fails for each in judgements), sum(map(_is_open, judgements))
    counts = {"tests": len(judgements), "failures": failures, "errors": 0, "skipped": skipped}
    suite = ET.Element("testsuite", {"name": name, **{key: str(value) for key, value in counts.items()}})
    suite.extend(_case(each) for each in judgements)
    if remarks:
        ET.SubElement(suite, "system-out").text = "\n".join(map(_plain, remarks))
    return suite


def _case(judgement: Judgement) -> ET.Element:
    place = ", ".join(part for part in (judgement.anomaly, _seed(judgement)) if part)
    case = ET.Element(
        "testcase",
        classname=_plain(".".join(part for part in (judgement.dataset, judgement.detector) if part)),
        name=_plain(f"{place} ({judgement.metric or _CELLS})" if place else judgement.metric or _CELLS),
    )
    if judgement.fails:
        ET.SubElement(case, "failure", message=_plain(describe(judgement)), type=judgement.verdict)
    elif _is_open(judgement):
        ET.SubElement(case, "skipped", message=_plain(describe(judgement)))
    return case


def _is_open(judgement: Judgement) -> bool:
    return judgement.verdict == "AMBIGUOUS" and not judgement.fails


def _seed(judgement: Judgement) -> str:
    return "" if judgement.seed is None else f"seed {judgement.seed}"


def _plain(text: str) -> str:
    """Return the text without what XML cannot hold: control characters, half surrogate pairs, non-characters."""
    return one_line(text).replace("\ufffe", "\ufffd").replace("\uffff", "\ufffd")
