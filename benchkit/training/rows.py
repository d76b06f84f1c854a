"""Training inputs as the loop takes them: some rows at a time, wherever they lie."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
from torch import Tensor

from benchkit.contract import Rows


class Resident:
    """Rows that lie on the device already.

    Args:
        values: N×…; left as they are.
    """

    def __init__(self, values: Tensor) -> None:
        self._values = values

    @property
    def shape(self) -> tuple[int, ...]:
        """N×…, as of a tensor."""
        return tuple(self._values.shape)

    @property
    def device(self) -> torch.device:
        """Where they lie."""
        return self._values.device

    def __len__(self) -> int:
        return len(self._values)

    def take(self, index: Tensor, /, *, out: Tensor | None = None) -> Tensor:
        """Return the rows at ``index`` (int64, n, on the CPU), n×…, written into ``out`` where it is given."""
        index = index.to(self._values.device, non_blocking=True)
        return torch.index_select(self._values, 0, index, out=out)

    def chunks(self, size: int) -> Iterator[Tensor]:
        """Yield all rows in order, at most ``size`` at a time, without a copy."""
        yield from torch.split(self._values, size)


class Mapped:
    """Rows behind a function that maps n×… to n×…, row by row, such as a scaling.

    Args:
        rows: what is mapped.
        function: gets a tensor that is nobody else's.
    """

    def __init__(self, rows: Rows, function: Callable[[Tensor], Tensor]) -> None:
        self._rows, self._function = rows, function
        self._like = function(rows.take(torch.zeros(1, dtype=torch.int64))) if len(rows) else torch.empty(0)

    @property
    def shape(self) -> tuple[int, ...]:
        """N×…, as of a tensor."""
        return (len(self._rows), *self._like.shape[1:])

    @property
    def device(self) -> torch.device:
        """Where they arrive."""
        return self._rows.device

    def __len__(self) -> int:
        return len(self._rows)

    def take(self, index: Tensor, /, *, out: Tensor | None = None) -> Tensor:
        """Return the rows at ``index`` (int64, n, on the CPU), n×…, written into ``out`` where it is given."""
        mapped = self._function(self._rows.take(index))
        return mapped if out is None else out.copy_(mapped)

    def chunks(self, size: int) -> Iterator[Tensor]:
        """Yield all rows in order, at most ``size`` at a time."""
        return map(self._function, self._rows.chunks(size))


def as_rows(inputs: Tensor | Rows) -> Rows:
    """Return a tensor (N×…) as rows; rows as they are."""
    return Resident(inputs) if isinstance(inputs, Tensor) else inputs


def sample(inputs: Tensor | Rows, most: int, source: torch.Generator) -> Tensor:
    """Return at most so many of the rows, in their order; which ones is drawn where there are more.

    Args:
        inputs: N×….
        most: at least 1.
        source: of randomness, on the CPU.
    """
    order = torch.randperm(len(inputs), generator=source)[:most].sort().values
    return as_rows(inputs).take(order)


def flat(inputs: Tensor | Rows) -> Tensor | Rows:
    """Return N×… inputs as N×d vectors, of the kind that they are."""
    if isinstance(inputs, Tensor):
        return inputs.flatten(1)
    return inputs if len(inputs.shape) == 2 else _Flat(inputs)


class _Flat(Mapped):
    def __init__(self, rows: Rows) -> None:
        super().__init__(rows, lambda some: some.flatten(1))

    def take(self, index: Tensor, /, *, out: Tensor | None = None) -> Tensor:
        if out is None:
            return self._rows.take(index).flatten(1)
        self._rows.take(index, out=out.view(len(out), *self._rows.shape[1:]))
        return out
