"""Labels inside networks: an embedding that forgives missing ones, and the projection that judges by them."""

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from pinxit.data.labels import NUMBER_STEPS

WAVES = 8
"""Numbers are seen through so many cosines, so that neighbours are alike."""


class LabelEmbedding(nn.Module):
    """Labels -> features: one embedding per label column, summed. A label of -1 (not given) adds nothing.

    class_counts  number of classes of each column, 0 for a column of numbers; may be empty
    features      length of what comes out
    """

    def __init__(self, class_counts: Sequence[int], features: int, *, spread: float = 1.0):
        super().__init__()
        self.features = features
        # Row 0 stands for "not given": zero, and it never learns.
        self.columns = nn.ModuleList(
            ClassEmbedding(count, features, spread) if count else NumberEmbedding(features, spread)
            for count in class_counts
        )

    def forward(self, labels: Tensor) -> Tensor:
        """(N, columns) int64, -1 = not given -> (N, features) float32; all zero where no label is given."""
        embedded = torch.zeros(labels.shape[0], self.features, device=labels.device)
        for index, column in enumerate(self.columns):
            embedded = embedded + column(labels[:, index] + 1)
        return embedded


class ClassEmbedding(nn.Embedding):
    """(N,) class numbers, counted from 1, 0 = not given -> (N, features)."""

    def __init__(self, count: int, features: int, spread: float):
        super().__init__(count + 1, features, padding_idx=0)
        with torch.no_grad():
            nn.init.normal_(self.weight, 0.0, spread)
            self.weight[0].zero_()


class NumberEmbedding(nn.Module):
    """(N,) steps from 1 to NUMBER_STEPS + 1, 0 = not given -> (N, features), smooth in the number.

    A constant and the first cosines between both ends, each with a vector of its own: near numbers get near vectors, and
    what lies between two that were learned from is painted too.
    """

    waves: Tensor

    def __init__(self, features: int, spread: float):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(1 + WAVES, features) * spread / (1 + WAVES / 2) ** 0.5)
        self.register_buffer("waves", math.pi * torch.arange(1 + WAVES), persistent=False)

    def forward(self, steps: Tensor) -> Tensor:
        """See the class."""
        share = (steps - 1).clamp_min(0).float()[:, None] / NUMBER_STEPS
        return (torch.cos(share * self.waves) @ self.weight) * (steps > 0).float()[:, None]


def projection(features: Tensor, embedded: Tensor) -> Tensor:
    """How well pictures fit their labels: (N, F) features and (N, F) embedded labels -> (N,) to add to the scores.

    Source: Miyato & Koyama 2018, "cGANs with projection discriminator", eq. 3. Divided by sqrt(F), so that its size
    does not depend on the width of the network.
    """
    return (features.float() * embedded.float()).sum(dim=1) / features.shape[1] ** 0.5
