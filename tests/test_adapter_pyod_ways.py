"""Where PyOD's adapter goes a way of its own: what PyOD does there, and what comes of it."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from benchkit_pyod.adapter import LARGEST, Adapter, PyodScorer
from benchkit_pyod.calm import calm
from benchkit_pyod.networks import Network
from pyod_helpers import NAMED, NORMAL, SHOWN, quick
from torch import nn
from training_helpers import noise

from benchkit import Unsupported
from benchkit.registry import load_registry
from benchkit.testing import cases_of

REGISTRY = load_registry()

INSTALL = "needs PyOD. Install it: pip install 'benchkit[pyod]'"

ABSENT = """
import importlib.machinery

real = importlib.machinery.PathFinder.find_spec


def without(name, path=None, target=None):
    return None if name.partition(".")[0] == "pyod" else real(name, path, target)


importlib.machinery.PathFinder.find_spec = without
"""

LISTED = """
import json, sys
from benchkit.registry import load_registry

listed = [(each.name, each.state, each.error) for each in load_registry().plugins if each.kind == "detector"]
heavy = [name for name in sys.modules if name.partition(".")[0] in ("pyod", "numba", "matplotlib")]
print(json.dumps({"listed": listed, "heavy": heavy}))
"""

ASKED_FOR = "from benchkit.cli import main\nmain()\n"


def python(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the code in a process of its own."""
    return subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=False)


def test_without_the_library_all_are_listed_with_what_to_install() -> None:
    """Nobody else is any the worse."""
    listed = json.loads(python(ABSENT + LISTED).stdout.splitlines()[-1])["listed"]
    lacking = [name for name, state, error in listed if (state, error) == ("unavailable", INSTALL)]
    assert lacking == [f"pyod-{name}" for name in sorted(NAMED)]
    assert "isolation-forest" in [name for name, state, _ in listed if state == "ok"]


def test_without_the_library_who_asks_hears_what_to_install() -> None:
    """The request was wrong, and the next step is said."""
    result = python(ABSENT + ASKED_FOR, "run", "-d", "pyod-*", "-a", "noise-4", "--offline")
    assert result.returncode == 2
    assert INSTALL in " ".join(result.stderr.split())


def test_listing_imports_nothing_of_it() -> None:
    """Every command lists plugins, and would wait for it."""
    found = json.loads(python(LISTED).stdout.splitlines()[-1])
    assert ["pyod-knn", "ok", ""] in found["listed"]
    assert found["heavy"] == []


def test_it_computes_on_the_processor_in_one_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also what would choose a GPU in its constructor."""

    class Greedy:
        def __init__(self, n_jobs: int | None = None, random_state: int | None = None, width: int = 3) -> None:
            self.device = torch.device("meta")
            self.network = nn.Linear(2, 2, device="meta").to_empty(device="cpu")
            self.given = (n_jobs, random_state)

    monkeypatch.setattr("benchkit_pyod.adapter.pyod_class", lambda model: Greedy)
    detector = NAMED["kpca"].build(NORMAL.double().numpy(), 7)
    assert detector.given == (1, 7)
    assert detector.device == torch.device("cpu")


def test_a_score_without_end_is_the_largest_and_none_is_left_as_it_is() -> None:
    """Infinity is far; what is no number at all is for the runner to find."""

    class Endless(Adapter):
        def scores(self, scorer: PyodScorer, vectors: Any) -> Any:
            return np.array([np.inf, 1.0, -np.inf, np.nan])

    scores = PyodScorer(Endless("endless"), None, np.zeros((1, 2)), 0)(torch.zeros(4, 2))
    assert scores[:3].tolist() == [LARGEST, 1.0, -LARGEST]
    assert scores[3].isnan()


def test_what_the_library_says_by_mistake_is_an_error() -> None:
    """Only what it is known to say about inputs is a reason to skip a cell."""
    clusters = NAMED["cblof"]
    with pytest.raises(Unsupported, match="pyod-cblof needs normal inputs among which"), clusters.reasons():
        raise ValueError("Could not form valid cluster separation. Please change n_clusters")
    with pytest.raises(ValueError, match="something else"), clusters.reasons():
        raise ValueError("something else")


@pytest.mark.faults
def test_a_variational_autoencoder_decodes_the_mean() -> None:
    """PyOD draws a code at each call."""
    scorer: Any = quick(NAMED["vae"]).fit(NORMAL, seed=0)
    vectors = SHOWN.double().numpy()
    assert np.array_equal(scorer.fitted.decision_function(vectors), scorer.fitted.decision_function(vectors))
    del scorer.fitted.model.reparameterize
    assert not np.array_equal(scorer.fitted.decision_function(vectors), scorer.fitted.decision_function(vectors))


@pytest.mark.faults
def test_representations_are_scaled_as_those_of_the_normal_inputs() -> None:
    """Normal inputs score as in PyOD's own fit, and a PyOD that computes them elsewhere is found out."""
    detector = quick(NAMED["dif"])
    scorer: Any = detector.fit(NORMAL, seed=0)
    vectors = scorer.normal
    from pyod.models.dif import DIF

    with calm(scorer.seed):
        own = DIF(random_state=scorer.seed, n_ensemble=detector.n_ensemble).fit(vectors)
        nine = own.decision_function(vectors[:9])
    np.testing.assert_allclose(scorer(torch.from_numpy(vectors)).numpy(), own.decision_scores_, rtol=1e-5)
    assert not np.allclose(nine, own.decision_scores_[:9], rtol=0.01)
    other = SimpleNamespace(_deep_representation=SimpleNamespace(scales={}))
    with pytest.raises(Unsupported, match="Install PyOD"):
        detector.settle(other)


