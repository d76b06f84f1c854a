"""What the conformance kit finds about detectors, honest and broken."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch
from faulty_detectors import FAULTY, STOPPED, Choosy, Honest, Plain, bad_fit, refuse
from kit_helpers import is_second, with_second_device
from showing_detectors import SHOWING, Candid
from wavering_detectors import WAVERING

import benchkit
from benchkit.errors import PluginError
from benchkit.registry import given_offer, load_registry
from benchkit.testing import DETECTOR_CHECKS, Finding, cases_of, detector_fits
from benchkit.testing.checks import carry_out
from benchkit.testing.detector_specimen import SOME
from benchkit.testing.detectors import DetectorSpecimen
from benchkit.testing.once import Once

REGISTRY = load_registry()
ALL_FAULTY = FAULTY + WAVERING + SHOWING


@pytest.fixture(autouse=True)
def nobody_stays() -> Iterator[None]:
    """End the threads that a broken detector left running."""
    STOPPED.clear()
    yield
    STOPPED.set()


def findings(detector: benchkit.Detector) -> dict[str, Finding]:
    """Return what the kit finds, by check."""
    return {case.check: case.find() for case in cases_of(detector, registry=REGISTRY)}


def ended(found: dict[str, Finding], state: str) -> set[str]:
    """Return the checks that ended in a state."""
    return {name for name, finding in found.items() if finding.state == state}


def test_an_honest_detector_keeps_every_promise() -> None:
    """Nothing fails, and all is run but what needs a GPU, and what it does not show."""
    found = findings(Honest())
    assert tuple(found) == tuple(check.name for check in DETECTOR_CHECKS)
    left_out = {"shows"} | (set() if torch.cuda.is_available() else {"cuda"})
    assert ended(found, "passed") == set(found) - left_out
    assert ended(found, "failed") == set()


def test_what_a_scorer_shows_is_looked_at() -> None:
    """Reconstructions, latent space and losses that pictures can be made of."""
    found = findings(Candid())
    assert found["shows"].state == "passed"
    assert ended(found, "failed") == set()


def test_doors_that_are_not_there_are_not_run() -> None:
    """A detector without the optional doors passes all else, and the reason is given."""
    found = findings(Plain())
    assert ended(found, "not run") - {"cuda"} == {"fit-many", "takes-rows", "shows"}
    assert "fit_many is not overridden" in found["fit-many"].said
    assert ended(found, "failed") == set()


@pytest.mark.parametrize(
    ("check", "detector"),
    ALL_FAULTY,
    ids=[f"{check}-{number}" for number, (check, _) in enumerate(ALL_FAULTY)],
)
def test_a_detector_that_breaks_one_promise_fails_that_check_alone(check: str, detector: benchkit.Detector) -> None:
    """And the message says who, what was got, what was expected, and is one printable paragraph."""
    found = findings(detector)
    assert ended(found, "failed") == {check}
    said = found[check].said
    assert all(word in said for word in (detector.name, "got", "expected"))
    assert said.isprintable()


def test_there_is_a_broken_detector_for_every_check() -> None:
    """No check goes untested; that of CUDA has a test of its own."""
    assert {check for check, _ in ALL_FAULTY} == {check.name for check in DETECTOR_CHECKS} - {"cuda"}


def test_a_detector_that_is_another_on_cuda_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that cannot be fitted there, while all else passes."""
    with_second_device(monkeypatch, detector_fits)
    found = findings(bad_fit(lambda normal, seed: refuse(is_second(normal.device) and len(normal) == SOME)))
    assert ended(found, "failed") == {"cuda"}


def test_an_unsupported_detector_says_so_for_all_that_needs_a_fit() -> None:
    """Its reason is the finding; what needs no fit is checked all the same."""
    found = findings(Choosy())
    assert ended(found, "passed") == {"settings-recorded", "reaches-worker"}
    assert ended(found, "not run") == {"fit-many", "takes-rows"}
    assert {found[name].said for name in ended(found, "unsupported")} == {"needs colour images"}
    assert "fits" in ended(found, "unsupported")


def test_where_nothing_can_be_fitted_the_rest_is_not_run() -> None:
    """One failure is told once, and the others point to it."""
    found = findings(bad_fit(lambda normal, seed: refuse(True)))
    assert "ValueError: not like this" in found["fits"].said
    assert found["order"].state == "not run"
    assert "'fits'" in found["order"].said


def test_a_case_raises_what_it_finds() -> None:
    """Under pytest a failure is an error that names the plugin, where it was raised, and what the check is for."""
    case = cases_of(bad_fit(lambda normal, seed: refuse(True)), registry=REGISTRY)[0]
    with pytest.raises(PluginError, match="fits: got ValueError") as caught:
        case()
    assert isinstance(caught.value.__cause__, ValueError)
    assert case.protects in caught.value.__notes__[0]


def test_a_view_that_nobody_offers_fails_the_fit() -> None:
    """Close matches are named."""
    found = findings(Plain(view="pixel"))
    assert ended(found, "failed") == {"fits"}
    assert "'pixels'" in found["fits"].said


def test_a_fit_that_prints_is_remarked_on(capsys: pytest.CaptureFixture[str]) -> None:
    """It passes: a run sends that to standard error, and so does the kit."""
    found = findings(bad_fit(lambda normal, seed: print("hello")))
    assert found["quiet"].state == "passed"
    assert "fit prints 1 line" in found["quiet"].said
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "hello" in printed.err


def ranking(detector: benchkit.Detector, sign: int) -> str:
    """Return how the check of far-off inputs ends where the scores are multiplied by a sign."""
    specimen = DetectorSpecimen.of(given_offer(REGISTRY, detector, "detector"), REGISTRY)
    watch, scorer = specimen.fitted()
    specimen.fitted = Once(lambda: (watch, lambda inputs: sign * scorer(inputs)))
    (check,) = (each for each in DETECTOR_CHECKS if each.name == "far-off-inputs")
    return carry_out(check, specimen, specimen.offer).state


@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=() if offer.item.by_default or name == "max-softmax" else pytest.mark.faults)
        for name, offer in REGISTRY.detectors.items()
        if offer.distribution == "benchkit" and not name.startswith("pyod")  # some adversarial ones learn too little
    ],
)
def test_a_reversed_sign_is_found_whatever_the_detector(name: str) -> None:
    """Far-off inputs rank above normal ones by every built-in detector, and below by each of them negated."""
    detector = REGISTRY.detectors[name].item
    assert (ranking(detector, 1), ranking(detector, -1)) == ("passed", "failed")
