"""The two networks of DCGAN: a small grid doubled until it is a picture, and a picture halved until it is a score.

Radford et al. 2015, "Unsupervised representation learning with deep convolutional generative adversarial networks".
Departures: unless a preset or setting asks for batch normalisation, the critic has spectral normalisation (Miyato et al.
2018), because with batch normalisation it soon won outright; labels enter by an embedding and a projection; seamless
pictures need resize + convolution.
"""

from itertools import pairwise
from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm

from pinxit.families.contract import Canvas
from pinxit.families.dcgan.shape import LABEL_FEATURES, channels_at
from pinxit.networks.conditioning import LabelEmbedding, projection
from pinxit.networks.grid import base_grid
from pinxit.networks.layers import Conv, Double, FirstGrid, Seamless, begin_normal
from pinxit.networks.products import DoublingConv, HalvingConv


class Generator(nn.Module):
    """latents (N, latents), labels (N, columns) -> pictures (N, C, H, W) in [-1, 1], float32."""

    def __init__(self, canvas: Canvas, *, latents: int, width: int, transposed: bool, seamless: Seamless):
        super().__init__()
        self.latents = latents
        columns, rows, doublings = base_grid(canvas.width, canvas.height)
        *between, deepest = channels_at(width, doublings)
        self.embed = LabelEmbedding(canvas.class_counts, LABEL_FEATURES) if canvas.classes else None
        inputs = latents + (LABEL_FEATURES if canvas.classes else 0)
        self.first = FirstGrid(inputs, deepest, columns, rows, bias=False)
        layers: list[nn.Module] = [nn.BatchNorm2d(deepest), nn.ReLU(inplace=True)]
        for wide, narrow in pairwise([deepest, *between[::-1]]):
            layers += [*doubled(wide, narrow, transposed, seamless), nn.BatchNorm2d(narrow), nn.ReLU(inplace=True)]
        layers += doubled(width, canvas.channels, transposed, seamless)
        self.layers = nn.Sequential(*layers)
        begin_normal(self.first)
        begin_normal(self.layers)

    def forward(self, latents: Tensor, labels: Tensor) -> Tensor:
        """See the class."""
        if self.embed is not None:
            latents = torch.cat([latents, self.embed(labels)], dim=1)
        return self.layers(self.first(latents)).float().tanh()


def doubled(inputs: int, outputs: int, transposed: bool, seamless: Seamless) -> list[nn.Module]:
    """Layers from (N, inputs, H, W) to (N, outputs, 2H, 2W)."""
    if transposed:
        return [DoublingConv(inputs, outputs)]
    return [Double(smooth=False), Conv(inputs, outputs, 3, bias=False, seamless=seamless)]


class Critic(nn.Module):
    """pictures (N, C, H, W), labels (N, columns) -> scores (N,), raw, float32."""

    def __init__(self, canvas: Canvas, *, width: int, norm: Literal["batch", "spectral", "none"]):
        super().__init__()
        columns, rows, doublings = base_grid(canvas.width, canvas.height)
        channels = [canvas.channels, *channels_at(width, doublings)]
        layers: list[nn.Module] = []
        for inputs, outputs in pairwise(channels):
            layers.append(HalvingConv(inputs, outputs, bias=norm != "batch"))
            # The paper leaves the first layer without normalisation, so that colours and contrast can be told apart.
            if norm == "batch" and inputs != canvas.channels:
                layers.append(nn.BatchNorm2d(outputs))
            layers.append(nn.LeakyReLU(0.2, inplace=True))
        self.layers = nn.Sequential(*layers)
        self.last = nn.Linear(channels[-1] * rows * columns, 1, bias=norm != "batch")
        self.embed = LabelEmbedding(canvas.class_counts, channels[-1]) if canvas.classes else None
        begin_normal(self.layers)
        begin_normal(self.last)
        if norm == "spectral":
            for index, layer in enumerate(self.layers):
                if isinstance(layer, nn.Conv2d):
                    self.layers[index] = spectral_norm(layer)
            spectral_norm(self.last)

    def forward(self, pictures: Tensor, labels: Tensor) -> Tensor:
        """See the class."""
        features = self.layers(pictures)
        scores = self.last(features.permute(0, 2, 3, 1).flatten(1)).flatten().float()
        if self.embed is not None:
            scores = scores + projection(F.adaptive_avg_pool2d(features, 1).flatten(1), self.embed(labels))
        return scores
