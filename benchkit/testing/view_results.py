"""What is checked of what a fitted view shows."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from benchkit.errors import Unsupported
from benchkit.runner.guard import PLUGIN_FAULTS
from benchkit.testing.agreement import apart
from benchkit.testing.checks import Check, require
from benchkit.testing.view_specimen import SHOWN, ViewSpecimen, not_rows
from benchkit.testing.witness import Witnessed

_BATCHES = (2, 32, SHOWN)
"""Where batches end."""

_MANY = 12
"""How often all images stand in the largest batch: runs look at hundreds at once, and at thousands."""


def fits(specimen: ViewSpecimen) -> None:
    """Require a function under every offered name."""
    specimen.looks(specimen.first)


def _rows(specimen: ViewSpecimen) -> None:
    for name, sight in specimen.sights.items():
        got = not_rows(sight.result(), SHOWN)
        require(
            not got,
            specimen.offer,
            f"view {name!r}: got {got} for {SHOWN} images; expected a tensor of two dimensions at least, {SHOWN}×…. "
            "Flatten each image, or unsqueeze(1).",
        )


def _floating_point(specimen: ViewSpecimen) -> None:
    for name, result in specimen.results.items():
        require(
            result.is_floating_point(),
            specimen.offer,
            f"view {name!r}: got {result.dtype}; expected floating point numbers. Return float().",
        )


def _finite(specimen: ViewSpecimen) -> None:
    for name, rows in specimen.rows.items():
        bad = int((~rows.isfinite()).sum())
        require(
            not bad,
            specimen.offer,
            f"view {name!r}: got {bad} of {rows.numel()} numbers that are NaN or infinite; expected finite ones. Look "
            "for a division by zero or a logarithm of it.",
        )


def _device(specimen: ViewSpecimen) -> None:
    for name, result in specimen.results.items():
        require(
            result.device == specimen.shown.device,
            specimen.offer,
            f"view {name!r}: got rows on {result.device}; expected them on {specimen.shown.device}, where the images "
            "are. Return them with to(images.device).",
        )


def _no_gradient(specimen: ViewSpecimen) -> None:
    for name, result in specimen.results.items():
        require(
            not result.requires_grad,
            specimen.offer,
            f"view {name!r}: got rows that hold on to a graph of gradients although gradients were off; expected plain "
            "numbers. detach() them.",
        )


def _batches(specimen: ViewSpecimen) -> None:
    starts = (0, *_BATCHES[:-1])
    places = [torch.arange(start, end) for start, end in zip(starts, _BATCHES, strict=True)]
    said = f"batches of {', '.join(str(len(place)) for place in places)}"
    for name, rows in specimen.rows.items():
        parts = [_seen(specimen, name, place) for place in places]
        got = apart(torch.cat(parts), rows) or _got_alone(specimen, name, rows)
        _agree(specimen, name, got, said)
        large = torch.arange(SHOWN).repeat(_MANY)
        _agree(specimen, name, apart(_seen(specimen, name, large), rows[large]), f"a batch of {len(large)}")


def _got_alone(specimen: ViewSpecimen, name: str, rows: Tensor) -> str:
    """Return what is wrong with the first image's row when it is alone; whether there is one is another check's."""
    try:
        alone = _seen(specimen, name, torch.arange(1))
    except PLUGIN_FAULTS:
        return ""
    return apart(alone, rows[:1]) if alone.shape == rows[:1].shape else ""


def _order(specimen: ViewSpecimen) -> None:
    order = torch.randperm(SHOWN, generator=torch.Generator().manual_seed(0))
    for name, rows in specimen.rows.items():
        _agree(specimen, name, apart(_seen(specimen, name, order), rows[order]), "the same images in another order")


def _one(specimen: ViewSpecimen) -> None:
    for name, rows in specimen.rows.items():
        got, expected = tuple(_seen(specimen, name, torch.arange(1)).shape), tuple(rows[:1].shape)
        _agree(specimen, name, f"shape {got}" * (got != expected), "one image alone")


def _none(specimen: ViewSpecimen) -> None:
    for name, rows in specimen.rows.items():
        got, expected = tuple(_seen(specimen, name, torch.arange(0)).shape), tuple(rows[:0].shape)
        _agree(specimen, name, f"shape {got}" * (got != expected), "no image")


def _seen(specimen: ViewSpecimen, name: str, places: Tensor) -> Tensor:
    """Return what is seen of the images at some places.

    Raises:
        ContractError: not a row an image.
    """
    seen = specimen.look(specimen.looks(specimen.first)[name], specimen.shown[places]).result()
    got = not_rows(seen, len(places))
    require(
        not got,
        specimen.offer,
        f"view {name!r}: got {got} for {len(places)} images; expected one row each. Squeeze no dimension of unknown "
        "length.",
    )
    return seen  # type: ignore[no-any-return] # a tensor, or `require` had raised


def _agree(specimen: ViewSpecimen, name: str, got: str, said: str) -> None:
    require(
        not got,
        specimen.offer,
        f"view {name!r}: got {got} for {said}; expected the rows that these images have among {SHOWN}. Let a row "
        "depend on its own image alone.",
    )


def _tells_apart(specimen: ViewSpecimen) -> None:
    for name, rows in specimen.rows.items():
        require(
            bool((rows != rows[:1]).any()),
            specimen.offer,
            f"view {name!r}: got the same row for {SHOWN} different images; expected rows that tell images apart.",
        )


def calls(specimen: ViewSpecimen) -> list[tuple[str, Witnessed]]:
    """Return the shared fit and what was seen, by the name of the method; a fit that fails has left things, too."""
    sights: Mapping[str, Witnessed] = {}
    if specimen.first.error is None:
        sights = specimen.sights
    elif isinstance(specimen.first.error, Unsupported):
        raise specimen.first.error
    return [("fit", specimen.first), *((f"view {name!r}", sight) for name, sight in sights.items())]


CHECKS: tuple[Check[ViewSpecimen], ...] = (
    Check("fits", "a run in which the view fails, and with it every detector that looks there.", fits),
    Check("rows", "rows that belong to no image, or to another one.", _rows),
    Check("rows-are-floats", "whole numbers, which no detector can be trained on.", _floating_point),
    Check("rows-are-finite", "NaN and infinity, which spoil every score that is computed from them.", _finite),
    Check("rows-where-images-are", "a failure on a GPU, or copies there and back at every batch.", _device),
    Check("no-gradients", "graphs of gradients that fill the memory batch by batch.", _no_gradient),
    Check("batches", "rows that depend on how many images are looked at together.", _batches),
    Check("order", "rows that depend on the images before them.", _order),
    Check("batch-of-one", "a squeeze() that takes the only row for none: the runner looks at one image first.", _one),
    Check("empty-batch", "a failure where nothing is left to look at.", _none),
    Check("rows-tell-apart", "a view that shows the same whatever there is to see.", _tells_apart),
)
"""Those that one fit is enough for."""
