"""How unlike a painted picture is to a given one, pixel by pixel and by what it shows, in all of it or in a part."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from pinxit.networks.features import load_features
from pinxit.networks.pictures import over
from pinxit.scoring.stream import WHITE, resize

DEPTH = 3
FEATURES = 1.0
"""What an unlikeness of features weighs beside one of pixels."""


class Unlikeness:
    """From 0 (the same) on. `wanted` (1, C, H, W) in [-1, 1], alpha premultiplied.

    known    (1, 1, H, W), 1 where it counts, 0 elsewhere; None: everywhere
    weights  (1, 1, H, W), how much each pixel counts; None: those that are known all the same
    """

    def __init__(self, wanted: Tensor, known: Tensor | None = None, weights: Tensor | None = None):
        self.wanted = wanted
        self.known = torch.ones_like(wanted[:, :1]) if known is None else known
        self.weights = self.known if weights is None else weights
        self.network = load_features(device=wanted.device)
        self.seen = self.features(wanted)

    def __call__(self, pictures: Tensor) -> Tensor:
        """(N, C, H, W) -> (N,).

        Features: squared distances of unit-length ones at every place. Source: Zhang et al. 2018, "The unreasonable
        effectiveness of deep features as a perceptual metric", eq. 1, with every channel counting the same.
        """
        apart = [
            (one - other).square().sum(dim=1).mean(dim=(1, 2))
            for one, other in zip(self.features(pictures), self.seen, strict=True)
        ]
        return self.pixels(pictures) + FEATURES * torch.stack(apart).mean(dim=0)

    def pixels(self, pictures: Tensor) -> Tensor:
        """(N, C, H, W) -> (N,): mean difference where it counts, in the range of 2 that pictures have."""
        return ((pictures - self.wanted).abs() * self.weights).mean(dim=(1, 2, 3)) / self.weights.mean()

    def features(self, pictures: Tensor) -> list[Tensor]:
        """Of pictures over white, grey where it does not count: (N, channels, h, w) each, of unit length at every place."""
        shown = resize(over(pictures, WHITE) * self.known)
        return [F.normalize(tap.float(), dim=1) for tap in self.network.taps(shown, depth=DEPTH)]
