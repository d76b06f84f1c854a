"""The latent space: where a detector puts normals and anomalies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from benchkit.display import Piece
from benchkit.errors import UsageError
from benchkit.pictures.layout import check_number, legend_of, panels
from benchkit.pictures.naming import named
from benchkit.pictures.style import ANOMALY, MOST_PANELS, NORMAL, WIDTH, grid_lines, in_house_style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from benchkit.results import Exhibit


def with_latent(pieces: Sequence[Piece]) -> list[Piece]:
    """Return the pieces that have a latent space.

    Raises:
        UsageError: there are pieces, and none has one.
        StoreError: exhibits were not kept.
    """
    found = [piece for piece in pieces if len(piece.exhibit.normal.latent) and len(piece.exhibit.anomaly.latent)]
    if pieces and not found:
        names = ", ".join(sorted({str(piece.row["detector"]) for piece in pieces}))
        raise UsageError(
            f"plot latent: got {names}, which showed no latent space; expected a detector whose scorer has `encode`, "
            f"or one on a view of vectors. {notes_of(pieces)}Choose another with -d."
        )
    return found


def notes_of(pieces: Sequence[Piece]) -> str:
    """Return what the run noted of exhibits that could not be made, each once, with a blank behind."""
    return "".join(f"{note} " for note in dict.fromkeys(piece.exhibit.note for piece in pieces) if note)


@in_house_style
def latent_space(pieces: Sequence[Piece], *, points: int | None = None, width: float = WIDTH) -> Figure:
    """Return a panel for each piece: its latent space on two axes.

    Args:
        pieces: see ``with_latent``; 1 to ``MOST_PANELS``.
        points: of the anomalies at most, evenly drawn from those that were kept; all by default.
        width: in centimetres.

    Raises:
        UsageError: there are none, or too many.
        StoreError: exhibits were not kept.
    """
    check_number(pieces, who="plot latent", what="panels, one a cell", most=MOST_PANELS)
    title, labels = named(pieces)
    titles = [_title(label, piece.exhibit) for label, piece in zip(labels, pieces, strict=True)]
    figure, found = panels(titles, width=width, shape=0.75, title=title)
    handles: list[Any] = []
    for panel, piece in zip(found, pieces, strict=True):
        handles += _panel(panel, piece.exhibit, points)
    legend_of(figure, handles)
    return figure


def _panel(panel: Axes, exhibit: Exhibit, points: int | None) -> list[Any]:
    handles = []
    spots = exhibit.anomaly.latent
    step = max(1, -(-len(spots) // points)) if points else 1
    for where, marker, colour, label in (
        (exhibit.normal.latent, "o", NORMAL, "normal"),
        (spots[::step], "x", ANOMALY, "anomalous"),
    ):
        handles += panel.plot(
            where[:, 0], where[:, 1], marker, color=colour, markersize=2.6, markeredgewidth=0.7,
            alpha=0.7, label=label,
        )  # fmt: skip
    name = "latent number" if _has_own_axes(exhibit) else "principal component"
    panel.set(xlabel=f"{name} 1", ylabel=f"{name} 2")
    grid_lines(panel)
    return handles


def _title(label: str, exhibit: Exhibit) -> str:
    if _has_own_axes(exhibit):
        return label
    return f"{label}\ntwo components: {100 * exhibit.latent_share:.0f} % of variance"


def _has_own_axes(exhibit: Exhibit) -> bool:
    """Say whether the latent space has two numbers at most, which are shown as they are."""
    return exhibit.latent_share == 1
