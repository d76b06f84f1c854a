"""What is printed of scored images."""

from __future__ import annotations

import numpy as np
import pytest
from scoring_helpers import own_image, scoring

from benchkit.report.scoring_text import as_text, rank, remarks


def test_a_line_an_image() -> None:
    """Heading, columns, verdicts; no column of labels where nobody knows any."""
    lines = [" ".join(line.split()) for line in as_text(scoring()).splitlines()]
    assert lines[0] == (
        "far (view pixels, seed 4), fitted on 9,000 normal images of toy; threshold quantile:0.95 of 1,000 others"
    )
    assert lines[2] == "index file score threshold verdict among the normals"
    assert lines[4:] == [
        "0 0.png 0.5 3 normal above 6.3 %",
        "1 1.png 3.25 3 anomalous above 40.6 %",
        "2 2.png -1 3 normal above 0.0 %",
        "3 3.png 9 3 anomalous above all 1,000",
    ]


def test_labels_and_places_are_shown_where_known() -> None:
    """An image of a file with several is known by its number there."""
    images = (own_image(0, label=7, place=3), *map(own_image, range(1, 4)))
    lines = [" ".join(line.split()) for line in as_text(scoring(images=images)).splitlines()]
    assert "label" in lines[2]
    assert lines[4].startswith("0 0.png [3] 7 0.5")
    assert lines[5].startswith("1 1.png 3.25")


def test_the_order_and_the_classes_are_those_of_the_scoring() -> None:
    """Only what is shown, in its order."""
    text = as_text(scoring(order=np.array([3, 1]), normal_labels=frozenset({7, 1})))
    assert [line.split()[0] for line in text.splitlines()[4:]] == ["3", "1"]
    assert "normal images of 1, 7 of toy" in text


@pytest.mark.parametrize(
    ("share", "shown"),
    [(0, "above 0.0 %"), (0.9999, "above 99.9 %"), (1, "above all 1,000"), (0.29, "above 29.0 %")],
)
def test_a_rank_is_never_rounded_up(share: float, shown: str) -> None:
    """Above all means above all."""
    assert rank(share, 1000) == shown


def test_remarks_count_what_was_done_and_name_what_was_not_read() -> None:
    """Each step once, with how many images it was done to."""
    images = (own_image(0, steps=()), *map(own_image, range(1, 4)))
    found = remarks(scoring(images=images, note="reconstruct: bad"))
    assert found == ["3 of 4 images: colours to grey", "reconstruct: bad", "not scored: mine/x.png: bad"]


def test_names_do_not_steer_the_terminal() -> None:
    """A file may be called anything."""
    images = (own_image(0, file="mine/\x1b[31m\nred\u202e.png"), *map(own_image, range(1, 4)))
    text = as_text(scoring(images=images))
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert len(text.splitlines()) == len(as_text(scoring()).splitlines())
