"""What is checked of what a detector is fitted on: seeds, few inputs, odd ones, and another device."""

from __future__ import annotations

import torch
from torch import Tensor

from benchkit.runner.guard import check_scores, isolated
from benchkit.testing.checks import Check, require
from benchkit.testing.detector_specimen import FEW, SEED, SOME, DetectorSpecimen, Fitted
from benchkit.testing.devices import accelerator
from benchkit.testing.shared import each_or_unsupported, works
from benchkit.testing.witness import GLOBAL_SEED

LARGE = 1e6
"""How much larger than usual activations may come out."""

AGREE = 0.9
"""Rank correlation of the scores of two devices: a long training makes much of a rounding, but keeps the order."""


def _same_seed(specimen: DetectorSpecimen) -> None:
    specimen.scorer()
    first, second = specimen.fit_on(SOME).scores, specimen.again().scores
    wrong = int((first != second).sum())
    require(
        wrong == 0,
        specimen.offer,
        f"fit: got {wrong} of {len(first)} scores that differ between two fits with the seed {SEED}; expected the "
        "same bits. Draw from the seed alone, and let nothing in that changes: no clock, no hash(), no order of a set, "
        "no race of threads.",
    )


def _other_seed(specimen: DetectorSpecimen) -> None:
    specimen.scorer()
    specimen.fit_on(SOME, seed=SEED + 1)


def _independent(specimen: DetectorSpecimen) -> None:
    scorer = specimen.scorer()
    before = specimen.score(scorer, specimen.normal)
    other = specimen.fit_fresh(specimen.train[-SOME:])
    wrong = int((specimen.score(scorer, specimen.normal) != before).sum())
    require(
        wrong == 0,
        specimen.offer,
        f"fit: got {wrong} of {len(before)} scores of an earlier scorer changed by a new fit; expected each scorer to "
        "stay what it is. Keep what is fitted in the scorer, not in the module or the class.",
    )
    require(
        not _is_remembered(specimen, other),
        specimen.offer,
        f"fit: got, after a fit on {SOME} other inputs, the scores of an earlier one on as many, to the last bit; "
        "expected what is fitted to depend on the inputs. Keep no fitted model by the shape of what it was fitted on.",
    )


def _is_remembered(specimen: DetectorSpecimen, other: Fitted) -> bool:
    """Return whether a fit scores as an earlier one on as many inputs, where one on fewer does not.

    The latter tells a detector that remembers from one that fits nothing at all.
    """
    alike = torch.equal(specimen.fit_on(SOME).scores, other.scores)
    return alike and not torch.equal(specimen.fit_on(FEW).scores, other.scores)


def _constant(specimen: DetectorSpecimen) -> None:
    specimen.scorer()
    _works(specimen, torch.full_like(specimen.train[:FEW], 0.5), "inputs that are all the same")


def _few(specimen: DetectorSpecimen) -> None:
    specimen.scorer()
    two, one = specimen.train[:2], specimen.train[:1]
    each_or_unsupported([lambda: _works(specimen, two, "two inputs"), lambda: _works(specimen, one, "a single input")])


def _extreme(specimen: DetectorSpecimen) -> None:
    scorer, normal = specimen.scorer(), specimen.normal
    if specimen.sees_images:
        dark, bright = torch.zeros_like(normal[:1]), torch.ones_like(normal[:1])
        board = (torch.arange(normal[0].numel()).view_as(normal[:1]) % 2).to(normal)
        shown = torch.cat([dark, bright, board])
        works(lambda: specimen.score(scorer, shown), specimen.offer, "scorer: black, white and chequered images")
        return
    large = LARGE * normal
    works(lambda: specimen.score(scorer, large), specimen.offer, f"scorer: inputs {LARGE:,.0f} times as large")
    _works(specimen, LARGE * specimen.train[:SOME], f"inputs {LARGE:,.0f} times as large", large)


def _works(specimen: DetectorSpecimen, inputs: Tensor, said: str, shown: Tensor | None = None) -> None:
    """Require scores after a fit on unusual inputs."""
    others = specimen.normal if shown is None else shown
    works(lambda: specimen.score(specimen.fit(inputs), others), specimen.offer, f"fit with {said}")


def _cuda(specimen: DetectorSpecimen) -> str:
    specimen.scorer()
    device = accelerator()
    shown = torch.cat([specimen.normal, *specimen.far_off.values()])
    expected = specimen.score(specimen.fit_on(SOME).scorer, shown)
    on_cuda = shown.to(device)
    scorer = specimen.fit(specimen.train[:SOME].to(device))
    with isolated(GLOBAL_SEED), torch.no_grad():
        got = check_scores(scorer(on_cuda), on_cuda, specimen.offer)
    agreement = _rank_correlation(got, expected)
    require(
        agreement >= AGREE,
        specimen.offer,
        f"fit on CUDA: got scores whose order agrees with the processor's to {agreement:.3f}; expected {AGREE} or "
        "more, as rank correlation. Draw on the processor and move the numbers: devices draw differently.",
    )
    return f"rank correlation {agreement:.3f} between the devices"


def _rank_correlation(one: Tensor, other: Tensor) -> float:
    """Return Spearman's; 1 where both are constant."""
    ranks = torch.stack([each.argsort().argsort().double() for each in (one, other)])
    return float(torch.corrcoef(ranks)[0, 1]) if len(one) > 1 else 1.0


CHECKS: tuple[Check[DetectorSpecimen], ...] = (
    Check("same-seed", "chance that no seed rules: nobody gets your numbers again.", _same_seed),
    Check("other-seed", "a seed that is taken for granted: a run of several seeds fails.", _other_seed),
    Check(
        "fits-are-independent",
        "scorers that share what they learnt: one digit's detector scores another's.",
        _independent,
    ),
    Check("constant-inputs", "a deviation of 0 that is divided by: NaN where a data set has blank pixels.", _constant),
    Check("few-inputs", "more components or neighbours than inputs: a small class fails.", _few),
    Check("extreme-inputs", "overflow: an anomaly so far off that its score is infinite.", _extreme),
    Check("cuda", "another detector on a GPU than on a processor, or none: rows that cannot be compared.", _cuda),
)
"""In the order in which they are carried out."""
