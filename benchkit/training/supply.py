"""Batches for modules that are trained together: gathered for many steps at once into buffers that are used again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor

from benchkit.training.batch import Chunk
from benchkit.training.course import Course

CHUNK_BYTES = 8 * 2**20
"""Rows that a processor gathers at once: few enough to be in its cache still when their step comes."""

LARGE_CHUNK_BYTES = 256 * 2**20
"""Rows that an accelerator gathers at once: a call costs it more than the memory does."""


class Supply:
    """Hands out the steps of courses that go on together.

    Args:
        courses: S of them.
        batch_size: rows of a step, B.
    """

    def __init__(self, courses: Sequence[Course], batch_size: int) -> None:
        self._courses, self._size = tuple(courses), batch_size
        first = courses[0].rows
        row, self._device = first.shape[1:], first.device
        step_bytes = 4 * len(courses) * batch_size * max(1, torch.Size(row).numel())
        room = CHUNK_BYTES if self._device.type == "cpu" else LARGE_CHUNK_BYTES
        self._most = max(1, room // step_bytes)
        self._buffer = torch.zeros(len(courses), self._most, batch_size, *row, device=self._device)
        self._full = torch.full((len(courses), self._most, batch_size), 1 / batch_size, device=self._device)

    def chunks(self, steps: int, going_on: int) -> Iterator[Chunk]:
        """Yield so many steps, some at a time; a chunk is overwritten by the next.

        Args:
            steps: how many.
            going_on: how many of the courses take part, the first ones; no row of the others counts.
        """
        for start in range(0, steps, self._most):
            yield self._chunk(min(self._most, steps - start), going_on)

    def _chunk(self, steps: int, going_on: int) -> Chunk:
        active, idle = self._courses[:going_on], len(self._courses) - going_on
        taken = [course.order.take(steps) for course in active]
        counts = (*(tuple(sizes) for _, sizes in taken), *((0,) * steps for _ in range(idle)))
        for place, (course, (index, _)) in enumerate(zip(active, taken, strict=True)):
            course.rows.take(index.flatten(), out=self._buffer[place, :steps].flatten(0, 1))
        rows = self._buffer[:, :steps]
        return Chunk(rows, self._targets([index for index, _ in taken], rows), self._weights(counts, steps), counts)

    def _targets(self, indices: list[Tensor], rows: Tensor) -> Tensor:
        found = [
            course.targets[index.to(self._device)]
            for course, index in zip(self._courses, indices, strict=False)
            if course.targets is not None
        ]
        return torch.stack([*found, *(found[:1] * (len(rows) - len(found)))]) if found else rows

    def _weights(self, counts: Sequence[Sequence[int]], steps: int) -> Tensor:
        if all(size == self._size for sizes in counts for size in sizes):
            return self._full[:, :steps]
        number = torch.tensor(counts, dtype=torch.float32)[..., None]
        weights = (torch.arange(self._size) < number).float() / number.clamp(min=1.0)
        return weights.to(self._device)
