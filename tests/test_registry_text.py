"""What plugins say, made fit for a terminal."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from benchkit.registry import printable, printable_lines


def test_a_paragraph_is_one_line_with_its_control_characters_spelt_out() -> None:
    """White space is collapsed, an escape sequence is shown."""
    assert printable("a\n  b\x1b[2J") == r"a b\x1b[2J"


def test_lines_keep_their_indents_and_lose_their_control_characters() -> None:
    """A traceback stays readable; of a progress bar the last state is left."""
    assert printable_lines("File x\n  line\n") == "File x\n  line\n"
    assert printable_lines(" 10%\r 20%\r\ndone\x1b[0m") == " 20%\n" + r"done\x1b[0m"


@given(st.text())
def test_nothing_that_a_terminal_obeys_is_left(text: str) -> None:
    """Whatever the text, all of it is printable, but for the ends of its lines."""
    assert printable_lines(text).replace("\n", "").isprintable()
    assert printable(text).isprintable()
