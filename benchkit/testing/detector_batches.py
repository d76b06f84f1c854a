"""What is checked of how a detector is asked: a score depends on its own input and on nothing beside it."""

from __future__ import annotations

import torch

from benchkit.testing.agreement import apart
from benchkit.testing.checks import Check, require
from benchkit.testing.detector_specimen import DetectorSpecimen

_PARTS = (8, 64)

ROUNDING = 1e-3
"""Share of the scores' deviation: distances are small differences of large sums, whose order a batch decides."""


MANY = 4
"""How often all inputs stand in the largest batch: runs score thousands at once."""


def _batches(specimen: DetectorSpecimen) -> None:
    _small(specimen)
    _large(specimen)


def _large(specimen: DetectorSpecimen) -> None:
    scorer, normal = specimen.scorer(), specimen.normal
    got = specimen.score(scorer, normal.repeat(MANY, *[1] * (normal.ndim - 1)))
    wrong = apart(got, specimen.score(scorer, normal).repeat(MANY), most=ROUNDING)
    require(
        not wrong,
        specimen.offer,
        f"scorer: got, in a batch of {len(got)} in which each input stands {MANY} times, {wrong}; expected the "
        f"scores of a batch of {len(normal)}. See what is done some inputs at a time.",
    )


def _small(specimen: DetectorSpecimen) -> None:
    scorer = specimen.scorer()
    parts = torch.split(specimen.normal, [*_PARTS, len(specimen.normal) - sum(_PARTS)])
    got = torch.cat([specimen.score(scorer, part) for part in parts])
    wrong = apart(got, specimen.score(scorer, specimen.normal), most=ROUNDING)
    sizes = ", ".join(str(len(part)) for part in parts)
    require(
        not wrong,
        specimen.offer,
        f"scorer: got, in batches of {sizes} instead of {len(specimen.normal)}, {wrong}; expected the same. Take no "
        "mean, rank or scale over a batch; call network.eval().",
    )


def _order(specimen: DetectorSpecimen) -> None:
    scorer = specimen.scorer()
    order = torch.randperm(len(specimen.normal), generator=torch.Generator().manual_seed(0))
    got = specimen.score(scorer, specimen.normal[order])
    wrong = apart(got, specimen.score(scorer, specimen.normal)[order], most=ROUNDING)
    require(
        not wrong,
        specimen.offer,
        f"scorer: got, for the same inputs in another order, {wrong}; expected the same scores, in that order. Let no "
        "score depend on its place or on its neighbours.",
    )


def _one(specimen: DetectorSpecimen) -> None:
    scorer = specimen.scorer()
    every = specimen.score(scorer, specimen.normal)
    wrong = apart(specimen.score(scorer, specimen.normal[:1]), every[:1], among=every, most=ROUNDING)
    require(
        not wrong,
        specimen.offer,
        f"scorer: got, for one input without others, {wrong}; expected the same. Beware of squeeze(), and of what is "
        "computed over a batch.",
    )


def _none(specimen: DetectorSpecimen) -> None:
    specimen.score(specimen.scorer(), specimen.normal[:0])


def _layout(specimen: DetectorSpecimen) -> None:
    scorer, inputs = specimen.scorer(), specimen.normal
    got = specimen.score(scorer, inputs.transpose(0, -1).contiguous().transpose(0, -1), copied=False)
    wrong = apart(got, specimen.score(scorer, inputs), most=ROUNDING)
    require(
        not wrong,
        specimen.offer,
        f"scorer: got, for the same inputs laid out in memory column by column, {wrong}; expected the same. Use "
        "flatten(1) or reshape in the place of view.",
    )


CHECKS: tuple[Check[DetectorSpecimen], ...] = (
    Check("batches", "scores that depend on the size of a batch: another --batch-size, another leaderboard.", _batches),
    Check("order", "scores that depend on their place: an AUROC that knows which images came last.", _order),
    Check("batch-of-one", "a scorer that drops a dimension or divides by zero: no latency is measured.", _one),
    Check("empty-batch", "a scorer that stumbles over nothing: a filter that left no image ends a program.", _none),
    Check(
        "memory-layout",
        "a scorer that takes for granted how inputs lie in memory: it fails behind some views.",
        _layout,
    ),
)
"""In the order in which they are carried out."""
