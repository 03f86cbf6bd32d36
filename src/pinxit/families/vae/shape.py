"""What both frameworks' autoencoders share: their shape, and the limits they keep to. No torch."""

from math import log2

from pinxit.families.contract import Canvas
from pinxit.families.vae.entry import VaeSettings
from pinxit.networks.grid import base_grid

WIDEST = 8
SPREAD_LIMIT = 12.0
"""Logarithms of variances stay within this: beyond it a number is known exactly, or not at all."""
STEPS = 6
HIDDEN = 256
LABEL_FEATURES = 32
MOST_STRETCH = 1.5
"""A step of the flow stretches a number by e^1.5 at most, so that inverting it stays exact."""
NARROWEST_FEATURE = 0.05
"""As a share of how much features differ from picture to picture; smaller errors of features are not looked at."""
ENLARGED_BELOW = 48
"""Pictures with a shorter side below this are doubled before their features are taken, which are made for larger ones.
Doubling larger ones too halves the speed of a step (44 instead of 92 pictures a second at 48 px on one core)."""
MEMORY = 0.99
"""Of the book, from one step to the next."""
DEAD = 0.02
"""A code used less than this share of the mean use is given up, and begins anew at something an encoder just said."""


def widths(width: int, doublings: int) -> list[int]:
    """Channels from full size down to the smallest grid: [width, 2 width, …], at most eight times `width`."""
    return [width * min(WIDEST, 2**level) for level in range(doublings + 1)]


def code_levels(settings: VaeSettings, canvas: Canvas) -> tuple[int, int]:
    """(halvings from the picture to the grid of codes, halvings from there to the smallest grid)."""
    doublings = base_grid(canvas.width, canvas.height)[2]
    levels = min(round(log2(settings.code_every)), doublings)
    return levels, doublings - levels
