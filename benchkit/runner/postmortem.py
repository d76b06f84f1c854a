"""A door for the debugger: whoever wants to see what a plugin raised is shown it before it becomes a cell."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

Observer = Callable[[BaseException], object]

_observers: list[Observer] = []


@contextlib.contextmanager
def observed(observer: Observer) -> Iterator[None]:
    """Show ``observer`` every fault of a plugin that is met in this process while the block lasts."""
    _observers.append(observer)
    try:
        yield
    finally:
        _observers.remove(observer)


def look_at(error: BaseException) -> None:
    """Show a fault to whoever wants to see it."""
    for observer in _observers:
        observer(error)
