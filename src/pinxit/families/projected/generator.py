"""A FastGAN-like generator: gated up-blocks, and coarse features that say which channels of fine ones count."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from pinxit.families.contract import Canvas
from pinxit.networks.conditioning import LabelEmbedding
from pinxit.networks.grid import base_grid
from pinxit.networks.layers import Conv, Enlarged, FirstGrid, Seamless, begin_scaled, convolve_doubled

MOST_WIDENING = 8
SKIPPED_LEVELS = 3
"""Skip excitation reaches from 4x4 to 32x32 and from 8x8 to 64x64."""


class Generator(nn.Module):
    """latents (N, `latents`) and labels (N, columns) -> pictures (N, C, H, W) in [-1, 1], alpha premultiplied.

    Differs from Liu et al. 2021 ("Towards faster and stabilized GAN training", FastGAN): no noise inside, because a
    seed is a picture, and the latents also set the gain of every block's channels.
    """

    def __init__(self, canvas: Canvas, *, latents: int, width: int, seamless: Seamless = "no"):
        super().__init__()
        self.latents = latents
        columns, rows, doublings = base_grid(canvas.width, canvas.height)
        channels = [width * min(2 ** (doublings - level), MOST_WIDENING) for level in range(doublings + 1)]
        self.embed = LabelEmbedding(canvas.class_counts, latents) if canvas.class_counts else None
        style = latents * (2 if self.embed else 1)
        self.first = FirstGrid(style, 2 * channels[0], columns, rows, bias=False)
        # Where things usually are. Latents alone are as often positive as negative, so they cannot say it.
        self.usual = nn.Parameter(torch.randn(1, 2 * channels[0], rows, columns))
        self.first_norm = nn.BatchNorm2d(2 * channels[0])
        self.blocks = nn.ModuleList(
            UpBlock(channels[level], channels[level + 1], style, seamless=seamless) for level in range(doublings)
        )
        self.excitations = nn.ModuleList(
            Excitation(channels[level - SKIPPED_LEVELS], channels[level])
            for level in range(SKIPPED_LEVELS, doublings + 1)
        )
        self.to_picture = Conv(channels[-1], canvas.channels, 3, seamless=seamless)
        begin_scaled(self.first.linear)
        begin_scaled(self.to_picture)

    def forward(self, latents: Tensor, labels: Tensor) -> Tensor:
        """(N, latents), (N, columns) int64 -> (N, C, H, W) float32 in [-1, 1]."""
        style = latents
        if self.embed is not None:
            style = torch.cat([latents, self.embed(labels)], dim=1)
        levels = [gate(self.first_norm(self.first(style) + self.usual))]
        for level, block in enumerate(self.blocks, start=1):
            far = level - SKIPPED_LEVELS
            excitation = self.excitations[far](levels[far]) if far >= 0 else 1.0
            levels.append(block(levels[-1], style, excitation))
        return torch.tanh(self.to_picture(levels[-1]).float())


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


class DoublingConv(nn.Module):
    """Nearest-neighbour doubling and a 3x3 convolution, in one."""

    def __init__(self, inputs: int, outputs: int, *, seamless: Seamless):
        super().__init__()
        self.seamless: Seamless = seamless
        self.weight = nn.Parameter(torch.randn(inputs, outputs, 3, 3) / (9 * inputs) ** 0.5)
        self.enlarged = Enlarged(halving=False)

    def forward(self, features: Tensor) -> Tensor:
        """(N, inputs, H, W) -> (N, outputs, 2H, 2W)."""
        return convolve_doubled(features, self.enlarged(self.weight), None, self.seamless)


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
    return values * torch.sigmoid(weights)
