"""Lean, seeded training of torch modules, for detectors and views alike.

A plugin builds a network with ``build`` (the same weights on every device for one seed), says how long to train with
a ``Budget`` and calls ``train``, or ``train_many`` for many that are built alike; ``batched`` then runs the network
over any number of images. Training takes tensors, or ``benchkit.Rows`` that are brought to the device some at a time.
"""

from benchkit.training.budget import Budget
from benchkit.training.building import build, dense, glorot
from benchkit.training.inference import batched, infer
from benchkit.training.loop import train, train_many
from benchkit.training.optimisers import OPTIMISERS
from benchkit.training.rows import Mapped, as_rows, flat, sample

__all__ = [
    "OPTIMISERS",
    "Budget",
    "Mapped",
    "as_rows",
    "batched",
    "build",
    "dense",
    "flat",
    "glorot",
    "infer",
    "sample",
    "train",
    "train_many",
]
