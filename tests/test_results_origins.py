"""Which rows more than one version of a plugin made."""

from __future__ import annotations

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from benchkit.results import mixed_origins, versions_in_words

few = st.sampled_from(["", "a 1", "a 2", "a 3"])


@given(pairs=st.lists(st.tuples(st.sampled_from(["x", "y"]), few)))
def test_owners_with_several_known_origins_are_found(pairs: list[tuple[str, str]]) -> None:
    """Those of which a dictionary of sets holds two or more, in the order in which they came; unknown ones are none."""
    seen: dict[str, dict[str, None]] = {}
    for owner, origin in pairs:
        seen.setdefault(owner, {}).update({origin: None} if origin else {})
    cells = pd.DataFrame(pairs, columns=["detector", "distribution"], dtype="str")
    expected = {owner: tuple(origins) for owner, origins in seen.items() if len(origins) > 1}
    assert mixed_origins(cells, "detector") == expected
    assert mixed_origins(cells.astype("category"), "detector") == expected


def test_the_words_name_three_and_are_short() -> None:
    """Two are said as a word; of more than three the rest are dots; of a long path the end is shown."""
    assert versions_in_words(["a 1", "a 2"]) == "two versions of its plugin (a 1; a 2)"
    assert versions_in_words(list("abcd")) == "4 versions of its plugin (a; b; c; …)"
    long = versions_in_words([f"/{'x' * 10**6}/half.py d845ba09dad5", "b"])
    assert len(long) < 200
    assert "/half.py d845ba09dad5; b)" in long
