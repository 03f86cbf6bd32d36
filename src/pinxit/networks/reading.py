"""Reading labels by frozen features: do painted pictures show what they were asked for?

By all depths, each by fields: averages over a whole picture, as distances between sets of pictures use them, tell 80 % of
eight expressions on drawn heads, and these all of them.
"""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from pinxit.networks.lite0 import READ_FIELDS, TAP_CHANNELS, TAP_SPREADS


def by_fields(taps: Sequence[Tensor]) -> Tensor:
    """Taps as `PictureFeatures.taps` gives them -> (N, `width_of` so many taps) float32: what readers of labels look at."""
    parts = [
        F.adaptive_avg_pool2d(tap.float() / spread, side).flatten(1)
        for tap, spread, side in zip(taps, TAP_SPREADS, READ_FIELDS, strict=False)
    ]
    return torch.cat(parts, dim=1)


def width_of(taps: int) -> int:
    """How many numbers `by_fields` gives."""
    return sum(channels * side**2 for channels, side in zip(TAP_CHANNELS[:taps], READ_FIELDS, strict=False))


class LabelReader(nn.Module):
    """One linear classifier for each column of classes, on all taps by fields. Columns of numbers are not read.

    Source: Odena et al. 2017, "Conditional image synthesis with auxiliary classifier GANs", but learned from real pictures
    alone, and on features that stay as they are.
    """

    def __init__(self, taps: int, class_counts: Sequence[int]):
        super().__init__()
        self.read = [place for place, count in enumerate(class_counts) if count]
        self.columns = nn.ModuleList(nn.Linear(width_of(taps), class_counts[place]) for place in self.read)
        for weights in self.parameters():
            nn.init.zeros_(weights)

    def forward(self, taps: Sequence[Tensor], labels: Tensor) -> Tensor:
        """Taps as `PictureFeatures.taps` gives them, labels (N, columns), -1 not given -> cross-entropy (columns,) float32.

        0 for a column that no picture has a label of.
        """
        features, told = by_fields(taps), []
        for place, column in zip(self.read, self.columns, strict=True):
            wanted = labels[:, place]
            missed = F.cross_entropy(column(features).float(), wanted, ignore_index=-1, reduction="sum")
            told.append(missed / (wanted >= 0).sum().clamp_min(1))
        return torch.stack(told)

    def size(self) -> Tensor:
        """The squares of all weights, summed: what `READ_DECAY` is of."""
        return torch.stack([weights.square().sum() for weights in self.parameters()]).sum()
