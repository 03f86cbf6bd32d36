"""The shape that both networks of R3GAN share, the same in both frameworks."""

from pinxit.families.contract import Canvas
from pinxit.families.r3gan.entry import R3ganSettings
from pinxit.networks.grid import base_grid


def shape(settings: R3ganSettings, canvas: Canvas) -> tuple[int, int, list[int]]:
    """(columns, rows, channels from the base grid up)."""
    columns, rows, doublings = base_grid(canvas.width, canvas.height)
    levels = doublings + 1 - (settings.patch.bit_length() - 1)
    channels = [min(settings.widest, settings.width * 2**level) for level in range(max(1, levels))]
    return columns, rows, channels[::-1]
