"""FID and KID by another's hand, from the same features."""

import pytest
import torch
from torch import Tensor, nn
from torchmetrics.image.fid import FrechetInceptionDistance
from torchmetrics.image.kid import KernelInceptionDistance

from pinxit.scoring.distances import KID_UNIT, fid, squared_mmd


class Given(nn.Module):
    """Takes features for pictures."""

    def __init__(self, width: int):
        super().__init__()
        self.num_features = width

    def forward(self, features: Tensor) -> Tensor:
        return features


def sets(count: int, width: int) -> tuple[Tensor, Tensor]:
    """Two clouds of correlated features at or above zero, as a network's pooled features are."""
    dice = torch.Generator().manual_seed(count + width)
    mixing = torch.randn(width, width, generator=dice) / width**0.5
    real = (torch.randn(count, width, generator=dice) @ mixing).clamp_min(0)
    fake = (torch.randn(count, width, generator=dice) @ mixing * 1.2 + 0.1).clamp_min(0)
    return real, fake


@pytest.mark.parametrize(("count", "width"), [(800, 64), (3000, 256), (150, 256)])  # the last: fewer than features
def test_fid_is_the_same(count: int, width: int) -> None:
    real, fake = sets(count, width)
    theirs = FrechetInceptionDistance(feature=Given(width)).set_dtype(torch.float64)
    theirs.update(real.double(), real=True)
    theirs.update(fake.double(), real=False)
    assert fid(real, fake) == pytest.approx(float(theirs.compute()), rel=1e-4)


@pytest.mark.filterwarnings("ignore:Metric `Kernel Inception Distance` will save all extracted features:UserWarning")
@pytest.mark.parametrize(("count", "width"), [(200, 64), (400, 256)])
def test_kid_is_the_same_times_a_thousand(count: int, width: int) -> None:
    real, fake = sets(count, width)
    theirs = KernelInceptionDistance(feature=Given(width), subsets=1, subset_size=count).set_dtype(torch.float64)
    theirs.update(real.double(), real=True)
    theirs.update(fake.double(), real=False)
    mean, _ = theirs.compute()
    ours = float(squared_mmd(real.double(), fake.double())) * KID_UNIT
    assert ours == pytest.approx(float(mean) * 1000, rel=1e-4)
