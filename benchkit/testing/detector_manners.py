"""What is checked of what a detector leaves alone: its inputs, the process around it, and what it may not know."""

from __future__ import annotations

from benchkit.testing.checks import Check, require
from benchkit.testing.detector_specimen import DetectorSpecimen
from benchkit.testing.shared import (
    leaves_nothing_running,
    leaves_random_states,
    leaves_settings,
    leaves_what_it_was_lent,
)
from benchkit.testing.watch import Seen
from benchkit.testing.witness import Witnessed


def _calls(specimen: DetectorSpecimen) -> list[tuple[str, Witnessed]]:
    fit, _ = specimen.fitted.for_others("fits")
    return [("fit", fit.call), ("scorer", specimen.scored.for_others("scores").call)]


def _seen(specimen: DetectorSpecimen) -> list[tuple[str, Seen]]:
    fit, _ = specimen.fitted.for_others("fits")
    return [("fit", fit.seen), ("scorer", specimen.scored.for_others("scores").seen)]


def _inputs(specimen: DetectorSpecimen) -> None:
    leaves_what_it_was_lent(_calls(specimen), specimen.offer)
    require(
        specimen.keeps_hands_off(),
        specimen.offer,
        "scorer: got the inputs of fit changed by scoring others; expected them untouched: they are shared with every "
        "other detector. Keep a clone() of them.",
    )


def _random_states(specimen: DetectorSpecimen) -> None:
    leaves_random_states(_calls(specimen), specimen.offer)


def _process(specimen: DetectorSpecimen) -> None:
    leaves_settings(_calls(specimen), specimen.offer)


def _labels(specimen: DetectorSpecimen) -> None:
    for method, seen in _seen(specimen):
        loaded = f"the data set {' and '.join(map(repr, seen.datasets_loaded))} loaded"
        require(
            not seen.labels_read and not seen.datasets_loaded,
            specimen.offer,
            f"{method}: got {loaded if seen.datasets_loaded else 'labels of images read'}; expected a detector that "
            "knows its inputs and nothing else. Take out whatever finds more.",
        )


def _running(specimen: DetectorSpecimen) -> None:
    leaves_nothing_running(_seen(specimen), specimen.offer)


def _quiet(specimen: DetectorSpecimen) -> str:
    fit, scorer = (seen.printed for _, seen in _seen(specimen))
    require(
        not scorer,
        specimen.offer,
        f"scorer: got {_lines(scorer)} printed for one batch; expected none: printing is timed as if it were scoring. "
        "Take it out, or use warnings or logging.",
    )
    return f"fit prints {_lines(fit)}, which a run sends to standard error" if fit else ""


def _lines(printed: str) -> str:
    count = len(printed.splitlines())
    return f"{count} line" if count == 1 else f"{count} lines"


CHECKS: tuple[Check[DetectorSpecimen], ...] = (
    Check("inputs-untouched", "images spoiled for every detector that comes after.", _inputs),
    Check("random-state-untouched", "numbers of others that change because this detector was there.", _random_states),
    Check("process-untouched", "times and numbers of others that change likewise.", _process),
    Check("labels-unseen", "a detector that knows beforehand what it should find.", _labels),
    Check("nothing-left-running", "threads and processes that compute while others are timed.", _running),
    Check("quiet", "a line for each batch, which is timed as scoring.", _quiet),
)
"""In the order in which they are carried out."""
