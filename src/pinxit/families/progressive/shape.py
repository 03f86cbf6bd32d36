"""The shape that both networks of Progressive GAN share, the same in both frameworks."""

from pinxit.families.contract import Canvas
from pinxit.families.progressive.entry import ProgressiveSettings
from pinxit.networks.grid import base_grid

LABEL_FEATURES = 64


def shape(settings: ProgressiveSettings, canvas: Canvas) -> tuple[int, int, list[int]]:
    """(columns, rows, channels from the base grid up)."""
    columns, rows, doublings = base_grid(canvas.width, canvas.height)
    return columns, rows, [min(settings.widest, settings.width * 2**level) for level in range(doublings + 1)][::-1]
