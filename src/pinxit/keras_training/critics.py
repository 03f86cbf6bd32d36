"""The critics of Projected GAN in Keras: see `pinxit.networks.critics`, whose names and numbers these are."""

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from pinxit.keras_training.backend import keras, tf
from pinxit.keras_training.layers import (
    GAIN,
    SLOPE,
    BatchNorm,
    Conv,
    HalvingConv,
    LabelEmbedding,
    adaptive_mean,
    begin_scaled,
    projection,
    through,
    unit,
)
from pinxit.keras_training.normalising import batch_spread
from pinxit.networks.lite0 import TAP_CHANNELS, TAP_SPREADS


class Critic(keras.layers.Layer):
    """Taps of the frozen features -> one score map for each tap. Arguments as those of PyTorch's."""

    def __init__(self, taps: int, width: int, *, class_counts: Sequence[int], seed: int):
        super().__init__()
        self.project = Projection(TAP_CHANNELS[:taps], width, seed)
        self.heads = [
            Head(channels, width, taps - depth, class_counts) for depth, channels in enumerate(self.project.channels)
        ]
        self.built = True

    def call(self, taps: list[Any], labels: Any, training: bool = False) -> list[Any]:
        """Taps as `PictureFeatures.taps` gives them, labels (N, columns) -> maps (N, cells)."""
        mixed = self.project(taps)
        return [head(one, labels, training=training) for head, one in zip(self.heads, mixed, strict=True)]


class Projection(keras.layers.Layer):
    """Frozen features -> fixed random mixtures of channels (1x1) and of scales (from deep to shallow, 3x3).

    Source: Sauer et al. 2021, "Projected GANs converge faster", section 3.2 (CCM and CSM).
    """

    def __init__(self, inputs: Sequence[int], width: int, seed: int):
        super().__init__()
        chance = np.random.RandomState(seed)
        self.channels = tuple(width * (1 if depth < 2 else 2) for depth in range(len(inputs)))
        self.depth = len(inputs)
        for depth, (channels, outputs) in enumerate(zip(inputs, self.channels, strict=True)):
            self.fix(f"mix_channels_{depth}", channels, outputs, 1, chance)
            if depth + 1 < self.depth:
                self.fix(f"from_deeper_{depth}", self.channels[depth + 1], outputs, 1, chance)
            self.fix(f"mix_scales_{depth}", outputs, outputs, 3, chance)
        self.built = True

    def fix(self, name: str, inputs: int, outputs: int, side: int, chance: np.random.RandomState) -> None:
        """Add a kernel (outputs, inputs, side, side) of normal numbers that keeps the variance of what flows through."""
        drawn = chance.standard_normal((outputs, inputs, side, side)) / math.sqrt(inputs * side * side)
        variable = self.add_weight(shape=drawn.shape, trainable=False, name=name)
        variable.assign(drawn)
        setattr(self, name, variable)

    def mix(self, features: Any, name: str) -> Any:
        """Through one of the fixed kernels."""
        return tf.nn.conv2d(features, tf.transpose(getattr(self, name).value, (2, 3, 1, 0)), 1, "SAME")

    def call(self, taps: list[Any]) -> list[Any]:
        """[(N, h, w, inputs[i])] -> [(N, h, w, channels[i])], shallow first."""
        mixed: list[Any] = []
        for depth in reversed(range(self.depth)):
            features = self.mix(taps[depth] / TAP_SPREADS[depth], f"mix_channels_{depth}")
            if mixed:
                narrow = self.mix(mixed[-1], f"from_deeper_{depth}")
                features = (features + tf.image.resize(narrow, features.shape[1:3])) * math.sqrt(0.5)
            mixed.append(self.mix(features, f"mix_scales_{depth}"))
        return mixed[::-1]


