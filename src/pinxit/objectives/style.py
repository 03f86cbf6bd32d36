"""The manner of a picture in numbers: statistics that forget where things are, and distances between them.

Statistics are added up before they are divided, so that a large picture may come in tiles: `gather` every tile, add, and
`settle` with the number of cells. All of it in float32, whatever the features came in.
"""

from typing import Literal

import torch
from torch import Tensor

Statistic = Literal["gram", "moments"]

SOFT_STEP = 0.02
"""Steps of values in [-1, 1] below about this cost less."""


def gather(features: Tensor, statistic: Statistic, mask: Tensor | None = None) -> Tensor:
    """(1, C, h, w) -> what a statistic is made of, added up over all cells: (C, C) for gram, (2, C) for moments.

    mask  (1, 1, h, w) in 0 … 1: how much each cell counts. Source: Gatys et al. 2016, "Image style transfer using
    convolutional neural networks", eq. 3; with a mask: Gatys et al. 2017, "Controlling perceptual factors in neural style
    transfer", section 4.
    """
    cells = features[0].float().flatten(1)  # (C, hw)
    weighed = cells if mask is None else cells * mask[0].float().flatten(1)
    if statistic == "gram":
        return weighed @ cells.mT
    return torch.stack([weighed.sum(dim=1), (weighed * cells).sum(dim=1)])


def settle(gathered: Tensor, cells: Tensor | float, statistic: Statistic) -> Tensor:
    """Sums over so many cells -> the statistic: Gram matrix (C, C); or means and standard deviations (2, C).

    Moments: Li et al. 2017, "Demystifying neural style transfer", section 4.2.
    """
    average = gathered / cells
    if statistic == "gram":
        return average
    spread = (average[1] - average[0].square()).clamp_min(0) + 1e-6
    return torch.stack([average[0], spread.sqrt()])


def style_distance(found: Tensor, wanted: Tensor) -> Tensor:
    """Two statistics -> squared difference, as a share of the wanted one's square: 0 alike, about 1 unrelated.

    A share, so that layers of different depth and networks with different ranges weigh alike (Gatys divides by sizes).
    """
    return (found - wanted).square().sum() / wanted.square().sum().clamp_min(1e-12)


def content_distance(found: Tensor, wanted: Tensor, scale: Tensor | float) -> Tensor:
    """Features (1, C, h, w) of two pictures -> squared difference added up over cells, divided by `scale`.

    With the sum of the wanted features' squares as `scale` it is a share, as above. Source: Gatys et al. 2016, eq. 1.
    """
    return (found.float() - wanted.float()).square().sum() / scale


def total_variation(pictures: Tensor) -> Tensor:
    """(N, C, H, W) -> mean step between neighbours, sideways and up and down, its square rounded off near 0.

    Steps and not their squares, so that one edge costs what many small steps do, and grain goes before edges.
    Source: Rudin, Osher and Fatemi 1992, "Nonlinear total variation based noise removal algorithms", eq. 2.4a.
    """
    sideways = pictures[..., 1:] - pictures[..., :-1]
    downwards = pictures[..., 1:, :] - pictures[..., :-1, :]
    across, along = ((steps.square() + SOFT_STEP**2).sqrt().mean() for steps in (sideways, downwards))
    return across + along - 2 * SOFT_STEP
