"""What is checked of a detector's optional doors, and of the object itself."""

from __future__ import annotations

from collections.abc import Sequence

from benchkit.contract import Detector, Scorer, Work
from benchkit.runner.exhibiting import encoded, losses_of, reconstructed
from benchkit.runner.guard import contract_error, isolated
from benchkit.testing.agreement import another_training
from benchkit.testing.checks import Check, NotApplicable, require
from benchkit.testing.detector_specimen import FEW, SEED, SOME, DetectorSpecimen, Fitted
from benchkit.testing.shared import SETTINGS, WORKER, leaves_what_it_was_lent
from benchkit.testing.witness import GLOBAL_SEED, witnessed
from benchkit.training import as_rows


def _many(specimen: DetectorSpecimen) -> None:
    if type(specimen.detector).fit_many is Detector.fit_many:
        raise NotApplicable("fit_many is not overridden: the runner fits one by one")
    specimen.repeats()
    alone = [specimen.fit_on(SOME), specimen.fit_on(FEW, seed=SEED + 1)]
    for n, scorer, expected in zip((SOME, FEW), _together(specimen), alone, strict=True):
        _agrees(specimen, scorer, expected, f"fit_many: for a set of {n}")


def _together(specimen: DetectorSpecimen) -> Sequence[Scorer]:
    sets = [specimen.train[:n].clone() for n in (SOME, FEW)]
    with isolated(GLOBAL_SEED):
        bool(specimen.detector.stacks_on(specimen.train.device))
        scorers: object = specimen.detector.fit_many(sets, seeds=[SEED, SEED + 1])
    if not isinstance(scorers, Sequence) or len(scorers) != len(sets):
        got = f"{type(scorers).__name__}" + (f" of {len(scorers)}" if isinstance(scorers, Sequence) else "")
        raise contract_error(specimen.offer, f"fit_many: got {got}; expected a list of {len(sets)} scorers.")
    return [specimen.callable(each, "fit_many") for each in scorers]


def _agrees(specimen: DetectorSpecimen, scorer: Scorer, expected: Fitted, what: str) -> None:
    got = another_training(specimen.score(scorer, specimen.normal), expected.scores)
    require(
        not got,
        specimen.offer,
        f"{what}: got {got}; expected the scores of fit with the same inputs and seed, within rounding. See that seed, "
        "order of the rows and number of steps are the same.",
    )


def _rows(specimen: DetectorSpecimen) -> None:
    if not specimen.detector.takes_rows:
        raise NotApplicable("takes_rows is False: the detector gets a tensor, or is skipped where that does not fit")
    specimen.repeats()
    scorer = specimen.fit(as_rows(specimen.train[:SOME].clone()))
    _agrees(specimen, scorer, specimen.fit_on(SOME), "fit with Rows")


def _work(specimen: DetectorSpecimen) -> None:
    specimen.scorer()
    batch = specimen.normal[:FEW].clone()
    call = witnessed(lambda: specimen.detector.work(batch), {"its inputs": batch})
    stated = call.result()
    require(
        stated is None or isinstance(stated, Work),
        specimen.offer,
        f"work: got {type(stated).__name__}; expected a benchkit.Work for each input, or None.",
    )
    leaves_what_it_was_lent([("work", call)], specimen.offer)


def _shows(specimen: DetectorSpecimen) -> None:
    scorer, inputs = specimen.scorer(), specimen.normal[:FEW].clone()
    calls = [
        ("reconstruct", witnessed(lambda: reconstructed(scorer, inputs, specimen.offer), {"its inputs": inputs})),
        ("encode", witnessed(lambda: encoded(scorer, inputs, specimen.offer), {"its inputs": inputs})),
        ("losses", witnessed(lambda: losses_of(scorer, specimen.offer), {})),  # a property is code of the plugin, too
    ]
    shown = [call.result() is not None for _, call in calls]
    if not any(shown):
        raise NotApplicable("the scorer has none of reconstruct, encode and losses: its pictures show images alone")
    leaves_what_it_was_lent(calls, specimen.offer)


CHECKS: tuple[Check[DetectorSpecimen], ...] = (
    Check("fit-many", "other scores with several seeds than with one.", _many),
    Check("takes-rows", "other scores with --device-memory than without.", _rows),
    Check("work", "a statement that cannot be used: no share of the limit.", _work),
    Check("shows", "reconstructions, a latent space or losses that no picture can be made of.", _shows),
    SETTINGS,
    WORKER,
)
"""In the order in which they are carried out."""
