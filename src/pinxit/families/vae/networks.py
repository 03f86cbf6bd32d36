"""The parts of an autoencoder: a picture halved until it is a small grid, numbers from that grid, and the way back."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from pinxit.families.vae.shape import SPREAD_LIMIT
from pinxit.networks.conditioning import LabelEmbedding
from pinxit.networks.doubling import DoublingConv
from pinxit.networks.layers import Conv, FirstGrid, Seamless, begin_scaled
from pinxit.networks.products import HalvingConv


class Residual(nn.Module):
    """features + a 3x3 convolution of them, normalised before: (N, channels, H, W) -> the same shape."""

    def __init__(self, channels: int, seamless: Seamless):
        super().__init__()
        self.norm = nn.BatchNorm2d(channels)
        self.conv = Conv(channels, channels, 3, bias=False, seamless=seamless)
        begin_scaled(self.conv)

    def forward(self, features: Tensor) -> Tensor:
        """See the class."""
        return features + self.conv(F.silu(self.norm(features)))


class Shrink(nn.Module):
    """Halved as often as there are steps in `channels`: (N, channels[0], H, W) -> (N, channels[-1], H / 2^n, W / 2^n)."""

    def __init__(self, channels: Sequence[int], seamless: Seamless):
        super().__init__()
        layers: list[nn.Module] = []
        for inputs, outputs in pairwise(channels):
            layers += [HalvingConv(inputs, outputs, bias=False), nn.BatchNorm2d(outputs), nn.SiLU()]
            layers += [Residual(outputs, seamless)]
        self.layers = nn.Sequential(*layers)

    def forward(self, features: Tensor) -> Tensor:
        """See the class."""
        return self.layers(features)


class Posterior(nn.Module):
    """A small grid (N, channels, rows, columns) and labels (N, columns) -> mean and log variance, each (N, latents)."""

    def __init__(self, channels: int, rows: int, columns: int, latents: int, class_counts: Sequence[int]):
        super().__init__()
        self.embed = LabelEmbedding(class_counts, channels) if class_counts else None
        self.norm = nn.BatchNorm2d(channels)
        self.linear = nn.Linear(channels * rows * columns, 2 * latents)
        begin_scaled(self.linear, 0.5)

    def forward(self, features: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        """See the class. float32."""
        features = self.norm(features)
        if self.embed is not None:
            features = features + self.embed(labels)[:, :, None, None]
        mean, log_variance = self.linear(F.silu(features).permute(0, 2, 3, 1).flatten(1)).float().chunk(2, dim=1)
        return mean, SPREAD_LIMIT * torch.tanh(log_variance / SPREAD_LIMIT)


class Enlarge(nn.Module):
    """Doubled as often as there are steps in `channels`; a `style` (N, style), if any, sets the gain of every channel.

    (N, channels[0], H, W) -> (N, channels[-1], 2^n H, 2^n W)
    """

    def __init__(self, channels: Sequence[int], style: int, seamless: Seamless, *, thorough: bool):
        super().__init__()
        steps = list(pairwise(channels))
        self.doublings = nn.ModuleList(DoublingConv(inputs, outputs, seamless=seamless) for inputs, outputs in steps)
        self.norms = nn.ModuleList(nn.BatchNorm2d(outputs) for _, outputs in steps)
        self.gains = nn.ModuleList(nn.Linear(style, outputs) for _, outputs in steps if style)
        # A second convolution at every size but the largest, where it would cost as much as all others together.
        kept = steps if thorough else steps[:-1]
        self.residuals = nn.ModuleList(Residual(outputs, seamless) for _, outputs in kept)
        for gain in self.gains:
            assert isinstance(gain, nn.Linear)
            begin_scaled(gain, 0.5)

    def forward(self, features: Tensor, style: Tensor | None = None) -> Tensor:
        """See the class."""
        for place, (doubling, norm) in enumerate(zip(self.doublings, self.norms, strict=True)):
            features = norm(doubling(features))
            if style is not None:
                features = features * (1 + self.gains[place](style))[:, :, None, None]
            features = F.silu(features)
            if place < len(self.residuals):
                features = self.residuals[place](features)
        return features


class Grow(nn.Module):
    """latents (N, latents), labels (N, columns) -> features (N, channels[-1], …): a small grid, doubled again and again."""

    def __init__(
        self,
        latents: int,
        channels: Sequence[int],
        rows: int,
        columns: int,
        class_counts: Sequence[int],
        seamless: Seamless,
        **how: Any,
    ):
        super().__init__()
        self.embed = LabelEmbedding(class_counts, latents) if class_counts else None
        style = latents * (2 if class_counts else 1)
        self.first = FirstGrid(style, channels[0], columns, rows)
        self.enlarge = Enlarge(channels, style, seamless, **how)
        begin_scaled(self.first.linear)

    def forward(self, latents: Tensor, labels: Tensor) -> Tensor:
        """See the class."""
        style = latents if self.embed is None else torch.cat([latents, self.embed(labels)], dim=1)
        return self.enlarge(self.first(style), style)
