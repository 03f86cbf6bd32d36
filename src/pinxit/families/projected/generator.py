"""The generator of `projected`: a FastGAN-like trunk that grows from latents and labels."""

import torch
from torch import Tensor

from pinxit.families.contract import Canvas
from pinxit.networks.conditioning import LabelEmbedding
from pinxit.networks.gated import Trunk
from pinxit.networks.holes import Surroundings
from pinxit.networks.layers import Seamless


class Generator(Trunk):
    """latents (N, `latents`) and labels (N, columns) -> pictures (N, C, H, W) in [-1, 1], alpha premultiplied.

    Differs from Liu et al. 2021 ("Towards faster and stabilized GAN training", FastGAN): no noise inside, because a
    seed is a picture, and the latents also set the gain of every block's channels.
    """

    def __init__(self, canvas: Canvas, *, latents: int, width: int, seamless: Seamless = "no", completes: bool = False):
        style = latents * (2 if canvas.class_counts else 1)
        super().__init__((canvas.width, canvas.height), canvas.channels, style=style, width=width, seamless=seamless)
        self.latents = latents
        self.embed = LabelEmbedding(canvas.class_counts, latents) if canvas.class_counts else None
        self.surroundings = (
            Surroundings(self.widths, canvas.channels, style=style, seamless=seamless) if completes else None
        )

    def forward(self, latents: Tensor, labels: Tensor) -> Tensor:
        """(N, latents), (N, columns) int64 -> (N, C, H, W) float32 in [-1, 1]."""
        return torch.tanh(self.grow(self.style(latents, labels)))

    def complete(self, latents: Tensor, labels: Tensor, pictures: Tensor, holes: Tensor) -> Tensor:
        """The same, with what is known of `pictures` (N, C, H, W) left as it is: 1 in `holes` (N, 1, H, W) is to be painted."""
        return pictures * (1 - holes) + self.propose(latents, labels, pictures, holes) * holes

    def propose(self, latents: Tensor, labels: Tensor, pictures: Tensor, holes: Tensor) -> Tensor:
        """A whole picture for the holes: what it shows round them says how its colours differ from what is known there."""
        assert self.surroundings is not None
        around, manner = self.surroundings(pictures, holes)
        return torch.tanh(self.grow(self.style(latents, labels) + manner, around))

    def style(self, latents: Tensor, labels: Tensor) -> Tensor:
        """What sets every block's gains, of latents and labels."""
        return latents if self.embed is None else torch.cat([latents, self.embed(labels)], dim=1)
