"""Heat colours: only for a terminal that has them, only on shares, and the text below them is the plain one."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from board_helpers import matrix_board

from benchkit.report import render
from benchkit.report.entry import share
from benchkit.report.formats.heat import heated
from benchkit.report.sections import Section

_STYLE = re.compile(r"\x1b\[[0-9;]*m")


def section(name: str) -> Section:
    """Return an empty section of a name."""
    return Section(name, name, (), ())


@pytest.mark.parametrize(
    ("name", "value", "ground"),
    [
        ("auroc", 0.2, 53),
        ("auroc", 0.55, 53),
        ("auroc", 0.99, 227),
        ("auroc of noise", 0.99, 227),
        ("precision", 0.4, 66),
        ("fpr95", 0.01, 227),
        ("fpr95", 0.99, 53),
    ],
)
def test_the_ground_is_light_where_a_share_is_good(name: str, value: float, ground: int) -> None:
    """From chance upwards for AUROC; from the other end where lower is better."""
    nan = float("nan")
    text = heated("0.5\n[.4 .6]", share(value, nan, nan, nan), section(name))
    assert text.startswith(f"\x1b[48;5;{ground};38;5;")
    assert _STYLE.sub("", text) == "0.5\n[.4 .6]"
    assert text.endswith("\x1b[0m\n[.4 .6]")


def test_speeds_and_missing_numbers_have_no_colour() -> None:
    """A speed has no scale from 0 to 1."""
    nan = float("nan")
    entry = share(0.5, nan, nan, nan)
    assert heated("0.5", entry, section("speed")) == "0.5"
    assert heated("—", replace(entry, value=None), section("auroc")) == "—"


def test_a_board_in_colour_says_the_same_as_a_plain_one() -> None:
    """Columns stay below each other: without the colours it is the plain text, but for blanks at the ends of lines."""
    board = matrix_board([[0.6, 0.9], [0.7, 0.95], [0.4, 1.0]])
    coloured, plain = render([board], colour=True), render([board])
    assert "\x1b[48;5;227" in coloured
    assert "\x1b" not in plain
    assert [line.rstrip() for line in _STYLE.sub("", coloured).splitlines()] == plain.splitlines()
