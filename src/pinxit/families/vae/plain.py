"""The plain autoencoder: a picture is a vector of numbers.

Kingma and Welling 2013, "Auto-encoding variational Bayes", arXiv 1312.6114. Departures: convolutions; seeds reach the encodings
through a learned flow (see `prior.py`); the numbers also set the gain of every channel on the way back to a picture.
"""

import torch
from torch import Tensor, nn

from pinxit.families.contract import Canvas
from pinxit.families.vae.entry import VaeSettings
from pinxit.families.vae.networks import Grow, Posterior, Shrink
from pinxit.families.vae.prior import Flow
from pinxit.families.vae.shape import widths
from pinxit.networks.grid import base_grid
from pinxit.networks.layers import Conv, begin_scaled


class Encoder(nn.Module):
    """pictures (N, C, H, W), labels (N, columns) -> what they are squeezed to, (N, latents)."""

    def __init__(self, settings: VaeSettings, canvas: Canvas):
        super().__init__()
        columns, rows, doublings = base_grid(canvas.width, canvas.height)
        channels = widths(settings.width, doublings)
        self.shrink = Shrink([canvas.channels, *channels[1:]], settings.seamless)
        self.head = Posterior(channels[-1], rows, columns, settings.latents, canvas.class_counts)

    def forward(self, pictures: Tensor, labels: Tensor) -> Tensor:
        """See the class: the likeliest numbers, without chance."""
        return self.posterior(pictures, labels)[0]

    def posterior(self, pictures: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and log variance, each (N, latents) float32."""
        return self.head(self.shrink(pictures), labels)


class Painter(nn.Module):
    """The generator: latents (N, latents), labels (N, columns) -> pictures (N, C, H, W) in [-1, 1], float32."""

    def __init__(self, settings: VaeSettings, canvas: Canvas):
        super().__init__()
        self.latents = settings.latents
        columns, rows, doublings = base_grid(canvas.width, canvas.height)
        channels = widths(settings.width, doublings)[::-1]
        counts, seamless = canvas.class_counts, settings.seamless
        self.flow = Flow(settings.latents, counts) if settings.prior == "flow" else None
        self.grow = Grow(settings.latents, channels, rows, columns, counts, seamless, thorough=False)
        self.to_picture = Conv(channels[-1], canvas.channels, 3, seamless=seamless)
        begin_scaled(self.to_picture)

    def forward(self, latents: Tensor, labels: Tensor) -> Tensor:
        """See the class."""
        return self.draw(latents if self.flow is None else self.flow(latents, labels), labels)

    def draw(self, encoded: Tensor, labels: Tensor) -> Tensor:
        """(N, latents) as the encoder says them -> pictures."""
        return torch.tanh(self.to_picture(self.grow(encoded, labels)).float())

    def to_codes(self, encoded: Tensor, labels: Tensor) -> Tensor:
        """What the encoder says -> (N, latents) as seeds give them: edits and walks begin there."""
        return encoded if self.flow is None else self.flow.inverse(encoded, labels)[0]

    def from_codes(self, codes: Tensor, labels: Tensor) -> Tensor:
        """`to_codes` back to pictures."""
        return self(codes, labels)

    def bits(self, codes: Tensor) -> Tensor | None:
        """None: numbers have no length in bits until they are rounded."""
        return None
