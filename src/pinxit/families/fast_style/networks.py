"""One network with several manners: it halves a picture twice, works at a quarter of the size, and doubles twice.

Johnson et al. 2016, "Perceptual losses for real-time style transfer and super-resolution"; normalised picture by picture
(Ulyanov et al. 2016, "Instance normalization", arXiv 1607.08022), with a scale and shift of its own for each manner (Dumoulin
et al. 2017, "A learned representation for artistic style", arXiv 1610.07629). Doubling is by nearest neighbours with a
convolution behind it, which leaves no chequered pattern (Odena et al. 2016, "Deconvolution and checkerboard artifacts").
Narrower than Johnson's, and with half his first and last layers: those of full size cost most and show least.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from pinxit.networks.doubling import DoublingConv
from pinxit.networks.layers import Conv, Seamless, begin_scaled
from pinxit.networks.style_features import DESCRIBED

LITTLE = 1e-5
"""Added to variances, so that an even picture can be normalised."""
SAID, UNUSUAL = 96, 3.0
"""Numbers that a painting comes to, and how many deviations from what is usual are still told apart."""


def moments_of(features: Tensor) -> Tensor:
    """(N, C, h, w) -> mean and variance of each channel of each picture, (2, N, C) float32.

    By sums and sums of squares: ten times as quick as `torch.var_mean` on channels_last.
    """
    mean = features.mean(dim=(2, 3), dtype=torch.float32)
    square = features.float().square().mean(dim=(2, 3))
    return torch.stack([mean, (square - mean.square()).clamp_min(0)])


class StyledConv(nn.Module):
    """A convolution, normalised, then scaled and shifted as the manner wants it.

    opens, closes  whether the inputs are kept at this layer, and whether what was kept is added to the outputs (a residual
                   block); where it is, no ReLU follows
    """

    def __init__(self, convolve: nn.Module, outputs: int, manners: int, *, opens: bool = False, closes: bool = False):
        super().__init__()
        self.convolve = convolve
        self.scales = nn.Parameter(torch.ones(manners, outputs))
        self.shifts = nn.Parameter(torch.zeros(manners, outputs))
        self.opens, self.closes = opens, closes

    def dress(self, features: Tensor, moments: Tensor, shares: Tensor) -> Tensor:
        """(N, C, h, w), moments (2, N, C), shares of manners (N, manners) -> (N, C, h, w)."""
        with torch.autocast(features.device.type, enabled=False):
            mean, variance = moments
            scale = (shares @ self.scales) * (variance + LITTLE).rsqrt()
            shift = shares @ self.shifts - mean * scale
            scale, shift = (each.to(features.dtype)[:, :, None, None] for each in (scale, shift))
        dressed = torch.addcmul(shift, features, scale)
        return dressed if self.closes else dressed.relu_()


class Repainter(nn.Module):
    """Pictures in, pictures out. `cell`: sides are multiples of it, in pixels; `manners`: their names, in their order."""

    cell = 4
    any_style = False

    def __init__(self, width: int, blocks: int, manners: Sequence[str], seamless: Seamless, numbers: int | None = None):
        super().__init__()
        self.manners = tuple(manners)
        count, half = numbers or len(self.manners), width // 2
        layers = [
            StyledConv(Conv(3, half, 5, stride=2, seamless=seamless, bias=False), half, count),
            StyledConv(Conv(half, width, 3, stride=2, seamless=seamless, bias=False), width, count),
        ]
        for _ in range(blocks):
            for second in (False, True):
                convolve = Conv(width, width, 3, seamless=seamless, bias=False)
                layers.append(StyledConv(convolve, width, count, opens=not second, closes=second))
        layers.append(StyledConv(DoublingConv(width, half, seamless=seamless), half, count))
        self.layers = nn.ModuleList(layers)
        self.last = DoublingConv(half, 3, seamless=seamless)
        for layer in self.modules():
            if isinstance(layer, Conv):
                begin_scaled(layer, 2**0.5)

    def forward(self, pictures: Tensor, shares: Tensor, known: Sequence[Tensor] | None = None) -> Tensor:
        """(N, 3, H, W) in [-1, 1], shares of manners (N, manners) that sum to 1 -> (N, 3, H, W) in [-1, 1].

        known  moments (2, N, C) for each layer, where `pictures` are a part of what is painted
        """
        features = kept = begin(pictures)
        for place, layer in enumerate(self.layers):
            assert isinstance(layer, StyledConv)
            kept = features if layer.opens else kept
            features = layer.convolve(features)
            features = layer.dress(features, moments_of(features) if known is None else known[place], shares)
            features = features + kept if layer.closes else features
        return torch.tanh(self.last(features))

    def shares_of(self, shares: Tensor) -> Tensor:
        """Shares of the manners (N, manners) -> what `forward` takes."""
        return shares

    def unsettled(self, pictures: Tensor, shares: Tensor, known: Sequence[Tensor]) -> Tensor:
        """Features of layer number len(known) before they are normalised, (N, C, h, w), with the moments of all earlier ones
        known: what a picture in parts is described by (see `generation/one_pass.py`)."""
        features = kept = begin(pictures)
        for layer, moments in zip(self.layers, known, strict=False):
            assert isinstance(layer, StyledConv)
            kept = features if layer.opens else kept
            features = layer.dress(layer.convolve(features), moments, shares)
            features = features + kept if layer.closes else features
        return self.layers[len(known)].convolve(features)  # pyright: ignore[reportCallIssue]


class AnyRepainter(Repainter):
    """Paints like any painting it is shown: what scales and shifts its layers is read from that painting's features.

    Huang and Belongie 2017, "Arbitrary style transfer in real-time with adaptive instance normalization", arXiv 1703.06868:
    features of the content get mean and spread of those of the painting (eq. 8). Here they get what a linear map makes of
    means and spreads at several depths, as in Ghiasi et al. 2017, "Exploring the structure of a real-time, arbitrary neural
    artistic stylization network", arXiv 1705.06830: so all of the network is that of learned manners, with `SAID` numbers of
    a painting in the place of shares.

    brush    longest side, in pixels, of the paintings as they are looked at
    learned  (manners, DESCRIBED): the paintings it learned from and knows by name
    """

    any_style = True

    def __init__(self, width: int, blocks: int, manners: Sequence[str], seamless: Seamless, brush: int):
        super().__init__(width, blocks, manners, seamless, 1 + SAID)
        self.brush = brush
        self.reader = nn.Linear(DESCRIBED, SAID)
        begin_scaled(self.reader)
        for layer in self.layers:
            assert isinstance(layer, StyledConv)
            nn.init.zeros_(layer.scales[1:])
        self.register_buffer("mean", torch.zeros(DESCRIBED))
        self.register_buffer("spread", torch.ones(DESCRIBED))
        self.register_buffer("learned", torch.zeros(len(self.manners), DESCRIBED))

    def settle_in(self, described: Tensor) -> None:
        """Descriptions (P, DESCRIBED) of all paintings that will be seen, those with a name first: what is usual in them."""
        self.get_buffer("mean").copy_(described.mean(dim=0))
        self.get_buffer("spread").copy_(described.std(dim=0, correction=0) + LITTLE)
        self.get_buffer("learned").copy_(described[: len(self.manners)])

    def read(self, described: Tensor) -> Tensor:
        """Descriptions of paintings (N, DESCRIBED) as `style_features.moments_in` gives them -> what `forward` takes."""
        usual = (described - self.get_buffer("mean")) / self.get_buffer("spread")
        said = self.reader(usual.clamp(-UNUSUAL, UNUSUAL)).float()
        return torch.cat([torch.ones_like(said[:, :1]), said], dim=1)

    def shares_of(self, shares: Tensor) -> Tensor:
        """Shares of the manners it knows by name (N, manners) -> what `forward` takes."""
        return shares @ self.read(self.get_buffer("learned"))


def begin(pictures: Tensor) -> Tensor:
    """In the memory format that convolutions are quickest in."""
    return pictures.contiguous(memory_format=torch.channels_last)
