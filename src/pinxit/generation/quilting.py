"""Textures laid out of patches of their sample, each cut where it differs least from what lies there already.

Efros and Freeman 2001, "Image quilting for texture synthesis and transfer", with two changes. A seamless texture is laid on a
torus: the last patches are cut into the first ones like any others. And a place of the sample that was taken is taken less
gladly again, so that nothing conspicuous repeats and patches do not just continue the sample.
"""

import numpy as np
import torch
from PIL import Image
from torch import Tensor

OVERLAP = 3
"""A patch lies over its neighbours by its side over this."""
LARGEST_BLOCK, SMALLEST_BLOCK = 160, 8
SAME = 0.1
"""Of the middle difference, added to every difference: where the sample just goes on it costs something too."""
NEARLY = 1.1
"""One of the patches is taken whose cost is at most so many times the smallest."""


def quilt(sample: np.ndarray, width: int, height: int, block: int, seed: int, *, seamless: bool) -> np.ndarray:
    """uint8 (h, w, 3) -> uint8 (height, width, 3) of patches with `block` pixels a side."""
    block = max(1, min(block, *sample.shape[:2], *((side * 2 // 3 for side in (width, height)) if seamless else ())))
    block = min(block, width, height)
    chance = np.random.RandomState(seed)
    values = sample.astype(np.float32)
    search = Search(values, block)
    canvas, known = np.zeros((height, width, 3), np.float32), np.zeros((height, width), bool)
    for top in places(height, block, seamless=seamless):
        for left in places(width, block, seamless=seamless):
            here = np.ix_(np.arange(top, top + block) % height, np.arange(left, left + block) % width)
            y, x = search.choose(canvas[here], known[here], chance)
            patch = values[y : y + block, x : x + block]
            share = cut(canvas[here], patch, known[here])[..., None]
            canvas[here] = share * patch + (1 - share) * canvas[here]
            known[here] = True
    return np.rint(canvas).clip(0, 255).astype(np.uint8)


def block_for(sample: tuple[int, int]) -> int:
    """Pixels of a patch's side: a third of the sample's shorter one, so that it holds what belongs together."""
    return int(np.clip(min(sample) // 3, SMALLEST_BLOCK, LARGEST_BLOCK))


REGULAR = 0.35
"""Correlation of a sample with itself, shifted, from which on it counts as a pattern that repeats."""
STRETCH = 1.15
"""How far a sample is stretched at most, so that a whole number of its repeats makes up the texture."""


def fitted(sample: Image.Image, width: int, height: int) -> Image.Image:
    """The sample, stretched a little where it repeats, so that whole repeats make up a seamless texture of this size."""
    grey = np.asarray(sample.convert("L"), np.float64)
    sides = []
    for axis, (side, wanted) in enumerate(zip(grey.shape, (height, width), strict=True)):
        period = period_of(grey if axis == 0 else grey.T)
        stretch = wanted / (period * max(1, round(wanted / period))) if period else 1.0
        sides.append(round(side * stretch) if 1 / STRETCH <= stretch <= STRETCH else side)
    size = sides[1], sides[0]
    return sample if size == sample.size else sample.resize(size, Image.Resampling.LANCZOS)


def period_of(grey: np.ndarray) -> float | None:
    """(h, w) -> rows after which it repeats, or None: the shift at which it correlates best with itself."""
    height = len(grey)
    values = grey - grey.mean()
    spectrum = np.square(np.abs(np.fft.rfft(values, 2 * height, axis=0))).sum(axis=1)
    overlap = np.arange(height, 0, -1)
    likeness = np.fft.irfft(spectrum)[:height] / overlap
    likeness = likeness[: height * 2 // 3] / max(likeness[0], 1e-9)
    inner = likeness[1:-1]
    peaks = np.flatnonzero((inner > likeness[:-2]) & (inner >= likeness[2:]) & (inner > REGULAR)) + 1
    if not len(peaks):
        return None
    best = likeness[peaks].max()
    peak = int(peaks[likeness[peaks] > 0.85 * best][0])
    before, here, after = likeness[peak - 1 : peak + 2]
    return peak + float((before - after) / (2 * (before - 2 * here + after)))  # the top of a parabola through the three


def places(side: int, block: int, *, seamless: bool) -> list[int]:
    """Where patches begin along a side."""
    step = max(1, block - block // OVERLAP)
    if seamless:
        count = -(-side // step)
        return [round(number * side / count) for number in range(count)]
    count = -(-(side - block) // step) + 1
    return [round(number * (side - block) / max(count - 1, 1)) for number in range(count)]


class Search:
    """Finds the patch of a sample (h, w, 3) that differs least from what is known: squared differences by FFT."""

    def __init__(self, sample: np.ndarray, block: int):
        self.block, self.shape = block, sample.shape[:2]
        colours = torch.from_numpy(sample).permute(2, 0, 1)
        self.parts = self.spectrum(
            torch.cat([-2 * colours, colours.square().sum(dim=0, keepdim=True)])
        )  # (4, h, w/2+1)
        self.taken = np.zeros((self.shape[0] - block + 1, self.shape[1] - block + 1), np.float32)

    def spectrum(self, values: Tensor) -> Tensor:
        """(4, h, w) or smaller -> its Fourier transform, as large as the sample's."""
        return torch.fft.rfft2(values.contiguous(), self.shape)

    def choose(self, there: np.ndarray, known: np.ndarray, chance: np.random.RandomState) -> tuple[int, int]:
        """What lies there (block, block, 3) and where it is known -> top and left of a patch in the sample."""
        cost = np.ones_like(self.taken)
        if known.any():
            error = self.errors(there, known)
            cost = error + SAME * np.median(error) + 1
        cost = cost * (1 + self.taken)
        near = np.argwhere(cost <= cost.min() * NEARLY)
        y, x = (int(place) for place in near[chance.randint(len(near))])
        reach = self.block * 2 // 3
        self.taken[max(0, y - reach) : y + reach + 1, max(0, x - reach) : x + reach + 1] += 0.5
        return y, x

    def errors(self, there: np.ndarray, known: np.ndarray) -> np.ndarray:
        """Mean squared difference where it is known, for every place of a patch."""
        mask = torch.from_numpy(known.astype(np.float32))
        shown = torch.from_numpy(there).permute(2, 0, 1) * mask
        product = (self.spectrum(torch.cat([shown, mask[None]])).conj() * self.parts).sum(dim=0)
        found = torch.fft.irfft2(product, self.shape)[: self.taken.shape[0], : self.taken.shape[1]]
        return ((found + shown.square().sum()).clamp_min(0) / mask.sum()).numpy()


def cut(there: np.ndarray, patch: np.ndarray, known: np.ndarray) -> np.ndarray:
    """How much of the new patch is shown (block, block), 0 … 1: along the path where both differ least, a pixel softened."""
    block = len(patch)
    error = np.square(there - patch).sum(axis=2)
    mine = np.ones((block, block), bool)
    for turns in range(4):  # the known strip is turned to the left side each time
        turned, strip = np.rot90(error, turns), np.rot90(known, turns)[block // 2]
        wide = 0 if strip.all() else int(np.argmin(strip))
        if wide:
            path = shortest_path(turned[:, :wide])
            shown = np.arange(block)[None] >= path[:, None]
            mine &= np.rot90(shown, -turns)
    mine |= ~known
    framed = np.pad(mine.astype(np.float32), 1, mode="edge")
    soft = sum(framed[y : y + block, x : x + block] for y in range(3) for x in range(3)) / 9
    return np.where(known, soft, 1.0)


def shortest_path(error: np.ndarray) -> np.ndarray:
    """(h, w) -> for each row the column of the path from top to bottom along which errors add up to least."""
    height = len(error)
    total = error.copy()
    for row in range(1, height):
        above = np.pad(total[row - 1], 1, constant_values=np.inf)
        total[row] += np.minimum(np.minimum(above[:-2], above[1:-1]), above[2:])
    path = np.empty(height, int)
    path[-1] = int(np.argmin(total[-1]))
    for row in range(height - 2, -1, -1):
        first = max(0, path[row + 1] - 1)
        path[row] = first + int(np.argmin(total[row, first : path[row + 1] + 2]))
    return path
