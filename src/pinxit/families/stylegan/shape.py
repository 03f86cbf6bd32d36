"""The shape of StyleGAN's networks, and its maps of noise: the same in both frameworks."""

import numpy as np

from pinxit.families.stylegan.entry import StyleganSettings

SOFT = 0.25
"""Contrast of what each size adds to the first pictures. At 1 their sum has colours that no picture has, and a quarter more
time went by until heads were there."""
GRAIN_SEED = 1_710_101_96
MEAN_HALF_LIFE = 1_000
"""Pictures after which what was known of the mean style counts half."""
HALF = 0.5**0.5
"""Two things of one variance, added, keep it when each weighs so much."""
PATH_MEMORY = 0.99
"""How much of the usual path length is kept when another is seen, as in the paper's appendix B."""


def channels_at(settings: StyleganSettings, doublings: int) -> list[int]:
    """Channels from full size down to the base grid."""
    return [min(settings.widest, settings.width * 2**level) for level in range(doublings + 1)]


def grain_maps(grains: int, columns: int, rows: int, place: int) -> np.ndarray:
    """(grains, rows * columns) float32: the fixed maps of white noise of one layer.

    Never stored: the stream they come from is frozen, as that of seeds.
    """
    drawn = np.random.RandomState(GRAIN_SEED + place).standard_normal((grains, rows * columns))
    return drawn.astype(np.float32) / np.float32(grains**0.5)
