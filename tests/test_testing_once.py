"""What is computed at most once, and remembered also where it failed."""

from __future__ import annotations

import pytest

from benchkit.errors import Unsupported
from benchkit.testing.checks import NotApplicable
from benchkit.testing.once import Once


def test_a_value_is_computed_when_it_is_asked_for_and_once() -> None:
    """Also where it is None."""
    calls: list[None] = []
    once = Once(lambda: calls.append(None))
    assert calls == []
    assert (once(), once(), once.for_others("it")) == (None, None, None)
    assert len(calls) == 1


def test_an_error_is_raised_again_without_another_try() -> None:
    """The very same, so that one fault is told once."""
    calls: list[None] = []

    def fail() -> None:
        calls.append(None)
        raise ValueError("once")

    once = Once(fail)
    for _ in range(2):
        with pytest.raises(ValueError, match="once"):
            once()
    assert len(calls) == 1


def failing(error: Exception) -> Once[None]:
    """Return one that fails."""

    def fail() -> None:
        raise error

    return Once(fail)


@pytest.mark.parametrize(
    ("error", "raised", "said"),
    [
        (ValueError("broken"), NotApplicable, "see 'fits'"),
        (SystemExit(3), NotApplicable, "see 'fits'"),
        (Unsupported("needs colours"), Unsupported, "needs colours"),
        (Unsupported(" "), NotApplicable, "see 'fits'"),
        (NotApplicable("no view"), NotApplicable, "no view"),
    ],
)
def test_others_are_told_who_tells(error: Exception, raised: type[Exception], said: str) -> None:
    """A fault is another check's; a reason is everybody's."""
    with pytest.raises(raised, match=said):
        failing(error).for_others("fits")


def test_ctrl_c_is_nobodys_value() -> None:
    """It passes, and the next call tries again."""
    tries = iter([KeyboardInterrupt(), 7])

    def interrupted() -> int:
        got = next(tries)
        if isinstance(got, BaseException):
            raise got
        return got

    once = Once(interrupted)
    with pytest.raises(KeyboardInterrupt):
        once()
    assert once() == 7