@pytest.mark.faults
def test_an_input_that_lies_on_its_neighbours_is_no_outlier_by_angles() -> None:
    """It sees none of them at an angle, and scores lowest, as what comes ever nearer does."""
    normal = torch.cat([NORMAL[:1].repeat(8, 1), NORMAL[1:40]])
    scorer = NAMED["abod"].fit(normal, seed=0)
    near = NORMAL[:1] + torch.tensor([[1e-1], [1e-2], [1e-3], [0.0]]) * noise(1, 6, seed=5)
    scores = scorer(near)
    assert torch.equal(scores.argsort(descending=True), torch.arange(4))
    assert scores[3] == -LARGEST


def test_batches_leave_no_single_input_to_be_normalised() -> None:
    """PyOD's batch normalisation fails on one input."""
    detector = NAMED["ae1svm"]
    assert detector.arguments(np.zeros((65, 2)))["batch_size"] == 33
    assert detector.arguments(np.zeros((64, 2)))["batch_size"] == 32
    assert detector.arguments(np.zeros((2, 2)))["batch_size"] == 32


def test_counts_are_as_large_as_there_are_inputs() -> None:
    """Neighbours, clusters, batches: what is asked for, or what there is."""
    four = np.zeros((4, 2))
    assert NAMED["lof"].arguments(four) == {"n_neighbors": 3}
    assert NAMED["lof"].arguments(np.zeros((90, 2))) == {"n_neighbors": 20}
    assert NAMED["sod"].arguments(four) == {"n_neighbors": 3, "ref_set": 2}
    assert NAMED["lunar"].arguments(four)["n_neighbours"] == 5
    assert NAMED["lunar"].arguments(four[:2])["n_neighbours"] == 1


def test_regressions_need_features_that_are_their_own() -> None:
    """What lies off the plane of features that depend on each other has no finite score."""
    dependent = torch.cat([NORMAL[:50, :3], NORMAL[:50, :1] + NORMAL[:50, 1:2]], dim=1)
    with pytest.raises(Unsupported, match=r"got 50 inputs of 4 features and rank 3\. Use another view"):
        NAMED["cd"].fit(dependent, seed=0)
    with pytest.raises(Unsupported, match="got 7 inputs of 6 features"):
        NAMED["cd"].fit(NORMAL[:7], seed=0)


def test_affinities_need_more_others_than_are_the_same() -> None:
    """PyOD would look thousands of times for a width that there is not."""
    with pytest.raises(Unsupported, match=r"got 60 normal inputs, of which 10 are the same"):
        replace(NAMED["sos"], most=60).fit(NORMAL[:6].repeat(10, 1), seed=0)
    with pytest.raises(Unsupported, match="got 5 normal inputs"):
        NAMED["sos"].fit(NORMAL[:5], seed=0)


@pytest.mark.faults
@pytest.mark.parametrize(
    "detector",
    [quick(detector) for detector in NAMED.values() if not isinstance(detector, Network)],
    ids=lambda detector: detector.name,
)
def test_the_conformance_kit_finds_nothing_wrong(detector: Any) -> None:
    """On its own images, seen as each looks at them; those with networks take minutes each."""
    found = [case.find() for case in cases_of(detector, registry=REGISTRY)]
    assert [finding.said for finding in found if finding.state == "failed"] == []
