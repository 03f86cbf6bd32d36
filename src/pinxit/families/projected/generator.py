"""The generator of `projected`: a FastGAN-like trunk that grows from latents and labels."""

import torch
from torch import Tensor

from pinxit.families.contract import Canvas
from pinxit.networks.conditioning import LabelEmbedding
from pinxit.networks.gated import Trunk
from pinxit.networks.layers import Seamless


class Generator(Trunk):
    """latents (N, `latents`) and labels (N, columns) -> pictures (N, C, H, W) in [-1, 1], alpha premultiplied.

    Differs from Liu et al. 2021 ("Towards faster and stabilized GAN training", FastGAN): no noise inside, because a
    seed is a picture, and the latents also set the gain of every block's channels.
    """

    def __init__(self, canvas: Canvas, *, latents: int, width: int, seamless: Seamless = "no"):
        style = latents * (2 if canvas.class_counts else 1)
        super().__init__((canvas.width, canvas.height), canvas.channels, style=style, width=width, seamless=seamless)
        self.latents = latents
        self.embed = LabelEmbedding(canvas.class_counts, latents) if canvas.class_counts else None

    def forward(self, latents: Tensor, labels: Tensor) -> Tensor:
        """(N, latents), (N, columns) int64 -> (N, C, H, W) float32 in [-1, 1]."""
        style = latents
        if self.embed is not None:
            style = torch.cat([latents, self.embed(labels)], dim=1)
        return torch.tanh(self.grow(style))
