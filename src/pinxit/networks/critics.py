"""The critics of Projected GAN: small heads on randomly mixed, frozen features, and one that looks at pixels."""

import math
from collections.abc import Sequence
from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from pinxit.networks.conditioning import LabelEmbedding, projection
from pinxit.networks.layers import GAIN, SLOPE, begin_scaled
from pinxit.networks.lite0 import TAP_CHANNELS, TAP_SPREADS
from pinxit.networks.normalising import batch_spread


class Critic(nn.Module):
    """Taps of the frozen features -> one score map for each tap.

    taps   how many depths, each with a head
    width  channels of projected features and heads
    seed   where the fixed random projections come from
    """

    def __init__(self, taps: int, width: int, *, class_counts: Sequence[int], seed: int):
        super().__init__()
        self.project = Projection(TAP_CHANNELS[:taps], width, seed)
        self.heads = nn.ModuleList(
            Head(channels, width, taps - depth, class_counts) for depth, channels in enumerate(self.project.channels)
        )

    def forward(self, taps: list[Tensor], labels: Tensor) -> list[Tensor]:
        """Taps as `PictureFeatures.taps` gives them, labels (N, columns) -> maps (N, cells)."""
        return [head(mixed, labels) for head, mixed in zip(self.heads, self.project(taps), strict=True)]


class Projection(nn.Module):
    """Frozen features -> fixed random mixtures of channels (1x1) and of scales (from deep to shallow, 3x3).

    Keeps the critic from leaning on the few features that tell real from fake at once.
    Source: Sauer et al. 2021, "Projected GANs converge faster", section 3.2 (CCM and CSM).
    """

    def __init__(self, inputs: Sequence[int], width: int, seed: int):
        super().__init__()
        dice = torch.Generator().manual_seed(seed)
        self.channels = [width * (1 if depth < 2 else 2) for depth in range(len(inputs))]
        self.depth = len(inputs)
        for depth, (channels, outputs) in enumerate(zip(inputs, self.channels, strict=True)):
            self.register_buffer(f"mix_channels_{depth}", fixed_kernel(channels, outputs, 1, dice))
            deeper = self.channels[min(depth + 1, self.depth - 1)]
            if depth + 1 < self.depth:
                self.register_buffer(f"from_deeper_{depth}", fixed_kernel(deeper, outputs, 1, dice))
            self.register_buffer(f"mix_scales_{depth}", fixed_kernel(outputs, outputs, 3, dice))

    def forward(self, taps: list[Tensor]) -> list[Tensor]:
        """[(N, inputs[i], h, w)] -> [(N, channels[i], h, w)], shallow first."""
        mixed: list[Tensor] = []
        for depth in reversed(range(self.depth)):
            features = F.conv2d(
                taps[depth] / TAP_SPREADS[depth], self.get_buffer(f"mix_channels_{depth}").to(taps[depth].dtype)
            )
            if mixed:
                narrow = F.conv2d(mixed[-1], self.get_buffer(f"from_deeper_{depth}").to(features.dtype))
                deeper = F.interpolate(narrow, features.shape[-2:], mode="bilinear", align_corners=False)
                features = (features + deeper) * math.sqrt(0.5)
            kernel = self.get_buffer(f"mix_scales_{depth}").to(features.dtype)
            mixed.append(F.conv2d(features, kernel, padding=1))
        return mixed[::-1]


def fixed_kernel(inputs: int, outputs: int, side: int, dice: torch.Generator) -> Tensor:
    """(outputs, inputs, side, side) normal numbers that keep the variance of what flows through."""
    return torch.randn(outputs, inputs, side, side, generator=dice) / math.sqrt(inputs * side * side)


class SpectralConv(nn.Conv2d):
    """A convolution whose weight is divided by its largest singular value: one power iteration a training step.

    In float32 whatever autocast says; `left` is a buffer, so a checkpoint goes on with the same estimate.
    Source: Miyato et al. 2018, "Spectral normalization for GANs", algorithm 1.
    """

    left: Tensor

    def __init__(self, inputs: int, outputs: int, kernel: int, *, stride: int = 1, bias: bool = True):
        padding = (kernel - 1) // 2
        super().__init__(inputs, outputs, kernel, stride=stride, padding=padding, bias=bias)
        nn.init.orthogonal_(self.weight)
        self.register_buffer("left", F.normalize(torch.randn(outputs), dim=0))

    def forward(self, input: Tensor) -> Tensor:
        """(N, inputs, H, W) -> (N, outputs, H', W')."""
        with torch.autocast(input.device.type, enabled=False):
            matrix = self.weight.flatten(1)
            if self.training and torch.is_grad_enabled():
                self.iterate(matrix.detach())
            left = self.left.clone()  # the buffer may change before the gradient is taken
            with torch.no_grad():
                right = F.normalize(matrix.mT @ left, dim=0)
            weight = self.weight / torch.dot(left, matrix @ right)
        return self._conv_forward(input, weight, self.bias)

    def iterate(self, matrix: Tensor) -> None:
        """One power iteration: `left` (outputs,) turns towards the largest singular vector of `matrix`."""
        right = F.normalize(matrix.mT @ self.left, dim=0)
        self.left.copy_(F.normalize(matrix @ right, dim=0))


