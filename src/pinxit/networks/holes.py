"""Completing pictures: random holes to learn from, and an encoder that tells a trunk what is around them.

Gated convolutions and free-form holes: Yu et al. 2018, "Free-form image inpainting with gated convolution", arXiv 1806.03589.
One generator that paints from latents and completes pictures: Zhao et al. 2021, "Large scale image completion via co-modulated
generative adversarial networks", arXiv 2103.10428.
"""

import torch
from torch import Tensor, nn

from pinxit.networks.dice import Dice
from pinxit.networks.gated import gate
from pinxit.networks.layers import Conv, Seamless

WHOLE, HALVES = 0.25, 0.25
"""Shares of pictures that are a hole altogether, and of which a side is missing; the others get strokes."""
POINTS, THIN, THICK = 6, 0.05, 0.16
"""Of a stroke: how many points it goes through, and half its thickness as a share of the shorter side."""


def random_holes(dice: Dice, count: int, height: int, width: int) -> Tensor:
    """(count, 1, height, width) float32, 1 where a hole is: everything, one side, or strokes with a brush."""
    kind, cut = dice.uniform(count, 1), 0.3 + 0.4 * dice.uniform(count, 1)
    side = dice.integers(0, 4, count, 1)
    down, across = torch.meshgrid(
        (torch.arange(height) + 0.5) / height, (torch.arange(width) + 0.5) / width, indexing="ij"
    )
    down, across = down.flatten().to(kind.device), across.flatten().to(kind.device)
    place = torch.where(side < 2, across, down)  # (count, pixels)
    halves = torch.where(side % 2 == 0, place < cut, place > cut)
    # Strokes: a walk of points, and how far every pixel is from its pieces.
    steps = torch.cat([dice.uniform(count, 1, 2), 0.5 * (dice.uniform(count, POINTS - 1, 2) - 0.5)], dim=1)
    points = steps.cumsum(dim=1).clamp(0, 1)
    scale = torch.tensor([height, width], device=kind.device) / min(height, width)
    pixels = torch.stack([down, across], dim=1) * scale  # (pixels, 2)
    begin, end = points[:, :-1] * scale, points[:, 1:] * scale
    along = end - begin
    to_pixel = pixels[None, None] - begin[:, :, None]  # (count, pieces, pixels, 2)
    share = (to_pixel * along[:, :, None]).sum(dim=3) / along.square().sum(dim=2).clamp_min(1e-6)[:, :, None]
    away = (to_pixel - share.clamp(0, 1)[..., None] * along[:, :, None]).square().sum(dim=3)
    thickness = THIN + (THICK - THIN) * dice.uniform(count, POINTS - 1)
    strokes = (away < thickness.square()[:, :, None]).any(dim=1)
    holes = torch.where(kind < WHOLE + HALVES, halves, strokes) | (kind < WHOLE)
    return holes.float().reshape(count, 1, height, width)


class Surroundings(nn.Module):
    """What is around a hole, for each level of a trunk and for its style: added there, and nothing where all is a hole.

    widths   channels of the trunk's levels, from the coarsest grid to full size
    channels of the pictures
    style    length of the trunk's style vector: colours go with it, so it has to know them too
    Its last layers begin at zero: a trunk that goes on from a model first paints what that model does.
    """

    def __init__(self, widths: list[int], channels: int, *, style: int, seamless: Seamless = "no"):
        super().__init__()
        inner = [max(8, width // 2) for width in widths]
        self.first = Conv(channels + 1, 2 * inner[-1], 3, seamless=seamless)
        self.coarser = nn.ModuleList(
            Conv(inner[level + 1], 2 * inner[level], 3, stride=2, seamless=seamless) for level in range(len(widths) - 1)
        )
        self.wider = nn.ModuleList(
            Conv(inner[level], 2 * inner[level], 3, seamless=seamless) for level in range(len(widths))
        )
        self.tell = nn.ModuleList(Conv(inner[level], widths[level], 1) for level in range(len(widths)))
        self.manner = nn.Sequential(nn.Linear(2 * sum(inner), style), nn.LeakyReLU(0.2), nn.Linear(style, style))
        for layer in (*self.tell, self.manner[-1]):
            assert isinstance(layer, Conv | nn.Linear)
            nn.init.zeros_(layer.weight)
            assert layer.bias is not None
            nn.init.zeros_(layer.bias)

    def forward(self, pictures: Tensor, holes: Tensor) -> tuple[list[Tensor], Tensor]:
        """(N, C, H, W) in [-1, 1], holes (N, 1, H, W) -> features to add at each level, coarsest first, and (N, style)."""
        known = (holes.mean(dim=(1, 2, 3), keepdim=True) < 1).float()
        features = gate(self.first(torch.cat([pictures * (1 - holes), 2 * holes - 1], dim=1)))
        found = [features]
        for layer in reversed(self.coarser):
            found.append(gate(layer(found[-1])))
        coarse_first = list(reversed(found))
        pooled = [pool for one in found for pool in (one.mean(dim=(2, 3)), one.amax(dim=(2, 3)))]
        manner = self.manner(torch.cat(pooled, dim=1).float()) * known[:, :, 0, 0]
        return [
            tell(one + gate(wider(one))) * known
            for one, wider, tell in zip(coarse_first, self.wider, self.tell, strict=True)
        ], manner
