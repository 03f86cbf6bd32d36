"""Scans and photographs of drawings on paper: turned straight, split into drawings, trimmed, the paper made white or clear.

Paper is what most of a page is: light comes from somewhere, so its colour is taken from place to place. Ink is what differs
from it. Works on numbers and Pillow alone.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from PIL import Image, ImageFilter

Paper = Literal["keep", "white", "alpha"]

LOOKED_AT = 640
"""Pixels of the longer side of the small copy that geometry is found on."""
PATCHES = 24
"""Paper is looked for in so many patches along the longer side."""
LARGEST_TURN, FINEST_TURN = 10.0, 0.1
"""Degrees that pages are turned straight by, at most and at least."""
CLEARER = 1.1
"""Rows must stand out so many times more after turning, or a page stays as it is: drawings may mean to be askew."""
FAINT, SOLID = 0.06, 0.22
"""How far from the paper's colour (0 to 1) something is seen at all, and is ink for certain."""
DARK = 96.0
"""Paper darker than this (of 255) is a blackboard."""
NEAR = 0.02
"""Strokes nearer to each other than this share of the longer side belong to one drawing."""
SMALLEST = 0.002
"""A drawing has at least this share of the page; less is dust."""


@dataclass(frozen=True)
class Box:
    """Left, top, right, bottom in pixels; right and bottom lie outside."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def area(self) -> int:
        """In pixels."""
        return (self.right - self.left) * (self.bottom - self.top)

    def grown(self, margin: int, size: tuple[int, int]) -> "Box":
        """With a margin all round, as far as the page goes."""
        width, height = size
        return Box(
            max(0, self.left - margin), max(0, self.top - margin),
            min(width, self.right + margin), min(height, self.bottom + margin),
        )  # fmt: skip


def prepare(
    picture: Image.Image,
    *,
    straighten: bool = True,
    split: bool = True,
    trim: bool = True,
    paper: Paper = "white",
    margin: float = 0.03,
) -> tuple[list[Image.Image], float]:
    """One page ("L", "RGB" or "RGBA") -> its drawings, top to bottom and left to right, and the degrees it was turned by.

    straighten  turn a page whose rows or columns are askew by up to 10 degrees
    split       several drawings on a page become several pictures
    trim        cut empty paper away, up to `margin` (a share of the drawing's longer side)
    paper       "keep", "white" (even and white), or "alpha" (transparent, ink as it is without the paper under it)
    A picture that is transparent already has no paper: it is only trimmed and split by its alpha. An empty page gives nothing.
    """
    turned = 0.0
    if picture.mode != "RGBA":
        picture = picture.convert("RGB")
        if straighten:
            turned = askew(picture)
            if turned:
                filling = tuple(int(value) for value in paper_of(picture).reshape(-1, 3).mean(axis=0))
                picture = picture.rotate(turned, Image.Resampling.BICUBIC, expand=True, fillcolor=filling)
    sheet = paper_of(picture) if picture.mode == "RGB" else None
    away = difference(picture, sheet)
    ink = ink_of(away)
    boxes = drawings(ink) if split else whole(ink)
    if not boxes:
        return [], turned
    if paper != "keep" and sheet is not None:
        picture = without_paper(picture, sheet, away, paper)
    if not trim and len(boxes) == 1:
        return [picture], turned
    cut = []
    for box in boxes:
        room = box.grown(round(margin * max(box.right - box.left, box.bottom - box.top)), picture.size)
        cut.append(picture.crop((room.left, room.top, room.right, room.bottom)))
    return cut, turned


def paper_of(picture: Image.Image) -> np.ndarray:
    """RGB -> the colour of its paper (H, W, 3) float32, 0 to 255, from place to place.

    In each patch the paper is the median of its lighter half; patches that a drawing fills take it from those around them.
    """
    small = shrunk_for_looks(picture)
    values = np.asarray(small, np.float32)
    step = max(4, max(small.size) // PATCHES)
    rows, columns = -(-small.height // step), -(-small.width // step)
    patches = np.empty((rows, columns, 3), np.float32)
    for row in range(rows):
        for column in range(columns):
            patch = values[row * step : (row + 1) * step, column * step : (column + 1) * step].reshape(-1, 3)
            light = patch.sum(axis=1)
            patches[row, column] = np.median(patch[light >= np.median(light)], axis=0)
    usual = np.median(patches.reshape(-1, 3), axis=0)
    # A patch much unlike its neighbourhood is full of ink: the neighbourhood's paper goes on under it.
    for _ in range(max(rows, columns)):
        wide = np.pad(patches, ((1, 1), (1, 1), (0, 0)), mode="edge")
        beside = [wide[down : down + rows, right : right + columns] for down in range(3) for right in range(3)]
        around = np.median(np.stack(beside), axis=0)
        filled = np.abs(patches - around).mean(axis=2, keepdims=True) > 255 * FAINT
        patches = np.where(filled, around, patches)
    patches = np.where(np.abs(patches - usual).mean(axis=2, keepdims=True) > 255 * SOLID, usual, patches)
    planes = [Image.fromarray(patches[..., plane]).resize(picture.size, Image.Resampling.BICUBIC) for plane in range(3)]
    return np.stack([np.asarray(plane, np.float32) for plane in planes], axis=2).clip(1, 255)


def shrunk_for_looks(picture: Image.Image) -> Image.Image:
    """A copy of at most LOOKED_AT pixels a side."""
    small = picture.copy()
    small.thumbnail((LOOKED_AT, LOOKED_AT), Image.Resampling.BOX)
    return small


def difference(picture: Image.Image, sheet: np.ndarray | None) -> np.ndarray:
    """How far each pixel is from its paper, `sheet` as `paper_of` gives it: (H, W), 0 to 1; without a sheet its alpha."""
    if sheet is None:
        return np.asarray(picture.getchannel("A"), np.float32) / 255
    away = np.abs(np.asarray(picture, np.float32) - sheet) / np.maximum(sheet, DARK)
    return away.max(axis=2).clip(0, 1)


def ink_of(away: np.ndarray) -> np.ndarray:
    """What is drawn (H, W) bool, without single specks, from how far each pixel is from its paper."""
    seen = Image.fromarray(((away > SOLID) * 255).astype(np.uint8))
    return np.asarray(seen.filter(ImageFilter.MedianFilter(3))) > 0


def askew(picture: Image.Image) -> float:
    """Degrees to turn a page by so that its rows or columns stand straight; 0.0 where they do, or where there are none."""
    small = shrunk_for_looks(picture)
    ink = Image.fromarray((ink_of(difference(small, paper_of(small))) * 255).astype(np.uint8))
    if not ink.getbbox():
        return 0.0

    def clearness(angle: float) -> float:
        turned = np.asarray(ink.rotate(angle, Image.Resampling.BILINEAR), np.float32) / 255
        return max(float(np.square(np.diff(turned.sum(axis=axis))).sum()) for axis in (0, 1))

    best, reach, step = 0.0, LARGEST_TURN, 1.0
    while step >= FINEST_TURN:
        angles = np.arange(best - reach, best + reach + step / 2, step)
        best = max((float(angle) for angle in angles if abs(angle) <= LARGEST_TURN), key=clearness)
        reach, step = step, step / 5
    gained = clearness(best) / max(clearness(0.0), 1e-6)
    return round(best, 2) if abs(best) >= FINEST_TURN and gained > CLEARER else 0.0


def whole(ink: np.ndarray) -> list[Box]:
    """One box round all ink (H, W); none where there is none."""
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    if not len(rows):
        return []
    return [Box(int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1)]


def drawings(ink: np.ndarray) -> list[Box]:
    """Boxes of the drawings in ink (H, W), in reading order: what lies near each other is one, dust is none."""
    height, width = ink.shape
    shrink = max(1, round(max(height, width) / LOOKED_AT))
    small = ink[: height // shrink * shrink, : width // shrink * shrink]
    small = small.reshape(height // shrink, shrink, width // shrink, shrink).any(axis=(1, 3))
    reach = max(1, round(NEAR * max(small.shape) / 2))
    grown = Image.fromarray((small * 255).astype(np.uint8)).filter(ImageFilter.MaxFilter(2 * reach + 1))
    boxes = []
    for found in connected(np.asarray(grown) > 0):
        inside = np.zeros_like(small)
        inside[found.top : found.bottom, found.left : found.right] = True
        boxes += whole(small & inside)
    page = small.size
    kept = merged([box for box in boxes if box.area >= SMALLEST * page])
    full = [
        Box(box.left * shrink, box.top * shrink, min(width, box.right * shrink), min(height, box.bottom * shrink))
        for box in kept
    ]
    return in_reading_order(full)


def connected(mask: np.ndarray) -> list[Box]:
    """Boxes of the connected parts of a mask (H, W), joined row by row from runs."""
    parents: list[int] = []
    boxes: list[Box] = []

    def root(place: int) -> int:
        while parents[place] != place:
            parents[place] = parents[parents[place]]
            place = parents[place]
        return place

    above: list[tuple[int, int, int]] = []
    for row, line in enumerate(mask):
        edges = np.flatnonzero(np.diff(np.concatenate([[0], line.astype(np.int8), [0]])))
        now = []
        for left, right in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
            place = len(parents)
            parents.append(place)
            boxes.append(Box(left, row, right, row + 1))
            for other_left, other_right, other in above:
                if other_left < right and left < other_right:
                    parents[root(other)] = root(place)
            now.append((left, right, place))
        above = now
    joined: dict[int, Box] = {}
    for place, box in enumerate(boxes):
        top = root(place)
        joined[top] = union(joined[top], box) if top in joined else box
    return list(joined.values())


def union(one: Box, other: Box) -> Box:
    """The box round both."""
    return Box(
        min(one.left, other.left), min(one.top, other.top), max(one.right, other.right), max(one.bottom, other.bottom)
    )


def merged(boxes: list[Box]) -> list[Box]:
    """Boxes that overlap become one: a dot inside a ring is part of it."""
    boxes = list(boxes)
    again = True
    while again:
        again = False
        for place, one in enumerate(boxes):
            for other in boxes[place + 1 :]:
                if (
                    one.left < other.right
                    and other.left < one.right
                    and one.top < other.bottom
                    and other.top < one.bottom
                ):
                    boxes = [box for box in boxes if box not in (one, other)] + [union(one, other)]
                    again = True
                    break
            if again:
                break
    return boxes


def in_reading_order(boxes: list[Box]) -> list[Box]:
    """Line by line, each from left to right: boxes whose middles lie within each other's height are one line."""
    left = sorted(boxes, key=lambda box: box.top)
    ordered = []
    while left:
        first = left[0]
        line = [box for box in left if first.top <= (box.top + box.bottom) / 2 < first.bottom]
        line = line if first in line else [first]
        ordered += sorted(line, key=lambda box: box.left)
        left = [box for box in left if box not in line]
    return ordered


def without_paper(picture: Image.Image, sheet: np.ndarray, away: np.ndarray, paper: Paper) -> Image.Image:
    """RGB -> RGB on even white, or RGBA without its paper (see `difference`). From FAINT on it fades in, for soft edges."""
    values, away = np.asarray(picture, np.float32), away[..., None]
    if paper == "white":
        if sheet.mean() < DARK:
            return picture  # chalk on a blackboard would be lost on white
        even = (values / sheet).clip(0, 1)  # as if the paper were white everywhere
        seen = ((away - FAINT) / FAINT).clip(0, 1)
        return Image.fromarray(np.rint((1 - (1 - even) * seen) * 255).astype(np.uint8))
    # What is ink for certain is solid; fainter strokes and edges let through, and lose what they had from the paper.
    alpha = ((away - FAINT) / (SOLID - FAINT)).clip(0, 1)
    ink = (values - (1 - alpha) * sheet) / np.maximum(alpha, 1e-3)
    light = 255 / np.maximum(sheet, DARK) if sheet.mean() >= DARK else 1.0  # colours as under even, white light
    ink = np.where(alpha > 0, ink * light, 0).clip(0, 255)
    return Image.fromarray(np.rint(np.concatenate([ink, alpha * 255], axis=2)).astype(np.uint8))