def block(inputs: int, outputs: int, kernel: int, *, stride: int = 1) -> nn.Sequential:
    """Convolve, normalise over the batch, leak.

    Real and fake batches are normalised apart, so no head can live on a difference of means: without this norm every
    score was beyond the hinge's margin after ten steps, and the generator learned nothing from it.
    """
    return nn.Sequential(
        SpectralConv(inputs, outputs, kernel, stride=stride, bias=False),
        nn.BatchNorm2d(outputs, track_running_stats=False),
        nn.LeakyReLU(SLOPE),
    )


class Head(nn.Module):
    """One depth of mixed features -> a map of scores. Halves `halvings` times."""

    def __init__(self, inputs: int, width: int, halvings: int, class_counts: Sequence[int]):
        super().__init__()
        layers: list[nn.Module] = []
        channels = inputs
        for _ in range(max(0, halvings - 2)):
            layers.append(block(channels, width * 2, 4, stride=2))
            channels = width * 2
        self.layers = nn.Sequential(*layers, block(channels, width * 2, 3))
        self.judge = Judge(inputs, width * 2, class_counts)

    def forward(self, mixed: Tensor, labels: Tensor) -> Tensor:
        """(N, inputs, h, w), (N, columns) -> (N, cells)."""
        return self.judge(mixed, self.layers(mixed), labels)


class Judge(nn.Module):
    """Features -> a map of scores that also knows how varied the batch is and how well pictures fit their labels.

    Variety is measured on what enters a head and added after the last norm: normalised over the batch, fake pictures
    that are all alike would differ from each other as much as real ones, and nothing would speak against collapse.
    """

    def __init__(self, inputs: int, channels: int, class_counts: Sequence[int]):
        super().__init__()
        self.look = block(channels, channels, 1)
        self.score = SpectralConv(channels, 1, 1)
        self.varied = nn.Sequential(
            SpectralConv(inputs, channels, 1), nn.LeakyReLU(SLOPE), SpectralConv(channels, 1, 1, bias=False)
        )
        self.embed = LabelEmbedding(class_counts, channels) if class_counts else None

    def forward(self, entered: Tensor, features: Tensor, labels: Tensor) -> Tensor:
        """(N, inputs, H, W) that entered the head, (N, C, h, w) that left it, (N, columns) -> (N, cells) float32."""
        features = self.look(features)
        rows, columns = features.shape[-2:]
        thin = entered if entered.shape[-1] <= columns * 2 else entered[..., ::2, ::2]  # every second cell says enough
        spread = F.adaptive_avg_pool2d(batch_spread(thin), (rows, columns))
        varied = self.varied(spread).repeat(len(features) // len(spread), 1, 1, 1)
        scores = (self.score(features) + varied).flatten(1).float()
        if self.embed is not None:
            scores = scores + projection(features.mean(dim=(2, 3)), self.embed(labels))[:, None]
        return scores


class PixelCritic(nn.Module):
    """A small convolutional critic of the pictures themselves: sees alpha, exact colours and fine lines.

    Without any norm: what a norm over the batch divides away is what this one is for (how strong contrasts are, how much
    pictures differ). Its slope is held by penalties instead.
    """

    def __init__(self, channels: int, width: int, class_counts: Sequence[int]):
        super().__init__()
        layers: list[nn.Module] = []
        for inputs, outputs in pairwise([channels, width, width * 2, width * 4, width * 4]):
            conv = nn.Conv2d(inputs, outputs, 4, stride=2, padding=1)
            begin_scaled(conv, GAIN)
            layers += [conv, nn.LeakyReLU(SLOPE)]
        self.layers = nn.Sequential(*layers)
        self.score = nn.Conv2d(width * 4, 1, 3, padding=1)
        begin_scaled(self.score)
        self.embed = LabelEmbedding(class_counts, width * 4) if class_counts else None

    def forward(self, pictures: Tensor, labels: Tensor) -> Tensor:
        """(N, C, H, W), (N, columns) -> (N,) float32."""
        features = self.layers(pictures)
        scores = self.score(features).float().mean(dim=(1, 2, 3))
        if self.embed is not None:
            scores = scores + projection(features.mean(dim=(2, 3)), self.embed(labels))
        return scores
