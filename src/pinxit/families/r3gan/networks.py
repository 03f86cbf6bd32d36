"""The two networks of R3GAN: mirror images of each other, residual blocks without normalisation.

Huang et al. 2024, "The GAN is dead; long live the GAN!" (arXiv 2501.05441), section 4. Departures: dense instead of grouped
convolutions where `group` is 0, squares of `patch` pixels handled at once, a usual picture to grow from, sizes that are
not square, seamless pictures.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from pinxit.families.contract import Canvas
from pinxit.families.r3gan.entry import R3ganSettings
from pinxit.families.r3gan.shape import shape
from pinxit.networks.conditioning import LabelEmbedding, projection
from pinxit.networks.layers import GAIN, SLOPE, Conv, Seamless, begin_scaled, double, halve

LABEL_FEATURES = 64


def activate(features: Tensor) -> Tensor:
    """Leaky ReLU."""
    return F.leaky_relu(features, SLOPE)


class Residual(nn.Module):
    """features + what a narrow look around adds: 1x1, 3x3 and 1x1 convolutions. Adds nothing to begin with.

    `depth` is the number of blocks in the network: the more there are, the smaller they begin (Fixup: Zhang et al. 2019,
    "Residual learning without normalization").
    """

    def __init__(self, channels: int, settings: R3ganSettings, *, depth: int, seamless: Seamless):
        super().__init__()
        group = settings.group
        inner = max(8, round(channels * settings.expansion))
        if group:
            inner = max(group, inner // group * group)
        self.narrow = Conv(channels, inner, 1)
        self.look = Conv(inner, inner, 3, groups=inner // group if group else 1, seamless=seamless)
        self.widen = Conv(inner, channels, 1, bias=False)
        begin_scaled(self.narrow, GAIN * depth**-0.25)
        begin_scaled(self.look, GAIN * depth**-0.25)
        begin_scaled(self.widen, 0.0)

    def forward(self, features: Tensor) -> Tensor:
        """(N, channels, H, W) -> the same."""
        return features + self.widen(activate(self.look(activate(self.narrow(features)))))


class Transition(nn.Module):
    """To another size, bilinear, and another number of channels: 1x1 convolution on whichever side is smaller."""

    def __init__(self, inputs: int, outputs: int, *, up: bool, seamless: Seamless = "no"):
        super().__init__()
        self.up = up
        self.seamless: Seamless = seamless
        self.change = Conv(inputs, outputs, 1, bias=False) if inputs != outputs else None
        if self.change is not None:
            begin_scaled(self.change)

    def forward(self, features: Tensor) -> Tensor:
        """(N, inputs, H, W) -> (N, outputs, 2H, 2W) or (N, outputs, H/2, W/2)."""
        if not self.up:
            features = halve(features)
        if self.change is not None:
            features = self.change(features)
        return double(features, self.seamless) if self.up else features


class Generator(nn.Module):
    """latents (N, latents), labels (N, columns) -> pictures (N, C, H, W) float32; in [-1, 1] when not training."""

    def __init__(self, settings: R3ganSettings, canvas: Canvas):
        super().__init__()
        self.latents, self.patch = settings.latents, settings.patch
        columns, rows, channels = shape(settings, canvas)
        seamless, depth = settings.seamless, settings.blocks * len(channels)
        self.embed = LabelEmbedding(canvas.class_counts, LABEL_FEATURES) if canvas.classes else None
        # The small grid every picture grows from, learned; the latents say how much of each channel. Unlike the paper's,
        # they say it about 1: latents are as often positive as negative and could not say where things usually are.
        self.basis = nn.Parameter(torch.randn(channels[0], rows, columns))
        self.mix = nn.Linear(settings.latents + (LABEL_FEATURES if canvas.classes else 0), channels[0])
        begin_scaled(self.mix)
        nn.init.ones_(self.mix.bias)
        layers: list[nn.Module] = []
        for index, here in enumerate(channels):
            if index:
                layers.append(Transition(channels[index - 1], here, up=True, seamless=seamless))
            layers += [Residual(here, settings, depth=depth, seamless=seamless) for _ in range(settings.blocks)]
        self.layers = nn.Sequential(*layers)
        self.paint = Conv(channels[-1], canvas.channels * settings.patch**2, 1)
        begin_scaled(self.paint)

    def forward(self, latents: Tensor, labels: Tensor) -> Tensor:
        """See the class."""
        if self.embed is not None:
            latents = torch.cat([latents, self.embed(labels)], dim=1)
        grid = self.mix(latents)[:, :, None, None] * self.basis
        pictures = self.paint(self.layers(grid.contiguous(memory_format=torch.channels_last))).float()
        if self.patch > 1:
            pictures = F.pixel_shuffle(pictures, self.patch)
        return pictures if self.training else pictures.clamp(-1, 1)


class Critic(nn.Module):
    """pictures (N, C, H, W), labels (N, columns) -> scores (N,), raw, float32."""

    def __init__(self, settings: R3ganSettings, canvas: Canvas):
        super().__init__()
        self.patch = settings.patch
        columns, rows, channels = shape(settings, canvas)
        channels, depth = channels[::-1], settings.blocks * len(channels)
        self.read = Conv(canvas.channels * settings.patch**2, channels[0], 1)
        begin_scaled(self.read)
        layers: list[nn.Module] = []
        for index, here in enumerate(channels):
            if index:
                layers.append(Transition(channels[index - 1], here, up=False))
            layers += [Residual(here, settings, depth=depth, seamless="no") for _ in range(settings.blocks)]
        self.layers = nn.Sequential(*layers)
        # One weight for each cell and channel, summed over cells: the mirror image of the generator's basis.
        self.basis = nn.Parameter(torch.randn(channels[-1], rows, columns) / (rows * columns) ** 0.5)
        self.score = nn.Linear(channels[-1], 1, bias=False)
        begin_scaled(self.score)
        self.embed = LabelEmbedding(canvas.class_counts, channels[-1]) if canvas.classes else None

    def forward(self, pictures: Tensor, labels: Tensor) -> Tensor:
        """See the class."""
        if self.patch > 1:
            pictures = F.pixel_unshuffle(pictures, self.patch)
        features = self.layers(self.read(pictures.contiguous(memory_format=torch.channels_last)))
        summary = (features.float() * self.basis).sum(dim=(2, 3))  # (N, channels)
        scores = self.score(summary).flatten().float()
        return scores if self.embed is None else scores + projection(summary, self.embed(labels))
