"""A picture in a few flat colours: which colours, and which pixel gets which. What tracing and icon sets begin with."""

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageFilter

from pinxit.errors import UsageError

MOST_COLOURS = 64
OPAQUE = 128
"""An alpha from which on a pixel counts as there."""
STEP = 60.0
"""A difference between neighbours (of 255) from which on they are taken for two colours with an edge between them."""
ALIKE = 24.0
"""Colours of a palette nearer to each other than this (of 255) become one."""


def parse_palette(text: str) -> np.ndarray:
    """`"#ff8800,#222"` -> (N, 3) uint8. Raises UsageError."""
    colours = []
    for word in text.split(","):
        digits = word.strip().removeprefix("#")
        if len(digits) == 3:
            digits = "".join(2 * digit for digit in digits)
        try:
            colours.append(tuple(bytes.fromhex(digits)))
        except ValueError:
            colours.append(())
        if len(colours[-1]) != 3:
            raise UsageError(f"'{word.strip()}' is no colour. A palette is written as: #1b1b1b,#f4c095,#fff")
    if len(colours) > MOST_COLOURS:
        raise UsageError(f"A palette has at most {MOST_COLOURS} colours; {len(colours)} came.")
    return np.array(list(dict.fromkeys(colours)), np.uint8)


def palette_of(pictures: Sequence[Image.Image], colours: int) -> np.ndarray:
    """The main colours that pictures have in common, (at most `colours`, 3) uint8.

    Pixels on edges are left out: they are mixtures of two colours, and would become colours of their own.
    """
    found = []
    for picture in pictures:
        values = premultiplied(picture)
        inside = (values[..., 3] >= 250) & ~on_edges(values)
        if not inside.any():
            inside = values[..., 3] >= OPAQUE
        found.append(straight(values[inside]))
    pixels = np.concatenate(found)
    if len(pixels) == 0:
        return np.zeros((1, 3), np.uint8)
    listed = Image.fromarray(pixels[None]).quantize(min(colours, len(pixels)), kmeans=2, dither=Image.Dither.NONE)
    counts = np.bincount(np.asarray(listed)[0], minlength=256)
    table = np.array(listed.getpalette(), np.uint8).reshape(-1, 3)
    kept: list[np.ndarray] = []
    for place in np.argsort(-counts)[: np.count_nonzero(counts)]:
        if all(np.linalg.norm(table[place].astype(float) - other) > ALIKE for other in kept):
            kept.append(table[place])
    return np.array(kept, np.uint8)


def flatten(picture: Image.Image, palette: np.ndarray, times: int) -> np.ndarray:
    """A picture `times` as large, each pixel one colour of the palette -> (H, W) uint8: 0 clear, n the n-th colour.

    An edge gets no colour of its own: its pixels take one of the colours that lie beside it, whichever is nearer.
    """
    values = premultiplied(picture)  # (h, w, 4)
    table = np.concatenate([np.zeros((1, 4)), np.concatenate([palette, np.full((len(palette), 1), 255)], axis=1)])
    nearest = np.argmin(np.stack([distance(values, colour) for colour in table]), axis=0)
    sure = ~on_edges(values)
    size = (picture.width * times, picture.height * times)
    large = np.asarray(picture.convert("RGBA").convert("RGBa").resize(size, Image.Resampling.BICUBIC), np.float32)
    best, chosen = np.full(large.shape[:2], np.inf, np.float32), np.zeros(large.shape[:2], np.uint8)
    for number, colour in enumerate(table):
        beside = Image.fromarray(((nearest == number) & sure).astype(np.uint8) * 255).filter(ImageFilter.MaxFilter(5))
        here = np.asarray(beside.resize(size, Image.Resampling.NEAREST)) > 0
        apart = distance(large, colour) + np.where(here, 0.0, 4 * 255.0**2)
        nearer = apart < best
        best[nearer], chosen[nearer] = apart[nearer], number
    if times > 1:
        chosen = np.asarray(Image.fromarray(chosen).filter(ImageFilter.ModeFilter(2 * (times // 2) + 1)))
    return chosen


def painted(flat: np.ndarray, palette: np.ndarray) -> Image.Image:
    """What `flatten` made, as a picture."""
    table = np.zeros((len(palette) + 1, 4), np.uint8)
    table[1:, :3], table[1:, 3] = palette, 255
    return Image.fromarray(table[flat])


def premultiplied(picture: Image.Image) -> np.ndarray:
    """(H, W, 4) float32, colours times alpha, 0 … 255."""
    return np.asarray(picture.convert("RGBA").convert("RGBa"), np.float32)


def straight(values: np.ndarray) -> np.ndarray:
    """(N, 4) premultiplied -> (N, 3) uint8 colours."""
    return np.rint((values[:, :3] * 255 / values[:, 3:].clip(1)).clip(0, 255)).astype(np.uint8)


def distance(values: np.ndarray, colour: np.ndarray) -> np.ndarray:
    """Squared distance of (H, W, 4) from one premultiplied colour -> (H, W) float32."""
    return np.square(values - colour.astype(np.float32)).sum(axis=-1)


def on_edges(values: np.ndarray) -> np.ndarray:
    """(H, W, 4) -> (H, W): which pixels are mixtures of two neighbours that lie opposite each other."""
    padded = np.pad(values, ((1, 1), (1, 1), (0, 0)), mode="edge")
    height, width = values.shape[:2]
    found = np.zeros((height, width), bool)
    for down, right in ((0, 1), (1, 0), (1, 1), (1, -1)):
        one = padded[1 + down : 1 + down + height, 1 + right : 1 + right + width]
        other = padded[1 - down : 1 - down + height, 1 - right : 1 - right + width]
        way = other - one
        length = np.square(way).sum(axis=-1)
        share = ((values - one) * way).sum(axis=-1) / length.clip(1)
        beside = np.square(values - one - share[..., None] * way).sum(axis=-1)
        found |= (length > STEP**2) & (share > 0.06) & (share < 0.94) & (beside < 0.04 * length)
    return found
