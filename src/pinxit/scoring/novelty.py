"""Are painted pictures new, or copies of what was trained on? Nearest training pictures, and how near is too near."""

from dataclasses import dataclass

import torch
from torch import Tensor

from pinxit.scoring.distances import nearest, radii

CLOSE_SHARE = 0.05


@dataclass(frozen=True)
class Novelty:
    """What was found.

    limit          as near to a training picture as the closest 5 % of training pictures are to another one
    rate           share of painted pictures nearer than `limit` to a training picture
    rate_of_real   the same share of held-back real pictures: what chance and the data alone bring; None without any
    distances      (M,) of each painted picture to its nearest training picture
    training       (M,) which one that is
    """

    limit: float
    rate: float
    rate_of_real: float | None
    distances: Tensor
    training: Tensor

    def closest(self, count: int) -> list[tuple[int, int]]:
        """(painted, training) pairs, the nearest first."""
        order = self.distances.argsort()[:count].tolist()
        return [(painted, int(self.training[painted])) for painted in order]


def novelty(training: Tensor, held_back: Tensor | None, painted: Tensor) -> Novelty:
    """Compare descriptions: training (N, D), held-back real (K, D) or None, painted (M, D) pictures.

    A generator that copies has a `rate` far above `rate_of_real`; one that paints anew has about the same or less.
    """
    limit = float(radii(training.double(), (1,)).quantile(CLOSE_SHARE))
    distances, found = nearest(painted, training)
    of_real = None
    if held_back is not None and len(held_back):
        of_real = share_below(nearest(held_back, training)[0], limit)
    return Novelty(limit, share_below(distances, limit), of_real, distances, found)


def share_below(distances: Tensor, limit: float) -> float:
    """Between 0 and 1; equal counts, so that exact copies are found where all training pictures are alike."""
    return float((distances <= limit).double().mean())


def thumbnails(pictures: Tensor, side: int = 32) -> Tensor:
    """(N, C, H, W) in [-1, 1] -> (N, C * side * side): what pictures are compared by as pictures, not as features."""
    small = torch.nn.functional.interpolate(pictures, (side, side), mode="area")
    return small.flatten(1) / small[0].numel() ** 0.5  # distances are root mean squares
