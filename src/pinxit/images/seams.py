"""Seams: a painted piece takes on the colours of the picture round it and fades into it, so that nobody sees where it begins.

Pérez et al. 2003, "Poisson image editing", eq. 4 to 8: what is added to the piece is as even as can be (Laplace's equation)
and meets the difference of the two at the rim. Departures: it is computed on a small copy, because it is smooth; and where
the two show different things at the rim (an outline that does not go on) the difference counts little.
"""

import numpy as np
from PIL import Image, ImageChops, ImageFilter

FEATHER = 1 / 64
"""Of the longer side: over so much the painted piece fades into what was there."""
RIM = 1 / 24
"""Of the longer side: so far round a hole the two are compared."""
SIDE = 192
"""Longest side of the copy that is computed on, in pixels."""
SWEEPS, ROUNDS = 24, 3
UNLIKE = 12.0
"""Of 255: a difference at the rim that lies so far from its neighbours' counts half."""
SMALLEST = 4


def spread(values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """As even as can be, and like `values` (H, W, C) as far as `weights` (H, W), 0 and more, say -> (H, W, C) float32.

    The least sum of squared differences between neighbours and of weights * (found - values)^2, from coarse to fine.
    """
    height, width = weights.shape
    if min(height, width) <= SMALLEST:
        total = max(float(weights.sum()), 1e-9)
        found = np.broadcast_to((values * weights[..., None]).sum(axis=(0, 1)) / total, values.shape).astype(np.float32)
    else:
        padding = (0, height % 2), (0, width % 2)
        fine = np.pad(weights, padding)
        summed = blocks(np.pad(values, (*padding, (0, 0))) * fine[..., None])
        coarse = blocks(fine[..., None])[..., 0]
        small = spread(summed / np.maximum(coarse, 1e-9)[..., None], coarse)
        found = small.repeat(2, axis=0).repeat(2, axis=1)[:height, :width]
    pulled, weighed = values * weights[..., None], (4 + weights)[..., None]
    for _ in range(SWEEPS):
        framed = np.pad(found, ((1, 1), (1, 1), (0, 0)), mode="edge")
        around = framed[:-2, 1:-1] + framed[2:, 1:-1] + framed[1:-1, :-2] + framed[1:-1, 2:]
        found = (around + pulled) / weighed
    return found.astype(np.float32)


def blocks(values: np.ndarray) -> np.ndarray:
    """(2H, 2W, C) -> (H, W, C): sums of two by two."""
    return values[::2, ::2] + values[1::2, ::2] + values[::2, 1::2] + values[1::2, 1::2]


def even_fill(values: np.ndarray, holes: np.ndarray) -> np.ndarray:
    """uint8 (H, W, C), bool holes (H, W) -> the same with what is round a hole spread evenly into it."""
    filled = spread(values.astype(np.float32), np.where(holes, 0.0, 1e3).astype(np.float32))
    return np.where(holes[..., None], filled.round().clip(0, 255), values).astype(np.uint8)


def matched(picture: Image.Image, painted: Image.Image, holes: Image.Image) -> Image.Image:
    """The painted one in the colours of the picture: what they differ by round the holes is spread into these.

    All of one size; `holes` "L", 255 where painted. What is clear in either says nothing about colours; alpha stays as painted.
    """
    scale = min(1.0, SIDE / max(picture.size))
    small = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    there, new = (
        np.asarray(one.convert("RGBA").convert("RGBa").resize(small), np.float32) for one in (picture, painted)
    )
    gaps = np.asarray(holes.resize(small, Image.Resampling.BOX)) > 0
    reach = max(1, round(RIM * max(small)))
    near = np.asarray(Image.fromarray(gaps).convert("L").filter(ImageFilter.MaxFilter(2 * reach + 1))) > 0
    seen = (near & ~gaps) * np.minimum(there[..., 3], new[..., 3]) / 255
    colours = [one[..., :3] * 255 / np.maximum(one[..., 3:], 1) for one in (there, new)]
    apart = colours[0] - colours[1]
    weights = seen.astype(np.float32)
    if not weights.any():
        return painted
    change = spread(apart, weights)
    for _ in range(ROUNDS - 1):  # what lies far from its neighbours is another thing, not another colour
        odd = np.abs(apart - change).max(axis=2)
        weights = (seen / (1 + (odd / UNLIKE) ** 2)).astype(np.float32)
        change = spread(apart, weights)
    wide = np.stack(
        [
            np.asarray(Image.fromarray(change[..., one]).resize(picture.size, Image.Resampling.BILINEAR))
            for one in range(3)
        ],
        2,
    )
    plain = np.asarray(painted.convert("RGBA"), np.float32)
    done = np.concatenate([(plain[..., :3] + wide).round().clip(0, 255), plain[..., 3:]], axis=2).astype(np.uint8)
    return Image.fromarray(done).convert(painted.mode)


def blended(picture: Image.Image, painted: Image.Image, holes: Image.Image) -> Image.Image:
    """The picture with the painted one in its holes. Around them one fades into the other: both show the same there."""
    radius = max(1, round(FEATHER * max(picture.size)))
    wide = holes.filter(ImageFilter.MaxFilter(2 * radius + 1)).filter(ImageFilter.GaussianBlur(radius / 2))
    share = ImageChops.lighter(wide, holes)
    if picture.mode != "RGBA":
        return Image.composite(painted, picture, share)
    return Image.composite(painted.convert("RGBa"), picture.convert("RGBa"), share).convert("RGBA")
