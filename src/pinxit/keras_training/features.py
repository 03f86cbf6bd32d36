"""Picture features in TensorFlow: EfficientNet-Lite0, frozen. See `pinxit.networks.features`, whose numbers these are.

Its weights come from TensorFlow, so its own "same" padding is what they were made for.
"""

from functools import cache
from typing import Any

import numpy as np

from pinxit.keras_training.backend import tf
from pinxit.keras_training.published import folded, unpack
from pinxit.networks import lite0
from pinxit.networks.lite0 import STAGES, TAPPED_BLOCKS


class FrozenConv:
    """Convolution with its batch norm folded in; depthwise where each channel has one kernel of its own."""

    def __init__(self, kernel: np.ndarray, bias: np.ndarray, stride: int, *, depthwise: bool = False):
        self.kernel = tf.constant(kernel.transpose(2, 3, 0, 1) if depthwise else kernel.transpose(2, 3, 1, 0))
        self.bias, self.stride, self.depthwise = tf.constant(bias), stride, depthwise

    def __call__(self, inputs: Any) -> Any:
        """(N, H, W, inputs) -> (N, H / stride, W / stride, outputs), rounded up."""
        strides = [1, self.stride, self.stride, 1]
        convolve = tf.nn.depthwise_conv2d if self.depthwise else tf.nn.conv2d
        return tf.nn.bias_add(convolve(inputs, self.kernel, strides, "SAME"), self.bias)


class InvertedBlock:
    """Widen (1x1), look around (depthwise), narrow (1x1), and add where the shape stays."""

    def __init__(self, stored: dict[str, np.ndarray], name: str, stride: int):
        wide = f"{name}._expand_conv"
        self.widen = FrozenConv(*folded(stored, wide, f"{name}._bn0"), 1) if f"{wide}.weight" in stored else None
        self.look = FrozenConv(*folded(stored, f"{name}._depthwise_conv", f"{name}._bn1"), stride, depthwise=True)
        self.narrow = FrozenConv(*folded(stored, f"{name}._project_conv", f"{name}._bn2"), 1)
        self.stride = stride

    def __call__(self, inputs: Any) -> Any:
        """(N, H, W, inputs) -> (N, H / stride, W / stride, outputs)."""
        wide = inputs if self.widen is None else tf.nn.relu6(self.widen(inputs))
        narrow = self.narrow(tf.nn.relu6(self.look(wide)))
        return inputs + narrow if self.stride == 1 and inputs.shape[-1] == narrow.shape[-1] else narrow


class PictureFeatures:
    """EfficientNet-Lite0 with four taps. Constants only: nothing here can be trained by accident."""

    def __init__(self, stored: dict[str, np.ndarray]):
        self.stem = FrozenConv(*folded(stored, "_conv_stem", "_bn0"), 2)
        strides = [1 if index else first for count, _, first, _, _ in STAGES for index in range(count)]
        self.blocks = [InvertedBlock(stored, f"_blocks.{index}", stride) for index, stride in enumerate(strides)]

    def taps(self, pictures: Any, depth: int = len(TAPPED_BLOCKS)) -> list[Any]:
        """(N, H, W, 3) in [-1, 1] -> features at the first `depth` taps, each half as large as the one before."""
        features, found = tf.nn.relu6(self.stem(pictures * (127.5 / 128) + 0.5 / 128)), []
        for block in self.blocks[: TAPPED_BLOCKS[depth - 1] + 1]:
            features = block(features)
            if self.blocks.index(block) in TAPPED_BLOCKS:
                found.append(features)
        return found


@cache
def load_features() -> PictureFeatures:
    """EfficientNet-Lite0 with its ImageNet weights. Raises PinxitError when they are not installed, or are others."""
    return PictureFeatures(unpack(lite0.published(), lite0.SHA256, "The weights of the picture features", lite0.REPAIR))
