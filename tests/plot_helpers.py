"""A run with everything that pictures are made of, in numbers that a test can foresee."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text

from benchkit.display import Piece, pieces_of
from benchkit.pictures.style import house_style
from benchkit.results import Cell, Exhibit, RunStore, Shown, read_run

NORMALS, ANOMALIES = 40, 30


def picture_cell(detector: str = "alpha", anomaly: str = "dark", seed: int = 0, **changes: Any) -> Cell:
    """Return a cell that ended well, with every number that a picture shows."""
    values: dict[str, Any] = {
        "dataset": "toy", "view": "toy-pixels", "status": "ok", "protocol": f"base-{anomaly}", "settings": "s1",
        "auroc": 0.75, "auroc_low": 0.7, "auroc_high": 0.8, "average_precision": 0.6, "average_precision_low": 0.5,
        "average_precision_high": 0.7, "accuracy": 0.625, "recall": 0.5, "threshold": 0.8, "prevalence": 0.25,
        "threshold_policy": "quantile:0.95", "device": "cpu", "device_name": "Chip", "threads": 2, "batch_size": 64,
        "images_per_second": 1000.0, "timing_lane": "exclusive",
    }  # fmt: skip
    return Cell(**{**values, "detector": detector, "anomaly": anomaly, "seed": seed, **changes})


def scores_of(cell: Cell) -> dict[str, np.ndarray]:
    """Return raw scores that depend on the cell's names: normals around 0.5, anomalies around 1."""
    rng = np.random.default_rng([len(cell.detector), len(cell.anomaly), cell.seed])
    return {
        "normal": rng.normal(0.5, 0.15, NORMALS),
        "anomaly": rng.normal(1.0, 0.2, ANOMALIES),
        "calibration": rng.normal(0.5, 0.15, 20),
    }


def shown(scores: np.ndarray, *, pairs: bool = True, points: int = 9, known: bool = True) -> Shown:
    """Return every image by rank; its pixels are its index, those of its reconstruction 100 more."""
    index = np.argsort(scores, kind="stable").astype(np.int64)
    images = np.broadcast_to(index.astype(np.uint8)[:, None, None, None], (len(index), 1, 3, 2)).copy()
    latent = np.stack([np.arange(points), np.arange(points) ** 2], 1).astype(np.float32)
    labels = index % 10 if known else np.full(len(index), -1)
    return Shown(index, index + 1000 * known, labels, images, images + 100 if pairs else images[:0], latent)


def exhibit_of(scores: dict[str, np.ndarray], losses: tuple[float, ...] = (0.5, 0.25, 0.125), **kind: Any) -> Exhibit:
    """Return an exhibit of these scores with two latent numbers."""
    normal, anomaly = shown(scores["normal"], **kind), shown(scores["anomaly"], known=False, **kind)
    return Exhibit(normal, anomaly, np.array(losses))


def picture_run(
    results: Path, *cells: Cell, name: str = "run", scores: bool = True, exhibits: Exhibit | bool = True
) -> Path:
    """Store a run of these cells; return its folder."""
    with RunStore.create(results, name, {}) as store:
        store.append(*cells)
        for cell in cells:
            made = scores_of(cell)
            if scores:
                store.save_scores(cell, **made)
            if exhibits:
                store.save_exhibit(cell, exhibits if isinstance(exhibits, Exhibit) else exhibit_of(made))
        return store.folder


def pieces(results: Path, *cells: Cell, **kept: Any) -> list[Piece]:
    """Return the pieces of a run of these cells."""
    return pieces_of(read_run(picture_run(results, *cells, **kept)))


def texts(figure: Figure) -> list[str]:
    """Return all that is written in a picture, laid out as it is saved, without empty texts."""
    with house_style():
        FigureCanvasAgg(figure).draw()
    return [text.get_text() for text in figure.findobj(Text) if text.get_text().strip() and text.get_visible()]


def legend_texts(figure: Figure) -> list[str]:
    """Return the labels of the picture's legend, with ordinary blanks."""
    (legend,) = figure.legends
    return [text.get_text().replace("\N{NO-BREAK SPACE}", " ") for text in legend.get_texts()]
