"""What both frameworks' autoencoders share: their shape, and the limits they keep to. No torch."""

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


def widths(width: int, doublings: int) -> list[int]:
    """Channels from full size down to the smallest grid: [width, 2 width, …], at most eight times `width`."""
    return [width * min(WIDEST, 2**level) for level in range(doublings + 1)]
