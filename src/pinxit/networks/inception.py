"""Inception-v3 as the Frechet Inception Distance has it: the network whose FID stands in papers, frozen.

Szegedy et al. 2015, "Rethinking the Inception architecture for computer vision", arXiv 1512.00567, in the form of
TensorFlow's file of 2015-12-05, by which Heusel et al. 2017 measured. It departs from the paper in two places: averages
leave the padding out, and the last block pools by the maximum. The architecture is written here, and its parts are named
as in the weights that pytorch-fid has published (`scoring/weights.py` finds them). Every block looks at the same features
in several ways and puts what it finds side by side.

Batch norms are folded into the convolutions. On two AVX-512 cores, float32, 8 pictures at a time: 24 pictures/s, and 9
unfolded in NCHW (`python -m bench.scoring`).
"""

from collections.abc import Mapping

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from pinxit.errors import PinxitError
from pinxit.networks.published import folded

SIDE, DESCRIPTION = 299, 2048
COLUMN, ROW = (7, 1), (1, 7)


class FoldedConv(nn.Module):
    """Convolution, batch norm and ReLU; the published tensors lie under this module's own name."""

    weight: Tensor
    bias: Tensor

    def __init__(
        self, inputs: int, outputs: int, kernel: int | tuple[int, int] = 1, *, stride: int = 1, pad: bool = True
    ):
        super().__init__()
        height, width = (kernel, kernel) if isinstance(kernel, int) else kernel
        self.stride, self.padding = stride, (height // 2, width // 2) if pad else 0
        self.register_buffer("weight", torch.zeros(outputs, inputs, height, width))
        self.register_buffer("bias", torch.zeros(outputs))

    def shapes(self, name: str) -> dict[str, tuple[int, ...]]:
        """What is published of this convolution when it is called `name`."""
        norm = {
            f"{name}.bn.{part}": tuple(self.bias.shape) for part in ("weight", "bias", "running_mean", "running_var")
        }
        return {f"{name}.conv.weight": tuple(self.weight.shape), **norm}

    def forward(self, inputs: Tensor) -> Tensor:
        """(N, inputs, H, W) -> (N, outputs, H / stride, W / stride); without `pad` a little less."""
        return F.conv2d(inputs, self.weight, self.bias, self.stride, self.padding).relu_()


def average(features: Tensor) -> Tensor:
    """The mean over 3 x 3; at the edge over what is there."""
    return F.avg_pool2d(features, 3, stride=1, padding=1, count_include_pad=False)


class BlockA(nn.Module):
    """Of 35 x 35."""

    def __init__(self, inputs: int, pooled: int):
        super().__init__()
        self.branch1x1 = FoldedConv(inputs, 64)
        self.branch5x5_1 = FoldedConv(inputs, 48)
        self.branch5x5_2 = FoldedConv(48, 64, 5)
        self.branch3x3dbl_1 = FoldedConv(inputs, 64)
        self.branch3x3dbl_2 = FoldedConv(64, 96, 3)
        self.branch3x3dbl_3 = FoldedConv(96, 96, 3)
        self.branch_pool = FoldedConv(inputs, pooled)

    def forward(self, inputs: Tensor) -> Tensor:
        """(N, inputs, H, W) -> (N, 224 + pooled, H, W)."""
        return torch.cat(
            [
                self.branch1x1(inputs),
                self.branch5x5_2(self.branch5x5_1(inputs)),
                self.branch3x3dbl_3(self.branch3x3dbl_2(self.branch3x3dbl_1(inputs))),
                self.branch_pool(average(inputs)),
            ],
            dim=1,
        )


class BlockB(nn.Module):
    """From 35 x 35 to 17 x 17."""

    def __init__(self, inputs: int):
        super().__init__()
        self.branch3x3 = FoldedConv(inputs, 384, 3, stride=2, pad=False)
        self.branch3x3dbl_1 = FoldedConv(inputs, 64)
        self.branch3x3dbl_2 = FoldedConv(64, 96, 3)
        self.branch3x3dbl_3 = FoldedConv(96, 96, 3, stride=2, pad=False)

    def forward(self, inputs: Tensor) -> Tensor:
        """(N, inputs, H, W) -> (N, 480 + inputs, H / 2, W / 2)."""
        double = self.branch3x3dbl_3(self.branch3x3dbl_2(self.branch3x3dbl_1(inputs)))
        return torch.cat([self.branch3x3(inputs), double, F.max_pool2d(inputs, 3, stride=2)], dim=1)


class BlockC(nn.Module):
    """Of 17 x 17, with 7 x 7 kernels taken apart into columns and rows."""

    def __init__(self, inputs: int, narrow: int):
        super().__init__()
        self.branch1x1 = FoldedConv(inputs, 192)
        self.branch7x7_1 = FoldedConv(inputs, narrow)
        self.branch7x7_2 = FoldedConv(narrow, narrow, ROW)
        self.branch7x7_3 = FoldedConv(narrow, 192, COLUMN)
        self.branch7x7dbl_1 = FoldedConv(inputs, narrow)
        self.branch7x7dbl_2 = FoldedConv(narrow, narrow, COLUMN)
        self.branch7x7dbl_3 = FoldedConv(narrow, narrow, ROW)
        self.branch7x7dbl_4 = FoldedConv(narrow, narrow, COLUMN)
        self.branch7x7dbl_5 = FoldedConv(narrow, 192, ROW)
        self.branch_pool = FoldedConv(inputs, 192)

    def forward(self, inputs: Tensor) -> Tensor:
        """(N, inputs, H, W) -> (N, 768, H, W)."""
        double = self.branch7x7dbl_3(self.branch7x7dbl_2(self.branch7x7dbl_1(inputs)))
        return torch.cat(
            [
                self.branch1x1(inputs),
                self.branch7x7_3(self.branch7x7_2(self.branch7x7_1(inputs))),
                self.branch7x7dbl_5(self.branch7x7dbl_4(double)),
                self.branch_pool(average(inputs)),
            ],
            dim=1,
        )


class BlockD(nn.Module):
    """From 17 x 17 to 8 x 8."""

    def __init__(self, inputs: int):
        super().__init__()
        self.branch3x3_1 = FoldedConv(inputs, 192)
        self.branch3x3_2 = FoldedConv(192, 320, 3, stride=2, pad=False)
        self.branch7x7x3_1 = FoldedConv(inputs, 192)
        self.branch7x7x3_2 = FoldedConv(192, 192, ROW)
        self.branch7x7x3_3 = FoldedConv(192, 192, COLUMN)
        self.branch7x7x3_4 = FoldedConv(192, 192, 3, stride=2, pad=False)

    def forward(self, inputs: Tensor) -> Tensor:
        """(N, inputs, H, W) -> (N, 512 + inputs, H / 2, W / 2)."""
        large = self.branch7x7x3_4(self.branch7x7x3_3(self.branch7x7x3_2(self.branch7x7x3_1(inputs))))
        return torch.cat([self.branch3x3_2(self.branch3x3_1(inputs)), large, F.max_pool2d(inputs, 3, stride=2)], dim=1)


class BlockE(nn.Module):
    """Of 8 x 8, and wide. `maximum`: pool by the maximum, as the last block of this file does."""

    def __init__(self, inputs: int, *, maximum: bool):
        super().__init__()
        self.maximum = maximum
        self.branch1x1 = FoldedConv(inputs, 320)
        self.branch3x3_1 = FoldedConv(inputs, 384)
        self.branch3x3_2a = FoldedConv(384, 384, (1, 3))
        self.branch3x3_2b = FoldedConv(384, 384, (3, 1))
        self.branch3x3dbl_1 = FoldedConv(inputs, 448)
        self.branch3x3dbl_2 = FoldedConv(448, 384, 3)
        self.branch3x3dbl_3a = FoldedConv(384, 384, (1, 3))
        self.branch3x3dbl_3b = FoldedConv(384, 384, (3, 1))
        self.branch_pool = FoldedConv(inputs, 192)

    def forward(self, inputs: Tensor) -> Tensor:
        """(N, inputs, H, W) -> (N, 2048, H, W)."""
        single, double = self.branch3x3_1(inputs), self.branch3x3dbl_2(self.branch3x3dbl_1(inputs))
        pooled = F.max_pool2d(inputs, 3, stride=1, padding=1) if self.maximum else average(inputs)
        return torch.cat(
            [
                self.branch1x1(inputs),
                self.branch3x3_2a(single),
                self.branch3x3_2b(single),
                self.branch3x3dbl_3a(double),
                self.branch3x3dbl_3b(double),
                self.branch_pool(pooled),
            ],
            dim=1,
        )


class Inception(nn.Module):
    """The whole network up to its last pooling. Every number is a frozen buffer."""

    def __init__(self) -> None:
        super().__init__()
        self.Conv2d_1a_3x3 = FoldedConv(3, 32, 3, stride=2, pad=False)
        self.Conv2d_2a_3x3 = FoldedConv(32, 32, 3, pad=False)
        self.Conv2d_2b_3x3 = FoldedConv(32, 64, 3)
        self.Conv2d_3b_1x1 = FoldedConv(64, 80)
        self.Conv2d_4a_3x3 = FoldedConv(80, 192, 3, pad=False)
        self.Mixed_5b = BlockA(192, pooled=32)
        self.Mixed_5c = BlockA(256, pooled=64)
        self.Mixed_5d = BlockA(288, pooled=64)
        self.Mixed_6a = BlockB(288)
        self.Mixed_6b = BlockC(768, narrow=128)
        self.Mixed_6c = BlockC(768, narrow=160)
        self.Mixed_6d = BlockC(768, narrow=160)
        self.Mixed_6e = BlockC(768, narrow=192)
        self.Mixed_7a = BlockD(768)
        self.Mixed_7b = BlockE(1280, maximum=False)
        self.Mixed_7c = BlockE(DESCRIPTION, maximum=True)

    def pooled(self, pictures: Tensor) -> Tensor:
        """(N, 3, 299, 299) in [-1, 1] -> (N, 2048) float32: "pool3", what FID is made of."""
        with torch.autocast(pictures.device.type, enabled=False):
            features = pictures.to(self.Conv2d_1a_3x3.weight.dtype).contiguous(memory_format=torch.channels_last)
            features = self.Conv2d_2b_3x3(self.Conv2d_2a_3x3(self.Conv2d_1a_3x3(features)))
            features = self.Conv2d_4a_3x3(self.Conv2d_3b_1x1(F.max_pool2d(features, 3, stride=2)))
            features = F.max_pool2d(features, 3, stride=2)
            for block in (self.Mixed_5b, self.Mixed_5c, self.Mixed_5d, self.Mixed_6a, self.Mixed_6b, self.Mixed_6c):
                features = block(features)
            for block in (self.Mixed_6d, self.Mixed_6e, self.Mixed_7a, self.Mixed_7b, self.Mixed_7c):
                features = block(features)
            return features.float().mean(dim=(2, 3))

    @torch.no_grad()
    def fold(self, stored: Mapping[str, Tensor]) -> None:
        """Take over the published weights, batch norms folded in; names that are not needed are passed over.

        Raises PinxitError with every difference when they are not of this network; nothing is taken over then.
        """
        convs = {name: part for name, part in self.named_modules() if isinstance(part, FoldedConv)}
        needed = {name: shape for own, conv in convs.items() for name, shape in conv.shapes(own).items()}
        missing = [name for name in needed if name not in stored]
        other = [name for name in needed if name in stored and tuple(stored[name].shape) != needed[name]]
        if missing or other:
            told = [f"{name} is missing" for name in missing]
            told += [f"{name} is {tuple(stored[name].shape)} and should be {needed[name]}" for name in other]
            raise PinxitError(f"These are not the weights of FID's Inception-v3: {'; '.join(told)}.")
        for name, conv in convs.items():
            kernel, bias = folded(stored, f"{name}.conv", f"{name}.bn")
            conv.weight.copy_(kernel)
            conv.bias.copy_(bias)
