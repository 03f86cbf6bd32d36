"""Labels inside networks: an embedding that forgives missing ones, and the projection that judges by them."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn


class LabelEmbedding(nn.Module):
    """Labels -> features: one embedding per label column, summed. A label of -1 (not given) adds nothing.

    class_counts  number of classes of each column; may be empty
    features      length of what comes out
    """

    def __init__(self, class_counts: Sequence[int], features: int, *, spread: float = 1.0):
        super().__init__()
        self.features = features
        # Row 0 stands for "not given": zero, and it never learns.
        columns = [nn.Embedding(count + 1, features, padding_idx=0) for count in class_counts]
        with torch.no_grad():
            for column in columns:
                nn.init.normal_(column.weight, 0.0, spread)
                column.weight[0].zero_()
        self.columns = nn.ModuleList(columns)

    def forward(self, labels: Tensor) -> Tensor:
        """(N, columns) int64, -1 = not given -> (N, features) float32; all zero where no label is given."""
        embedded = torch.zeros(labels.shape[0], self.features, device=labels.device)
        for index, column in enumerate(self.columns):
            embedded = embedded + column(labels[:, index] + 1)
        return embedded


def projection(features: Tensor, embedded: Tensor) -> Tensor:
    """How well pictures fit their labels: (N, F) features and (N, F) embedded labels -> (N,) to add to the scores.

    Source: Miyato & Koyama 2018, "cGANs with projection discriminator", eq. 3. Divided by sqrt(F), so that its size
    does not depend on the width of the network.
    """
    return (features.float() * embedded.float()).sum(dim=1) / features.shape[1] ** 0.5
