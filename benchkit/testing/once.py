"""What is computed at most once, and remembered also where it failed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from benchkit.errors import Unsupported
from benchkit.runner.guard import PLUGIN_FAULTS
from benchkit.testing.checks import NotApplicable

T = TypeVar("T")


class Once(Generic[T]):
    """A value that is computed when it is first asked for; an error is raised again at every call.

    Args:
        make: computes it.
    """

    def __init__(self, make: Callable[[], T]) -> None:
        self._make = make
        self._made: list[T] = []
        self._error: BaseException | None = None

    def __call__(self) -> T:
        """Return it.

        Raises:
            Exception: whatever computing it raised.
        """
        if self._error is not None:
            raise self._error
        if not self._made:
            try:
                self._made.append(self._make())
            except PLUGIN_FAULTS as error:
                self._error = error
                raise
        return self._made[0]

    def for_others(self, check: str) -> T:
        """Return it to checks that need it and are not about it.

        Args:
            check: the check that is.

        Raises:
            NotApplicable: it could not be computed, which the other check tells.
            Unsupported: the plugin says so itself, with a reason.
        """
        try:
            return self()
        except PLUGIN_FAULTS as error:
            if isinstance(error, NotApplicable) or (isinstance(error, Unsupported) and error.reason.strip()):
                raise
            raise NotApplicable(f"nothing to go by: see {check!r}") from error
