"""Where a key stands in a TOML file."""

from __future__ import annotations

import pytest

from benchkit.cli.toml_lines import line_of

TEXT = """# a comment
first = 1

many = [
  "a = 1",
  "b",
]
# of the next one
long = '''
first = 2
'''
dotted.name = 3
[set.pixel-ae]
epochs = 5

[set."conv ae"]
inline = { x = 1, y = 2 }
[[list]]
x = 1"""


@pytest.mark.parametrize(
    ("keys", "line"),
    [
        (["first"], 2),
        (["many"], 4),
        (["long"], 9),
        (["dotted", "name"], 12),
        (["set"], 13),
        (["set", "pixel-ae"], 13),
        (["set", "pixel-ae", "epochs"], 14),
        (["set", "conv ae"], 16),
        (["set", "conv ae", "inline", "y"], 17),
        (["list"], 18),
        (["absent"], 0),
        (["first", "deeper"], 0),
        (["set", "pixel-ae", "inline"], 0),
    ],
)
def test_a_key_is_found_where_it_begins(keys: list[str], line: int) -> None:
    """In tables, with dots, over several lines, behind text that looks like it; 0 where it is not."""
    assert line_of(TEXT, keys) == line


def test_windows_ends_of_lines_count_once() -> None:
    """As an editor counts them."""
    assert line_of("a = 1\r\n\r\nb = 2\r\n", ["b"]) == 3
