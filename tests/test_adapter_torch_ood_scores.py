"""pytorch-ood's detectors behind the doors score as they do when they are called themselves, on the same network."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import Any

import pytest
import torch
from benchkit_torch_ood.library import library
from sklearn.metrics import roc_auc_score
from torch import Tensor, nn
from torch_ood_helpers import NAMED, known, world

from benchkit import source_of


class Own:
    """What a user of the library would have at hand: the network's own last layer, features and classes."""

    def __init__(self) -> None:
        here = world()
        self.network = copy.deepcopy(here.network).requires_grad_(False)
        self.head = here.network[-1]
        self.normal, self.shown = here.normal, here.shown
        self.one, self.two, self.logits = (self.network[:end](here.normal.flatten(1)) for end in (2, 4, 5))
        self.kept, self.classes = self.logits.argmax(1).unique(return_inverse=True)
        self.shown_one, self.shown_two, self.shown_logits = (
            self.network[:end](here.shown.flatten(1)) for end in (2, 4, 5)
        )

    def on_logits(self, method: Any, *values: Tensor) -> Tensor:
        """Return scores of logits, fitted if there is something to fit."""
        if values:
            method.fit_logits(*values)
        return method.predict_logits(self.shown_logits)

    def on_features(self, method: Any) -> Tensor:
        """Return scores of the second layer."""
        return method.fit_features(self.two, self.classes).predict_features(self.shown_two)

    def on_maps(self, method: Any, *places: None) -> Tensor:
        """Return scores of the second layer as maps, of one place each if asked for."""
        where = (slice(None), slice(None), *places)
        return method.fit_feature_maps(self.two[where], self.classes).predict_feature_maps(self.shown_two[where])

    @property
    def kept_head(self) -> nn.Linear:
        """The last layer without the logit of the class that was held out."""
        head = nn.Linear(32, len(self.kept)).requires_grad_(False)
        head.weight.copy_(self.head.weight[self.kept])
        head.bias.copy_(self.head.bias[self.kept])
        return head


def nac(lib: Any, own: Own) -> Tensor:
    """Neuron activation coverage of the second layer, by hooks in the network itself."""
    own.network.requires_grad_(True)
    layer = own.network[3]
    method = lib.NACUE(nn.Sequential(nn.Flatten(1), *own.network), [layer])
    return method.fit(list(own.normal.split(200))).predict(own.shown)


def gram(lib: Any, own: Own) -> Tensor:
    """Gram matrices of both layers, computed by the network's own; drawn as the detector says."""
    kept = nn.Sequential(own.kept_head)
    layers = [nn.Sequential(nn.Flatten(1), *own.network[:2]), own.network[2:4]]
    method = lib.Gram(kept, layers, len(own.kept))
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(source_of("torch-ood-gram", 0).initial_seed())
        method.fit([(own.normal, own.classes)])
    return method.predict(own.shown)


def gradients(lib: Any, own: Own, method: str, name: str) -> Tensor:
    """Slopes of the network's own last layer."""
    return getattr(lib, method)(own.network, param_filter=lambda found: found in name.split()).predict(
        own.shown.flatten(1)
    )


FLAT_HEAD: Callable[[Own], nn.Module] = lambda own: nn.Sequential(nn.Flatten(1), own.head)  # noqa: E731

DIRECT: Mapping[str, Callable[[Any, Own], Tensor]] = {
    "msp": lambda lib, own: own.on_logits(lib.MaxSoftmax(None)),
    "entropy": lambda lib, own: own.on_logits(lib.Entropy(None)),
    "energy": lambda lib, own: own.on_logits(lib.EnergyBased(None)),
    "max-logit": lambda lib, own: own.on_logits(lib.MaxLogit(None)),
    "gen": lambda lib, own: own.on_logits(lib.GEN(None)),
    "kl-matching": lambda lib, own: own.on_logits(lib.KLMatching(None), own.logits, own.classes),
    "openmax": lambda lib, own: own.on_logits(lib.OpenMax(None), own.logits, own.kept[own.classes]),
    "knn": lambda lib, own: own.on_features(lib.KNN(None)),
    "mahalanobis": lambda lib, own: own.on_features(lib.Mahalanobis(None)),
    "rmd": lambda lib, own: own.on_features(lib.RMD(None)),
    "gmm": lambda lib, own: own.on_features(lib.GMM(None)),
    "vim": lambda lib, own: own.on_features(lib.ViM(None, 16, own.head.weight, own.head.bias)),
    "nnguide": lambda lib, own: own.on_features(lib.NNGuide(None, own.head)),
    "she": lambda lib, own: own.on_features(lib.SHE(None, own.kept_head)),
    "nci": lambda lib, own: own.on_features(lib.NCI(None, own.head)),
    "fdbd": lambda lib, own: own.on_features(lib.fDBD(None, own.head)),
    "dice": lambda lib, own: own.on_features(lib.DICE(None, own.head.weight, own.head.bias, 0.9)),
    "pnml": lambda lib, own: own.on_features(lib.PNML(None, own.head)),
    "gradnorm": lambda lib, own: gradients(lib, own, "GradNorm", "4.weight"),
    "grad-uncertainty": lambda lib, own: gradients(lib, own, "GradUncertainty", "4.weight 4.bias"),
    "nac": nac,
    "react": lambda lib, own: own.on_maps(lib.ReAct(None, own.head)),
    "vra": lambda lib, own: own.on_maps(lib.VRA(None, own.head)),
    "ash": lambda lib, own: own.on_maps(lib.ASH(None, FLAT_HEAD(own)), None, None),
    "scale": lambda lib, own: own.on_maps(lib.SCALE(None, FLAT_HEAD(own)), None, None),
    "lts": lambda lib, own: own.on_features(lib.LTS(None, own.head)),
    "multi-mahalanobis": lambda lib, own: (
        lib.MultiMahalanobis([nn.Identity()] * 2)
        .fit_structured([own.one, own.two], own.classes)
        .predict_structured([own.shown_one, own.shown_two])
    ),
    "gram": gram,
    "odin": lambda lib, own: lib.ODIN(nn.Sequential(nn.Flatten(1), *own.network)).predict(own.shown),
    "mahalanobis-odin": lambda lib, own: (
        lib.MahalanobisODIN(nn.Sequential(nn.Flatten(1), *own.network[:4]))
        .fit_features(own.two, own.classes)
        .predict(own.shown)
    ),
}

each = pytest.mark.parametrize("name", NAMED)


def test_every_detector_is_compared() -> None:
    """None can be added without a comparison."""
    assert sorted(DIRECT) == sorted(NAMED)


@each
def test_scores_are_the_library_s(name: str) -> None:
    """Within rounding, with the network's own last layer in the place of the one that was recovered."""
    here = world()
    expected = DIRECT[name](library(), Own()).detach().float()
    scores = known(name)(here.shown)
    assert expected.std() > 0
    torch.testing.assert_close(scores, expected, rtol=1e-3, atol=1e-3 * float(expected.std()))


@each
def test_a_digit_that_was_held_out_scores_higher(name: str) -> None:
    """Area under the ROC curve above a half: the sign is right. (Grey noise many of these methods take for a digit.)"""
    here = world()
    scorer = known(name)
    normal, anomalous = scorer(here.others), scorer(here.held_out)
    truth = [0] * len(normal) + [1] * len(anomalous)
    assert roc_auc_score(truth, torch.cat([normal, anomalous]).numpy()) > 0.5
