"""Tensors that can be made again, kept while there is room for them."""

from __future__ import annotations

from collections.abc import Callable, Hashable

from torch import Tensor

from benchkit.runner.guard import state_of


class Shelf:
    """Keeps what was used last; what was used least recently makes room for what is new.

    Attributes:
        room: bytes that are kept. One tensor may be larger: then it is there alone, until the next one is made.
        limited: whether nothing larger than ``room`` may be made, not even for a fit: somebody said so.

    Args:
        room: bytes.
        limited: see above.
        beside: bytes of the same device that something else takes, for which there would be room otherwise.
    """

    def __init__(self, room: int, *, limited: bool = False, beside: int = 0) -> None:
        self.room, self.limited, self._beside = room, limited, beside
        self._kept: dict[Hashable, Tensor] = {}  # in the order of their last use
        self._states: dict[Hashable, tuple[int, int]] = {}  # of each when it was made

    def get(self, key: Hashable, needed: int, make: Callable[[], Tensor]) -> Tensor:
        """Return what is kept under ``key``, else what ``make`` returns, which takes ``needed`` bytes."""
        found = self._kept.pop(key, None)
        if found is None:
            self._make_room(needed)
            found = make()
            self._states[key] = state_of(found)
        self._kept[key] = found
        return found

    def takes(self, needed: int, *, at_any_price: bool) -> bool:
        """Return whether so many bytes may be one tensor; ``at_any_price``: unless somebody has set the limit."""
        return needed <= self.room or (at_any_price and not self.limited)

    def enough_for(self, needed: int) -> int:
        """Return the ``--device-memory`` that has room for a tensor of so many bytes."""
        return 2 * (needed + self._beside)

    def is_whole(self) -> bool:
        """Return whether everything is as it was made, so that nobody wrote into what all are lent."""
        return all(state_of(tensor) == self._states[key] for key, tensor in self._kept.items())

    def clear(self) -> None:
        """Let everything go: somebody wrote into it."""
        self._kept.clear()
        self._states.clear()

    @property
    def held(self) -> int:
        """Bytes that are kept now."""
        return sum(each.nbytes for each in self._kept.values())

    def _make_room(self, needed: int) -> None:
        while self._kept and self.held + needed > self.room:
            oldest = next(iter(self._kept))
            del self._kept[oldest], self._states[oldest]
