"""What pytorch-ood has and this plugin does not offer."""

from __future__ import annotations

from collections.abc import Mapping

LEFT_OUT: Mapping[str, str] = {
    "MCD": "needs dropout, which the subject model has not",
    "MCM": "compares images with the names of the classes in a model of images and text",
    "RankFeat": "takes the first singular vector from a map of features; those of a dense layer lie in one place, so "
    "that their matrix has rank 1 and nothing is left",
    "TemperatureScaling": "needs true labels: with predicted ones the likelihood grows as the temperature falls to 0",
    "WeightedEBO": "needs weights of the classes that are trained with the network; with equal ones it is the energy",
    "odin_preprocessing": "is no detector, but a step of ODIN's",
}
"""Why, by the name in ``pytorch_ood.detector``."""
