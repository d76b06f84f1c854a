"""The Pareto front of quality and throughput."""

from __future__ import annotations

from collections.abc import Sequence


def pareto_front(points: Sequence[tuple[float, float]]) -> list[int]:
    """Return which points no other one beats: none is at least as high in both numbers and higher in one.

    Args:
        points: quality and throughput of each; for both, higher is better.

    Returns:
        Positions in ``points``, by falling quality.
    """
    order = sorted(range(len(points)), key=lambda place: (-points[place][0], -points[place][1]))
    front: list[int] = []
    for place in order:
        if not front or points[place][1] > points[front[-1]][1] or points[place] == points[front[-1]]:
            front.append(place)
    return front
