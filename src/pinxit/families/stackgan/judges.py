"""Who knows what was asked for: the matcher, from which the reader of captions learns, and the critic of pairs."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from pinxit.networks.critics import SpectralConv
from pinxit.networks.layers import GAIN, SLOPE, begin_scaled
from pinxit.networks.lite0 import FIELDS, TAP_CHANNELS, TAP_SPREADS

SEEN_CHANNELS = sum(TAP_CHANNELS)


def fields_of(taps: list[Tensor]) -> Tensor:
    """Frozen features at all depths -> (N, SEEN_CHANNELS, 4, 4), each depth brought to a spread of about 1."""
    pooled = [F.adaptive_avg_pool2d(tap.float(), FIELDS) for tap in taps]
    return torch.cat([tap / TAP_SPREADS[depth] for depth, tap in enumerate(pooled)], dim=1)


class Matcher(nn.Module):
    """Frozen features of a picture -> a vector (N, features) like that of its caption."""

    def __init__(self, width: int, features: int):
        super().__init__()
        self.mix = nn.Conv2d(SEEN_CHANNELS, width, 1)
        self.look = nn.Conv2d(width, width, 3, padding=1)
        self.tell = nn.Linear(width * FIELDS * FIELDS, features)
        begin_scaled(self.mix, GAIN)
        begin_scaled(self.look, GAIN)
        begin_scaled(self.tell)

    def forward(self, fields: Tensor) -> Tensor:
        """(N, SEEN_CHANNELS, 4, 4) -> (N, features)."""
        mixed = F.leaky_relu(self.mix(fields), SLOPE)
        return self.tell(F.leaky_relu(self.look(mixed), SLOPE).flatten(1))


class PairCritic(nn.Module):
    """Whether a picture and a caption belong together and the picture is real: the conditional side of a stage's critic.

    The caption's vector is laid beside the features of every field, and both are looked at together.
    Source: Zhang et al. 2016, "StackGAN", section 3.3.3; 2017, "StackGAN++", eq. 9.
    """

    def __init__(self, width: int, features: int):
        super().__init__()
        self.see = SpectralConv(SEEN_CHANNELS, width, 1)
        self.tell = nn.Linear(features, width)
        self.join = SpectralConv(2 * width, width, 1)
        self.look = SpectralConv(width, width, 3)
        self.score = SpectralConv(width, 1, 1)
        begin_scaled(self.tell)

    def forward(self, fields: Tensor, caption: Tensor) -> Tensor:
        """(N, SEEN_CHANNELS, 4, 4), (N, features) -> (N,) float32."""
        seen = F.leaky_relu(self.see(fields), SLOPE)
        told = self.tell(caption)[:, :, None, None].expand(-1, -1, *seen.shape[-2:])
        both = F.leaky_relu(self.join(torch.cat([seen, told], dim=1)), SLOPE)
        return self.score(F.leaky_relu(self.look(both), SLOPE)).float().mean(dim=(1, 2, 3))