class SpectralConv(Conv):
    """A convolution whose weight is divided by its largest singular value; keeps one vector only, `left`.

    Source: Miyato et al. 2018, "Spectral normalization for GANs", algorithm 1.
    """

    def __init__(self, inputs: int, outputs: int, kernel: int, *, stride: int = 1, bias: bool = True):
        super().__init__(inputs, outputs, kernel, stride=stride, bias=bias, margin=(kernel - 1) // 2)
        begun: Any = self.kernel
        begun.assign(keras.initializers.Orthogonal()(begun.shape))

    def build(self, input_shape: Any) -> None:
        super().build(input_shape)
        self.left = self.add_weight(shape=(self.filters,), initializer="random_normal", trainable=False, name="left")
        self.left.assign(unit(self.left.value))

    def ready_kernel(self, training: bool) -> Any:
        """See the class. In training the power iteration goes on by one round."""
        matrix = self.matrix()  # (inputs, outputs)
        still = tf.stop_gradient(matrix)
        if training:
            self.left.assign(unit(tf.linalg.matvec(still, self.toward(still), transpose_a=True)))
        left = tf.stop_gradient(tf.identity(self.left.value))
        right = tf.stop_gradient(self.toward(still))
        kernel: Any = self.kernel
        return kernel.value / tf.tensordot(left, tf.linalg.matvec(matrix, right, transpose_a=True), 1)

    def toward(self, matrix: Any) -> Any:
        """(inputs,): what `left` answers to most."""
        return unit(tf.linalg.matvec(matrix, self.left.value))


def block(inputs: int, outputs: int, kernel: int, *, stride: int = 1) -> list[Any]:
    """Convolve, normalise over the batch, leak."""
    return [
        SpectralConv(inputs, outputs, kernel, stride=stride, bias=False),
        BatchNorm(outputs, tracked=False),
        keras.layers.LeakyReLU(negative_slope=SLOPE),
    ]


class Head(keras.layers.Layer):
    """One depth of mixed features -> a map of scores. Halves `halvings` times."""

    def __init__(self, inputs: int, width: int, halvings: int, class_counts: Sequence[int]):
        super().__init__()
        channels = inputs
        layers: list[Any] = []
        for _ in range(max(0, halvings - 2)):
            layers.append(block(channels, width * 2, 4, stride=2))
            channels = width * 2
        self.layers = [*layers, block(channels, width * 2, 3)]
        self.judge = Judge(inputs, width * 2, class_counts)
        self.built = True

    def call(self, mixed: Any, labels: Any, training: bool = False) -> Any:
        """(N, h, w, inputs), (N, columns) -> (N, cells)."""
        features = mixed
        for layers in self.layers:
            features = through(layers, features, training)
        return self.judge(mixed, features, labels, training=training)


class Judge(keras.layers.Layer):
    """Features -> a map of scores that also knows how varied the batch is and how well pictures fit their labels."""

    def __init__(self, inputs: int, channels: int, class_counts: Sequence[int]):
        super().__init__()
        self.look = block(channels, channels, 1)
        self.score = SpectralConv(channels, 1, 1)
        self.varied = [
            SpectralConv(inputs, channels, 1),
            keras.layers.LeakyReLU(negative_slope=SLOPE),
            SpectralConv(channels, 1, 1, bias=False),
        ]
        self.embed = LabelEmbedding(class_counts, channels) if class_counts else None
        self.built = True

    def call(self, entered: Any, features: Any, labels: Any, training: bool = False) -> Any:
        """(N, H, W, inputs) that entered the head, (N, h, w, C) that left it, (N, columns) -> (N, cells)."""
        features = through(self.look, features, training)
        count, rows, columns = features.shape[:3]
        thin = entered if entered.shape[2] <= columns * 2 else entered[:, ::2, ::2]
        varied = through(self.varied, adaptive_mean(batch_spread(thin), rows, columns), training)
        varied = tf.tile(varied, [count // varied.shape[0], 1, 1, 1])
        scores = tf.reshape(self.score(features, training=training) + varied, (count, -1))
        if self.embed is not None:
            scores = scores + projection(tf.reduce_mean(features, axis=(1, 2)), self.embed(labels))[:, None]
        return scores


class PixelCritic(keras.layers.Layer):
    """A small convolutional critic of the pictures themselves, without any norm."""

    def __init__(self, channels: int, width: int, class_counts: Sequence[int]):
        super().__init__()
        layers: list[Any] = []
        for inputs, outputs in pairwise([channels, width, width * 2, width * 4, width * 4]):
            conv = HalvingConv(inputs, outputs)
            begin_scaled(conv, GAIN)
            layers += [conv, keras.layers.LeakyReLU(negative_slope=SLOPE)]
        self.layers = layers
        self.score = Conv(width * 4, 1, 3)
        begin_scaled(self.score)
        self.embed = LabelEmbedding(class_counts, width * 4) if class_counts else None
        self.built = True

    def call(self, pictures: Any, labels: Any, training: bool = False) -> Any:
        """(N, H, W, C), (N, columns) -> (N,)."""
        features = through(self.layers, pictures, training)
        scores = tf.reduce_mean(self.score(features), axis=(1, 2, 3))
        if self.embed is not None:
            scores = scores + projection(tf.reduce_mean(features, axis=(1, 2)), self.embed(labels))
        return scores
