"""What is checked of a detector's scores: that they are scores, on the right device, and mean something."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from benchkit.measure.ranking import auroc
from benchkit.runner.guard import check_scores
from benchkit.testing.checks import Check, NotApplicable, require
from benchkit.testing.detector_specimen import DetectorSpecimen

REVERSED, GUESSING = 0.45, 0.6
"""Mean AUROC over the kinds of far-off inputs: below the first it fails, below the second it is worth a remark.

Of the built-in methods none is below 0.58, those of pytorch-ood included, and none above 0.42 with a reversed sign."""


def _fits(specimen: DetectorSpecimen) -> None:
    specimen.fitted()


def _scores(specimen: DetectorSpecimen) -> None:
    scores = specimen.scored().call.value
    if isinstance(scores, Tensor) and scores.device != specimen.normal.device:
        raise NotApplicable("the scores lie elsewhere: see 'scores-where-inputs-are'")
    check_scores(scores, specimen.normal, specimen.offer)


def _where(specimen: DetectorSpecimen) -> None:
    scores = specimen.scored.for_others("scores").call.value
    if not isinstance(scores, Tensor):
        raise NotApplicable("the scores are no tensor: see 'scores'")
    where, expected = scores.device, specimen.normal.device
    require(
        where == expected,
        specimen.offer,
        f"scorer: got scores on {where}; expected them on {expected}. Return them with .to(inputs.device).",
    )


def _no_gradients(specimen: DetectorSpecimen) -> None:
    scores = specimen.scored.for_others("scores").call.value
    require(
        not getattr(scores, "requires_grad", False),
        specimen.offer,
        "scorer: got scores that keep the way they were computed, and all memory that it took; expected plain numbers. "
        "Return them with .detach().",
    )


def _steady(specimen: DetectorSpecimen) -> None:
    require(
        specimen.is_steady(),
        specimen.offer,
        "scorer: got other scores for the same inputs at another call, the second or a later one, with other inputs in "
        "between; expected the same. Call network.eval(), draw nothing while scoring, and keep nothing from one call "
        "to the next.",
    )


def _tell_apart(specimen: DetectorSpecimen) -> None:
    scorer = specimen.scorer()
    scores = torch.cat([specimen.score(scorer, each) for each in (specimen.normal, *specimen.far_off.values())])
    require(
        bool((scores != scores[0]).any()),
        specimen.offer,
        f"scorer: got {float(scores[0]):.6g} for all of {len(scores)} inputs, normal and far off; expected scores that "
        "tell some of them apart. See whether a fault is swallowed, or rounding takes everything.",
    )


def _far_off(specimen: DetectorSpecimen) -> str:
    scorer = specimen.scorer()
    normal = specimen.score(scorer, specimen.normal).numpy()
    found = {kind: auroc(normal, specimen.score(scorer, far).numpy()) for kind, far in specimen.far_off.items()}
    mean = float(np.mean(list(found.values())))
    each = ", ".join(f"{kind} {value:.2f}" for kind, value in found.items())
    require(
        mean >= REVERSED,
        specimen.offer,
        f"scorer: got normal inputs ranked above far-off ones, by a mean AUROC of {mean:.2f} ({each}); expected it "
        "above 0.5. Higher is more anomalous: negate the scores; if they point the right way, a few hundred images are "
        "too few for it, or the view is the wrong one.",
    )
    return f"mean AUROC {mean:.2f}, hardly better than guessing ({each})" if mean < GUESSING else ""


CHECKS: tuple[Check[DetectorSpecimen], ...] = (
    Check("fits", "a detector that cannot be fitted, or returns no scorer: all of its cells fail.", _fits),
    Check("scores", "results that are no scores (one finite float an input): all of its cells fail.", _scores),
    Check("scores-where-inputs-are", "scores on another device: cells that fail on a GPU only.", _where),
    Check(
        "no-gradients",
        "scores that hold on to a network's activations: memory that grows batch by batch.",
        _no_gradients,
    ),
    Check(
        "same-inputs-same-scores",
        "dropout left on, or a memory of earlier inputs: results that nobody repeats.",
        _steady,
    ),
    Check(
        "scores-tell-apart",
        "one score for everything: a fault that is swallowed shows as an AUROC of 0.5.",
        _tell_apart,
    ),
    Check("far-off-inputs", "a reversed sign: a leaderboard's first that stands last.", _far_off),
)
"""In the order in which they are carried out."""
