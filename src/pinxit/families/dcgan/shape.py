"""The shape of DCGAN's networks, the same in both frameworks."""

LABEL_FEATURES = 64
WIDEST = 8


def channels_at(width: int, doublings: int) -> list[int]:
    """Channels from half the full size down to the base grid: [width, 2 width, …], at most eight times `width`."""
    return [width * min(WIDEST, 2**level) for level in range(doublings)]
