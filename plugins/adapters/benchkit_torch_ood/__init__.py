"""Detectors of pytorch-ood, behind the extra ``torch-ood``; they have to be asked for: ``-d 'torch-ood-*'``.

Those that need classes take the predicted ones: there are no labels. What is not offered, and why, says ``LEFT_OUT``.
pytorch-ood's data sets, and torchvision, which these need, are not imported.
"""

from __future__ import annotations

from collections.abc import Iterable

from benchkit import Detector, hookimpl
from benchkit_torch_ood import features, gradients, headed, layers, logits, shaping
from benchkit_torch_ood.adapter import Ood
from benchkit_torch_ood.left_out import LEFT_OUT

__all__ = ["LEFT_OUT", "Ood"]


@hookimpl
def benchkit_detectors() -> Iterable[Detector]:
    """Offer each method under its usual name."""
    return (
        logits.MaxSoftmax("torch-ood-msp"),
        logits.Entropy("torch-ood-entropy"),
        logits.Energy("torch-ood-energy"),
        logits.MaxLogit("torch-ood-max-logit"),
        logits.Gen("torch-ood-gen"),
        logits.KlMatching("torch-ood-kl-matching"),
        logits.OpenMax("torch-ood-openmax"),
        features.Knn("torch-ood-knn"),
        features.Mahalanobis("torch-ood-mahalanobis"),
        features.Rmd("torch-ood-rmd"),
        features.Gmm("torch-ood-gmm"),
        headed.Vim("torch-ood-vim"),
        headed.NnGuide("torch-ood-nnguide"),
        headed.She("torch-ood-she"),
        headed.Nci("torch-ood-nci"),
        headed.Fdbd("torch-ood-fdbd"),
        headed.Dice("torch-ood-dice"),
        headed.Pnml("torch-ood-pnml"),
        headed.GradNorm("torch-ood-gradnorm"),
        headed.GradUncertainty("torch-ood-grad-uncertainty"),
        headed.Nac("torch-ood-nac"),
        shaping.React("torch-ood-react"),
        shaping.Vra("torch-ood-vra"),
        shaping.Ash("torch-ood-ash"),
        shaping.Scale("torch-ood-scale"),
        shaping.Lts("torch-ood-lts"),
        layers.MultiMahalanobis("torch-ood-multi-mahalanobis"),
        layers.Gram("torch-ood-gram"),
        gradients.Odin("torch-ood-odin"),
        gradients.MahalanobisOdin("torch-ood-mahalanobis-odin"),
    )
