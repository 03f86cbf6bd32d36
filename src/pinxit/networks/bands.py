"""The grain of a picture, octave by octave, as features without a network."""

import torch.nn.functional as F
from torch import Tensor

LEVELS = 3


def bands(pictures: Tensor, levels: int = LEVELS) -> list[Tensor]:
    """(N, 3, H, W) -> for each octave (N, 27, H / 2^k, W / 2^k): every cell with its eight neighbours, in three colours.

    An octave is what a picture loses when it is halved and doubled again. Its Gram matrix is the fine grain of paint: how
    strong, which way, in which colours. A network with strides barely sees it, so that pictures optimised for such a
    network alone turn grainy; with these beside it the grain is the style's own.
    Octaves: Burt and Adelson 1983, "The Laplacian pyramid as a compact image code".
    """
    found, current = [], pictures.float()
    for _ in range(levels):
        halved = F.avg_pool2d(current, 2)
        octave = current - F.interpolate(halved, current.shape[-2:], mode="bilinear", align_corners=False)
        height, width = octave.shape[-2:]
        found.append(F.unfold(octave, 3, padding=1).unflatten(2, (height, width)))
        current = halved
    return found
