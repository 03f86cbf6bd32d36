"""Pictures together with what was asked for: a generator that paints well and does not listen must not look near.

DeVries et al. 2019, "On the evaluation of conditional GANs", arXiv 1907.08175: distances between features joined with the
conditions, so that the right picture for the wrong label counts as wrong.
"""

import math

import torch
import torch.nn.functional as F
from torch import Tensor

from pinxit.data.labels import NUMBER_STEPS
from pinxit.families.contract import Canvas

PIECES = 512
"""Numbers that a caption becomes: rarely do two of its pieces share one."""


def conditions(labels: Tensor, canvas: Canvas) -> Tensor:
    """Label rows (N, columns) int64, as batches have them -> (N, K) float32: a piece of length 1 for each label column.

    A class is a 1 among zeros, a number a place on a quarter of a circle, a caption its pieces as they were counted. What was
    not given is zeros.
    """
    pieces = []
    for place, count in enumerate(canvas.class_counts):
        column, given = labels[:, place], (labels[:, place] >= 0)[:, None]
        if count:
            pieces.append(F.one_hot(column.clamp_min(0), count) * given)
        else:
            angle = column.clamp_min(0) / NUMBER_STEPS * math.pi / 2
            pieces.append(torch.stack([angle.cos(), angle.sin()], dim=1) * given)
    if canvas.vocabulary is not None:
        words = labels[:, len(canvas.class_counts) :]
        counted = torch.zeros(len(words), PIECES).scatter_add_(1, words % PIECES, (words >= 0).float())
        pieces.append(F.normalize(counted, dim=1))
    return torch.cat([piece.float() for piece in pieces], dim=1) if pieces else torch.zeros(len(labels), 0)


class Listening:
    """Joins features with conditions so that both weigh the same: a pair of pictures, and what they were asked to be."""

    def __init__(self, real: Tensor, told: Tensor):
        columns = told.square().sum(dim=1).mean().clamp_min(1e-6)
        self.weight = (real.square().sum(dim=1).mean() / columns).sqrt()

    def join(self, features: Tensor, told: Tensor) -> Tensor:
        """(N, D), (N, K) -> (N, D + K)."""
        return torch.cat([features, self.weight * told], dim=1) if told.shape[1] else features
