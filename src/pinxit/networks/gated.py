"""A FastGAN-like trunk: gated up-blocks, and coarse features that say which channels of fine ones count."""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from pinxit.networks.doubling import DoublingConv
from pinxit.networks.grid import base_grid
from pinxit.networks.layers import Conv, FirstGrid, Seamless, begin_scaled

MOST_WIDENING = 8
SKIPPED_LEVELS = 3
"""Skip excitation reaches from 4x4 to 32x32 and from 8x8 to 64x64."""


class Trunk(nn.Module):
    """Grows a picture from a style vector, by doubling.

    size      (width, height) in pixels
    channels  of the picture
    style     length of the vector that a picture starts from, which also sets the gain of every block's channels
    width     channels at full size; eight times as many where it is smallest
    """

    def __init__(self, size: tuple[int, int], channels: int, *, style: int, width: int, seamless: Seamless = "no"):
        super().__init__()
        columns, rows, doublings = base_grid(*size)
        widths = [width * min(2 ** (doublings - level), MOST_WIDENING) for level in range(doublings + 1)]
        self.widths = widths
        self.first = FirstGrid(style, 2 * widths[0], columns, rows, bias=False)
        # Where things usually are. Latents alone are as often positive as negative, so they cannot say it.
        self.usual = nn.Parameter(torch.randn(1, 2 * widths[0], rows, columns))
        self.first_norm = nn.BatchNorm2d(2 * widths[0])
        self.blocks = nn.ModuleList(
            UpBlock(widths[level], widths[level + 1], style, seamless=seamless) for level in range(doublings)
        )
        self.excitations = nn.ModuleList(
            Excitation(widths[level - SKIPPED_LEVELS], widths[level]) for level in range(SKIPPED_LEVELS, doublings + 1)
        )
        self.to_picture = Conv(widths[-1], channels, 3, seamless=seamless)
        begin_scaled(self.first.linear)
        begin_scaled(self.to_picture)

    def grow(self, style: Tensor, around: Sequence[Tensor] | None = None) -> Tensor:
        """(N, style) -> (N, C, H, W) float32, a picture before its tanh. `around`: features to add at each level."""
        levels = [gate(self.first_norm(self.first(style) + self.usual))]
        if around is not None:
            levels[0] = levels[0] + around[0]
        for level, block in enumerate(self.blocks, start=1):
            far = level - SKIPPED_LEVELS
            excitation = self.excitations[far](levels[far]) if far >= 0 else 1.0
            grown = block(levels[-1], style, excitation)
            levels.append(grown if around is None else grown + around[level])
        return self.to_picture(levels[-1]).float()


class UpBlock(nn.Module):
    """Double and convolve, normalise, gate; then gains say how much each channel counts in each picture."""

    def __init__(self, inputs: int, outputs: int, style: int, *, seamless: Seamless):
        super().__init__()
        self.conv = DoublingConv(inputs, 2 * outputs, seamless=seamless)
        self.norm = nn.BatchNorm2d(2 * outputs)
        self.gain = nn.Linear(style, outputs)
        begin_scaled(self.gain, 0.5)

    def forward(self, features: Tensor, style: Tensor, excitation: Tensor | float) -> Tensor:
        """(N, inputs, H, W), (N, style), gains (N, outputs, 1, 1) -> (N, outputs, 2H, 2W)."""
        gain = (1 + self.gain(style))[:, :, None, None] * excitation  # one pass over the large features instead of two
        return gate(self.norm(self.conv(features))) * gain


class Excitation(nn.Module):
    """Skip-layer excitation: coarse features -> one gain in (0, 1) for each channel of fine ones."""

    def __init__(self, inputs: int, outputs: int):
        super().__init__()
        self.gather = nn.Conv2d(inputs, outputs, 4)
        self.weigh = nn.Conv2d(outputs, outputs, 1)

    def forward(self, coarse: Tensor) -> Tensor:
        """(N, inputs, h, w) -> (N, outputs, 1, 1)."""
        return torch.sigmoid(self.weigh(F.silu(self.gather(F.adaptive_avg_pool2d(coarse, 4)))))


def gate(features: Tensor) -> Tensor:
    """Gated linear unit: (N, 2C, H, W) -> (N, C, H, W), the first half weighed by the second.

    Written out because the gradient of `F.glu` comes in another memory format and slows everything before it.
    Source: Dauphin et al. 2016, "Language modeling with gated convolutional networks".
    """
    values, weights = features.chunk(2, dim=1)
    if features.is_contiguous(memory_format=torch.channels_last):
        # A copy first: on a CPU the sigmoid of half the channels takes up to four times as long where they lie apart.
        weights = weights.contiguous(memory_format=torch.channels_last)
    return values * torch.sigmoid(weights)
