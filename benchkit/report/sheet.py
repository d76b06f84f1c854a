"""A sheet of examples: what each anomaly generator makes, to be looked at."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from torch import Tensor

from benchkit.contract import AnomalyGenerator
from benchkit.data import to_bytes, to_levels
from benchkit.registry import Offer
from benchkit.report.formats.parts import one_line
from benchkit.runner import protocol
from benchkit.runner.guard import PLUGIN_FAULTS, explain, isolated
from benchkit.runner.protocol import Prepared

EXAMPLES = 10
"""Images a row."""

_SCALE = 3
_GAP = 6
_TEXT_SIZE = 14
_LABEL_WIDTH = 190
_WHITE, _BLACK = 255, 0


@dataclass(frozen=True)
class SheetRow:
    """One row of the sheet.

    Attributes:
        label: what stands at its left.
        images: uint8, at most ``EXAMPLES``×H×W; none where nothing could be made.
        note: why nothing could be made.
    """

    label: str
    images: NDArray[np.uint8]
    note: str = ""


def sheet_rows(data: Prepared, anomalies: Iterable[Offer[AnomalyGenerator]], *, seed: int) -> list[SheetRow]:
    """Return a row of normal images and one for each generator, made as in a run.

    Generators that alter test images show the very images of the first row, altered.

    Args:
        data: the data set as the protocol cuts it.
        anomalies: the generators, in the order of the rows.
        seed: of the anomalies.
    """
    normal = data.test.select(~data.stays_normal).images
    first = normal.select(torch.arange(min(EXAMPLES, len(normal)))).floats()
    return [SheetRow("normal", _examples(to_levels(first))), *(_row(data, offer, seed) for offer in anomalies)]


def _row(data: Prepared, offer: Offer[AnomalyGenerator], seed: int) -> SheetRow:
    generator = offer.item
    try:
        own = protocol.generator_input(data, generator).floats()  # writing into it changes no other row
        with isolated(seed):
            return SheetRow(generator.name, _examples(protocol.anomalous_images(generator, own, seed=seed)))
    except PLUGIN_FAULTS as error:
        status, reason = explain(error, offer, "generate")
        return SheetRow(generator.name, np.zeros((0, 1, 1), dtype=np.uint8), f"{status}: {reason}")


def _examples(levels: Tensor) -> NDArray[np.uint8]:
    return to_bytes(levels[:EXAMPLES, 0])


def sheet(rows: Sequence[SheetRow]) -> Image.Image:
    """Return the rows as one grey-scale picture: names at the left, every pixel enlarged to 3×3."""
    height = max((row.images.shape[1] for row in rows if len(row.images)), default=28) * _SCALE
    width = max((row.images.shape[2] for row in rows if len(row.images)), default=28) * _SCALE
    size = (_LABEL_WIDTH + EXAMPLES * (width + _GAP), _GAP + len(rows) * (height + _GAP))
    picture = Image.new("L", size, color=_WHITE)
    for place, row in enumerate(rows):
        _draw(picture, row, top=_GAP + place * (height + _GAP), width=width, height=height)
    return picture


def _draw(picture: Image.Image, row: SheetRow, *, top: int, width: int, height: int) -> None:
    pen, font = ImageDraw.Draw(picture), ImageFont.load_default(_TEXT_SIZE)
    pen.text((_GAP, top + height // 2), one_line(row.label), fill=_BLACK, font=font, anchor="lm")
    for place, image in enumerate(row.images):
        enlarged = Image.fromarray(image).resize(
            (image.shape[1] * _SCALE, image.shape[0] * _SCALE), Image.Resampling.NEAREST
        )
        picture.paste(enlarged, (_LABEL_WIDTH + place * (width + _GAP), top))
    if row.note:
        letters = EXAMPLES * (width + _GAP) // (_TEXT_SIZE // 2)
        lines = textwrap.wrap(one_line(row.note), letters, max_lines=height // (_TEXT_SIZE + 4), placeholder=" …")
        pen.multiline_text((_LABEL_WIDTH, top + height // 2), "\n".join(lines), fill=_BLACK, font=font, anchor="lm")
