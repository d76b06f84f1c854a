"""What each of the ten garments looks like: polygons on a 28×28 field, with random proportions.

A silhouette is a list of parts, drawn one over the other. A part has a shade: 1 is the cloth's full brightness,
0 cuts a hole (a neck, the inside of a handle). Upright garments are drawn once, as the right half, and mirrored.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from numpy.random import Generator

Points = list[tuple[float, float]]
"""Corners (x, y), x from 0 (left) to 28 (right), y from 0 (top) to 28 (bottom)."""


class Part(NamedTuple):
    """One polygon of a silhouette, and its brightness relative to the cloth, from 0 to 1."""

    points: Points
    shade: float = 1.0


Silhouette = list[Part]


def _mirrored(right_half: Points) -> Points:
    """Complete the right half of an outline (x counted from the middle axis) to the whole outline."""
    return [(14 + x, y) for x, y in right_half] + [(14 - x, y) for x, y in reversed(right_half)]


def _on_both_sides(points: Points, shade: float) -> Silhouette:
    """Return a part on the right (x counted from the middle axis) and its mirror image on the left."""
    return [Part([(14 + side * x, y) for x, y in points], shade) for side in (1, -1)]


def _sleeves(*, shoulder: float, length: float, width: float, spread: float, shade: float) -> Silhouette:
    hand = (shoulder + spread, 4 + length)
    outline = [(shoulder - 2, 3.4), (shoulder + 0.6, 4.4), hand, (hand[0] - width, hand[1] + 0.8), (shoulder - 2, 10)]
    return _on_both_sides(outline, shade)


def _trunk(*, shoulder: float, waist: float, hem: float, bottom: float) -> Part:
    outline = [(2.6, 3), (shoulder, 4.4), (shoulder - 1, 9.5), (waist, 15), (hem, bottom)]
    return Part(_mirrored(outline))


def _neck(width: float, depth: float) -> Part:
    return Part(_mirrored([(width, 2.5), (width * 0.6, 3 + depth * 0.7), (0, 3 + depth)]), 0)


def t_shirt(random: Generator) -> Silhouette:
    """Draw short, wide sleeves that stand off."""
    shoulder, waist = random.uniform(6.3, 7.3), random.uniform(5.4, 6.4)
    sleeves = _sleeves(
        shoulder=shoulder, length=random.uniform(5.5, 7), width=3.2, spread=random.uniform(4, 5.2), shade=0.92
    )
    trunk = _trunk(shoulder=shoulder, waist=waist, hem=waist + 0.2, bottom=random.uniform(23.5, 25.5))
    return [*sleeves, trunk, _neck(random.uniform(2.2, 3), random.uniform(1.5, 3))]


def trousers(random: Generator) -> Silhouette:
    """Draw two long legs with a gap between them."""
    waist, hip, foot = random.uniform(3.6, 4.6), random.uniform(4.8, 5.8), random.uniform(4.6, 6.4)
    inner = foot - random.uniform(2.6, 3.4)
    crotch = random.uniform(9, 11)
    leg = [(0, 2), (waist, 2), (hip, 8), (foot, 26.5), (inner, 26.5), (0.25, crotch)]
    return [Part(_mirrored(leg)), Part(_mirrored([(0, 2), (waist, 2), (waist + 0.1, 3.2), (0, 3.2)]), 0.75)]


def pullover(random: Generator) -> Silhouette:
    """Draw long sleeves, a round neck, and a darker band at the hem."""
    shoulder, waist = random.uniform(6, 7), random.uniform(5.6, 6.6)
    bottom = random.uniform(22.5, 24.5)
    sleeves = _sleeves(
        shoulder=shoulder, length=random.uniform(17, 19.5), width=3, spread=random.uniform(3, 4.4), shade=0.8
    )
    band = Part(_mirrored([(0, bottom - 1.8), (waist, bottom - 1.8), (waist - 0.2, bottom), (0, bottom)]), 0.65)
    trunk = _trunk(shoulder=shoulder, waist=waist, hem=waist - 0.2, bottom=bottom)
    return [*sleeves, trunk, band, _neck(random.uniform(2, 2.8), random.uniform(0.6, 1.4))]


def dress(random: Generator) -> Silhouette:
    """Draw straps, a narrow waist, and a skirt that widens downwards."""
    waist, hem = random.uniform(2.4, 3.2), random.uniform(5.5, 8)
    bust = waist + random.uniform(0.8, 1.4)
    outline = [(1.4, 4.5), (1.8, 1.2), (2.7, 1.2), (bust, 6), (waist, 11), (hem, 26.8), (0, 27)]
    belt = Part(_mirrored([(0, 10.4), (waist + 0.1, 10.4), (waist + 0.1, 11.8), (0, 11.8)]), 0.6)
    return [Part(_mirrored([(0, 5.6), *outline])), belt]


def coat(random: Generator) -> Silhouette:
    """Draw a long garment with long sleeves, an open front, lapels, and buttons."""
    shoulder, waist = random.uniform(6, 6.8), random.uniform(5.4, 6.2)
    hem = waist + random.uniform(0.6, 1.4)
    sleeves = _sleeves(
        shoulder=shoulder, length=random.uniform(17, 19), width=2.8, spread=random.uniform(2.2, 3.2), shade=0.75
    )
    trunk = _trunk(shoulder=shoulder, waist=waist, hem=hem, bottom=27)
    front = Part(_mirrored([(0.35, 10), (0.45, 27.2), (0, 27.2)]), 0.1)
    lapels = _on_both_sides([(2.6, 3), (3.4, 6.4), (0.2, 11), (0.2, 9)], 0.5)
    buttons = [Part([(15.2, y), (16.2, y), (16.2, y + 1), (15.2, y + 1)], 0.35) for y in (13, 17, 21)]
    return [*sleeves, trunk, _neck(2.4, random.uniform(4.5, 6)), front, *lapels, *buttons]


def sandal(random: Generator) -> Silhouette:
    """Draw a sole with a heel, and straps with air between them."""
    heel, toe = random.uniform(1.5, 5), random.uniform(20.2, 21.5)
    back = 21 - heel
    sole = [(3, back - 1.3), (9, back - 0.5), (17, toe - 1.5), (25.5, toe - 1.2), (25.5, 21), (17, 21), (9, back + 1)]
    heel_block = [(3, back - 1), (6.5, back - 0.6), (5.6, 22), (3.4, 22)]
    toe_strap = [(17.5, toe - 1), (19.5, toe - 6), (21.6, toe - 5.6), (24, toe - 1)]
    ankle = random.uniform(6, 8)
    ankle_strap = [(3, back - 1), (3.2, back - ankle), (9.5, back - ankle - 0.6), (9.5, back - ankle + 0.9)]
    ankle_strap += [(4.8, back - ankle + 1.4), (4.6, back - 1)]
    middle = [(9.3, back - ankle - 0.2), (18.4, toe - 5), (17.6, toe - 3.6), (8.9, back - ankle + 0.9)]
    return [Part(sole), Part(heel_block), Part(toe_strap, 0.85), Part(ankle_strap, 0.85), Part(middle, 0.75)]


def shirt(random: Generator) -> Silhouette:
    """Draw a collar, a row of buttons, long sleeves close to the trunk, and a curved hem."""
    shoulder, waist = random.uniform(5.8, 6.6), random.uniform(5, 5.8)
    bottom = random.uniform(24.5, 26)
    sleeves = _sleeves(
        shoulder=shoulder, length=random.uniform(14, 18), width=2.4, spread=random.uniform(2.8, 4), shade=0.85
    )
    outline = [(2.2, 3), (shoulder, 4.4), (shoulder - 1, 9.5), (waist, 15), (waist + 0.3, bottom - 2.2), (0, bottom)]
    placket = Part(_mirrored([(0.6, 5), (0.6, bottom - 0.2), (0, bottom - 0.2)]), 0.7)
    buttons = [Part([(13.6, y), (14.4, y), (14.4, y + 0.9), (13.6, y + 0.9)], 0.2) for y in (8, 12, 16, 20)]
    collar = _on_both_sides([(0, 4.6), (2.1, 1.6), (3.2, 3.8), (2, 6.4)], 0.95)
    shadow = _on_both_sides([(0.2, 4.6), (2.2, 6.8), (1.6, 7.4), (0, 5.8)], 0.35)
    return [*sleeves, Part(_mirrored(outline)), placket, *buttons, *shadow, *collar]


def sneaker(random: Generator) -> Silhouette:
    """Draw a low shoe with a pale sole and laces."""
    collar, toe = random.uniform(10.2, 12), random.uniform(15.2, 16.8)
    upper = [(2.6, collar), (4, collar - 0.6), (7, collar + 1.6), (10.5, collar - 0.4), (17, toe - 0.8), (23, toe)]
    upper += [(25.8, toe + 2), (26, 19.5), (2.4, 19.5)]
    sole = [(2, 19.2), (26.4, 19), (26.2, 21.4), (2.4, 21.4)]
    laces = [
        Part([(x, y), (x + 1, y + 0.3), (x - 0.2, y + 2.6), (x - 1.2, y + 2.3)], 0.3)
        for x, y in ((12, collar + 0.8), (14.2, collar + 1.6), (16.4, collar + 2.4))
    ]
    stripe = [(6, 18.8), (8, 18.8), (11, collar + 2.6), (9.6, collar + 2.6)]
    return [Part(upper, 0.8), Part(stripe, 0.45), *laces, Part(sole, 1.0)]


def bag(random: Generator) -> Silhouette:
    """Draw a box with a handle above it and a flap with a clasp."""
    top, half_width = random.uniform(10.5, 13.5), random.uniform(9, 11.2)
    bottom = random.uniform(23, 25.5)
    handle, thick = random.uniform(4.2, 7), random.uniform(1.1, 1.8)
    rise = top - random.uniform(6, 8.5)
    outer = Part(_mirrored([(0, rise), (handle * 0.7, rise + 0.5), (handle, rise + 3), (handle, top + 0.5)]), 0.8)
    hole = Part(_mirrored([(0, rise + thick), (handle - thick - 0.5, rise + thick + 0.4), (handle - thick, top)]), 0)
    box = Part(_mirrored([(half_width - 1, top), (half_width, bottom - 1), (half_width - 0.8, bottom)]))
    flap = Part(_mirrored([(half_width - 1.2, top + 0.4), (half_width - 2.4, top + 4.6), (0, top + 5.6)]), 0.7)
    clasp = Part(_mirrored([(1, top + 4.4), (1, top + 6.6)]), 0.25)
    return [outer, hole, box, flap, clasp]


def ankle_boot(random: Generator) -> Silhouette:
    """Draw a high shaft, a heel, and a rounded toe."""
    shaft, toe = random.uniform(11.5, 13.5), random.uniform(16.2, 18)
    top, heel = random.uniform(3, 6.5), random.uniform(1, 3)
    upper = [(4, top), (shaft, top + 0.4), (shaft + 0.8, 12), (18, toe - 2.6), (23.5, toe - 0.6), (25.8, toe + 2.4)]
    upper += [(25.8, 22), (3.4, 22), (3, 15)]
    sole = [(3, 21.6), (26.2, 21.6), (26, 23), (11, 23), (9, 22.6 + heel * 0.2), (8.6, 23 + heel), (3.2, 23 + heel)]
    gusset = [(8, top + 1.5), (10.4, top + 1.5), (10, 13.5), (8.8, 13.5)]
    return [Part(upper, 0.9), Part(gusset, 0.5), Part(sole, 0.6)]


SILHOUETTES: tuple[Callable[[Generator], Silhouette], ...] = (
    t_shirt,
    trousers,
    pullover,
    dress,
    coat,
    sandal,
    shirt,
    sneaker,
    bag,
    ankle_boot,
)
"""The garments in the order of their labels, which is that of Fashion-MNIST."""
