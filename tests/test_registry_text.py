"""What plugins say, made fit for a terminal."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchkit.registry import printable, printable_lines
from benchkit.registry.text import describe_failure


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


@pytest.mark.parametrize("loader", ["importlib_metadata/__init__.py", "pluggy/_callers.py"])
def test_what_loads_plugins_is_not_at_fault(loader: str) -> None:
    """Also where a package has brought the loader that takes the place of the standard one."""
    scope: dict[str, Any] = {}
    exec(compile("def load():\n    raise ValueError('deep')", f"/x/site-packages/{loader}", "exec"), scope)  # noqa: S102
    with pytest.raises(ValueError, match="deep") as caught:
        scope["load"]()
    assert describe_failure(caught.value).startswith(f"ValueError: deep ({__file__}:")
