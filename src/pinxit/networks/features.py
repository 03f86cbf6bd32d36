"""Picture features: EfficientNet-Lite0, trained on ImageNet by its authors, frozen here.

Two uses: a critic that looks at features instead of pixels (family `projected`), and distances between sets of
pictures (`scoring`). What it is, and where its weights come from: `lite0.py`.

Batch norms are folded into the convolutions, because frozen statistics are only a scale and a shift. On two AMX cores,
in bf16 and channels_last, 32 pictures of 64 px take 10 ms forward and 31 with the gradient (float32: 16 and 45), of
128 px 34 ms forward. oneDNN has no quick bf16 gradient of a *strided* depthwise convolution (18 ms for one layer, and
0.8 for the same layer without stride), hence `StridedDepthwise`.
"""

from functools import cache
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from pinxit.networks import lite0
from pinxit.networks.lite0 import CLASSES, HEAD_CHANNELS, STAGES, STEM_CHANNELS, TAPPED_BLOCKS
from pinxit.networks.published import folded, unpack


class StridedDepthwise(torch.autograd.Function):
    """Depthwise convolution with stride 2 and a frozen kernel, whose gradient is a depthwise convolution of stride 1.

    The gradient is spread out with zeros between and convolved with the turned kernel: oneDNN is quick at that in bf16.
    `kernel` (C, 1, K + 1, K + 1) begins with a row and a column of zeros (see `FrozenConv`), which the gradient skips.
    """

    @staticmethod
    def forward(ctx: Any, inputs: Tensor, kernel: Tensor, bias: Tensor) -> Tensor:
        """(N, C, H, W), even sides -> (N, C, H/2, W/2)."""
        ctx.save_for_backward(kernel)
        return F.conv2d(inputs, kernel, bias, stride=2, padding=kernel.shape[-1] // 2 - 1, groups=len(kernel))

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None, None]:
        """(N, C, H/2, W/2) -> (N, C, H, W)."""
        (kernel,), (gradient,) = ctx.saved_tensors, gradients
        count, channels, rows, columns = gradient.shape
        spread = gradient.new_zeros(count, 2 * rows, 2 * columns, channels).permute(0, 3, 1, 2)  # channels_last
        spread[:, :, 1::2, 1::2] = gradient
        turned = kernel[:, :, 1:, 1:].flip((-2, -1))
        return F.conv2d(spread, turned, padding=turned.shape[-1] // 2, groups=channels), None, None


class FrozenConv(nn.Module):
    """Convolution with its batch norm folded in; TensorFlow's "same" padding, which is where the weights come from.

    With stride 2 and an even side TensorFlow pads one less before than after. The same result without a padded copy of
    the input: a kernel one row and one column larger, with zeros first, and equal padding.
    """

    weight: Tensor
    bias: Tensor

    def __init__(self, inputs: int, outputs: int, kernel: int, *, stride: int = 1, groups: int = 1):
        super().__init__()
        side = kernel + 1 if stride == 2 else kernel
        self.stride, self.groups, self.padding = stride, groups, (side - 1) // 2
        self.register_buffer("weight", torch.zeros(outputs, inputs // groups, side, side))
        self.register_buffer("bias", torch.zeros(outputs))

    def forward(self, inputs: Tensor) -> Tensor:
        """(N, inputs, H, W) -> (N, outputs, H / stride, W / stride), rounded up."""
        height, width = inputs.shape[-2:]
        if self.stride == 2 and (height % 2 or width % 2):
            inputs = F.pad(inputs, (width % 2, 0, height % 2, 0))  # along odd sides TensorFlow pads equally
        if self.stride == 2 and self.groups > 1:
            return StridedDepthwise.apply(inputs, self.weight, self.bias)
        return F.conv2d(inputs, self.weight, self.bias, self.stride, self.padding, groups=self.groups)

    def take(self, kernel: Tensor, bias: Tensor) -> None:
        """Take over a convolution with TensorFlow's padding."""
        larger = self.weight.shape[-1] - kernel.shape[-1]
        self.weight.copy_(F.pad(kernel, (larger, 0, larger, 0)))
        self.bias.copy_(bias)


class ClampedByBits(torch.autograd.Function):
    """bfloat16 to 0 ... 6, in place, as whole numbers.

    A bfloat16 above 0 is ordered as its bits are, and one below 0 has the bits of a negative int16, so that one clamp of
    int16 does it: on a CPU several times as quick as PyTorch's of bfloat16, which took a tenth of a training step.
    """

    @staticmethod
    def forward(ctx: Any, features: Tensor) -> Tensor:
        """Any shape, bfloat16."""
        ctx.mark_dirty(features)
        features.view(torch.int16).clamp_(0, SIX_IN_BITS)
        ctx.save_for_backward(features)
        return features

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Tensor:
        """None where it was clamped."""
        (clamped,) = ctx.saved_tensors
        return torch.ops.aten.hardtanh_backward(gradients[0], clamped, 0.0, 6.0)


SIX_IN_BITS = 0x40C0
"""6.0 as a bfloat16."""


def clamp(features: Tensor) -> Tensor:
    """To 0 ... 6, in place: no gradient needs a frozen convolution's own output, and fresh memory costs time."""
    if features.dtype == torch.bfloat16 and features.device.type == "cpu":
        return ClampedByBits.apply(features)
    return F.relu6(features, inplace=True)


class InvertedBlock(nn.Module):
    """Widen (1x1), look around (depthwise), narrow (1x1), and add where the shape stays."""

    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int, expansion: int):
        super().__init__()
        wide = inputs * expansion
        self.widen = FrozenConv(inputs, wide, 1) if expansion > 1 else None
        self.look = FrozenConv(wide, wide, kernel, stride=stride, groups=wide)
        self.narrow = FrozenConv(wide, outputs, 1)
        self.adds = stride == 1 and inputs == outputs

    def forward(self, inputs: Tensor) -> Tensor:
        """(N, inputs, H, W) -> (N, outputs, H / stride, W / stride)."""
        wide = inputs if self.widen is None else clamp(self.widen(inputs))
        narrow = self.narrow(clamp(self.look(wide)))
        return inputs + narrow if self.adds else narrow


class PictureFeatures(nn.Module):
    """EfficientNet-Lite0 with four taps. Every number is a frozen buffer: nothing here can be trained by accident."""

    classifier: Tensor
    classifier_bias: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.stem = FrozenConv(3, STEM_CHANNELS, 3, stride=2)
        self.blocks = nn.ModuleList()
        channels = STEM_CHANNELS
        for count, kernel, stride, expansion, outputs in STAGES:
            for index in range(count):
                self.blocks.append(InvertedBlock(channels, outputs, kernel, 1 if index else stride, expansion))
                channels = outputs
        self.head = FrozenConv(channels, HEAD_CHANNELS, 1)
        self.register_buffer("classifier", torch.zeros(CLASSES, HEAD_CHANNELS))
        self.register_buffer("classifier_bias", torch.zeros(CLASSES))

    def taps(self, pictures: Tensor, depth: int = len(TAPPED_BLOCKS)) -> list[Tensor]:
        """(N, 3, H, W) in [-1, 1] -> features at the first `depth` taps: (N, TAP_CHANNELS[i], H / TAP_STRIDES[i], …).

        Sides are rounded up. In the number format of the weights, autocast or not.
        """
        found = []
        with torch.autocast(pictures.device.type, enabled=False):
            features = self._begin(pictures)
            for index, block in enumerate(self.blocks):
                features = block(features)
                if index in TAPPED_BLOCKS:
                    found.append(features)
                    if len(found) == depth:
                        break
        return found

    def pooled(self, pictures: Tensor) -> Tensor:
        """(N, 3, H, W) in [-1, 1] -> (N, 1280) float32: one description of each picture, what distances are made of."""
        with torch.autocast(pictures.device.type, enabled=False):
            features = self._begin(pictures)
            for block in self.blocks:
                features = block(features)
            return self.summed_up(features)

    def summed_up(self, last: Tensor) -> Tensor:
        """The last tap (N, 320, H, W) -> (N, 1280) float32, as `pooled` gives it."""
        with torch.autocast(last.device.type, enabled=False):
            return clamp(self.head(last)).float().mean(dim=(2, 3))

    def classify(self, pictures: Tensor) -> Tensor:
        """(N, 3, H, W) in [-1, 1] -> (N, 1000) float32 scores of the ImageNet classes. Trained at 224 px."""
        described = self.pooled(pictures)
        with torch.autocast(pictures.device.type, enabled=False):
            return F.linear(described, self.classifier.float(), self.classifier_bias.float())

    def _begin(self, pictures: Tensor) -> Tensor:
        # Trained on (x * 255 - 127) / 128 with x in [0, 1].
        inputs = pictures.to(self.stem.weight.dtype) * (127.5 / 128) + 0.5 / 128
        return clamp(self.stem(inputs.contiguous(memory_format=torch.channels_last)))

    @torch.no_grad()
    def fold(self, stored: dict[str, Tensor]) -> None:
        """Take over the published weights, batch norms folded in."""

        self.stem.take(*folded(stored, "_conv_stem", "_bn0"))
        for index, block in enumerate(self.blocks):
            assert isinstance(block, InvertedBlock)
            name = f"_blocks.{index}"
            if block.widen is not None:
                block.widen.take(*folded(stored, f"{name}._expand_conv", f"{name}._bn0"))
            block.look.take(*folded(stored, f"{name}._depthwise_conv", f"{name}._bn1"))
            block.narrow.take(*folded(stored, f"{name}._project_conv", f"{name}._bn2"))
        self.head.take(*folded(stored, "_conv_head", "_bn1"))
        self.classifier.copy_(stored["_fc.weight"])
        self.classifier_bias.copy_(stored["_fc.bias"])


def load_features(dtype: torch.dtype = torch.float32, device: torch.device | str = "cpu") -> PictureFeatures:
    """EfficientNet-Lite0 with its ImageNet weights, ready to use, in `dtype` and channels_last.

    Autocast casts frozen weights anew at every use, so whoever computes in bf16 asks for bf16 here.
    Raises PinxitError when the weights are not installed, or are not the ones that are expected.
    """
    features = PictureFeatures()
    features.fold(read_weights())
    return features.to(device=device, dtype=dtype, memory_format=torch.channels_last).eval()  # pyright: ignore[reportCallIssue]


@cache
def read_weights() -> dict[str, Tensor]:
    """The published weights by name, float32. Checked by hash before anything is unpacked."""
    return unpack(lite0.published(), lite0.SHA256, "The weights of the picture features", lite0.REPAIR)
