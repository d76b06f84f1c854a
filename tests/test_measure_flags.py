"""The words that a timing may carry."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchkit.measure import flags
from benchkit.measure.flags import FLAGS


@given(words=st.lists(st.sampled_from(list(FLAGS)), max_size=10))
def test_words_come_back(words: list[str]) -> None:
    """However they are given, a row holds each once and in one order."""
    text = flags.joined(words)
    assert set(flags.split(text)) == set(words)
    assert len(flags.split(text)) == len(set(words))
    assert flags.joined(reversed(flags.split(text))) == text
    assert flags.is_written_well(text)


def test_no_words_are_an_empty_text() -> None:
    """Nothing was wrong."""
    assert (flags.joined([]), flags.split(""), flags.is_written_well("")) == ("", (), True)


@pytest.mark.parametrize("text", ["clock budget", "budget  clock", "budget budget", " budget", "odd", "budget,clock"])
def test_other_texts_are_not_written_well(text: str) -> None:
    """Unknown words, another order, other separators."""
    assert not flags.is_written_well(text)


def test_every_word_is_a_word_and_has_a_meaning() -> None:
    """Blanks separate them, and the table prints what they mean."""
    assert all(word.isalpha() and word.islower() and meaning for word, meaning in FLAGS.items())
