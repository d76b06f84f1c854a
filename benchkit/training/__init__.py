"""Lean, seeded training of torch modules, for detectors and views alike.

A plugin builds a network with ``build`` (the same weights on every device for one seed), says how long to train with
a ``Budget`` and calls ``train``; ``batched`` then runs the network over any number of images.
"""

from benchkit.training.budget import Budget
from benchkit.training.building import build, dense, glorot
from benchkit.training.inference import batched
from benchkit.training.loop import train
from benchkit.training.optimisers import OPTIMISERS

__all__ = ["OPTIMISERS", "Budget", "batched", "build", "dense", "glorot", "train"]
