"""Pictures of runs for papers: PNG, SVG and PDF files by matplotlib, of the numbers that ``benchkit.display`` gathers.

matplotlib comes with the extra ``figures``; it is imported when something is drawn.
"""

from __future__ import annotations

from benchkit.pictures.curves import curves
from benchkit.pictures.errors import errors
from benchkit.pictures.gallery import gallery
from benchkit.pictures.histogram import histograms
from benchkit.pictures.latent import latent_space
from benchkit.pictures.pareto import pareto
from benchkit.pictures.precision_recall import precision_recall
from benchkit.pictures.roc import roc
from benchkit.pictures.saving import check_picture, save

__all__ = [
    "check_picture",
    "curves",
    "errors",
    "gallery",
    "histograms",
    "latent_space",
    "pareto",
    "precision_recall",
    "roc",
    "save",
]
