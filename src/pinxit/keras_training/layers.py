"""The shared layers in Keras: the same attribute names and the same numbers as `pinxit.networks`, cells before channels.

Features are (N, H, W, C). Every layer has its weights as soon as it is made, because a model file may fill them before
anything was computed. How each kind of layer is named and laid out in PyTorch stands in `weights.py`, once.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Literal

import numpy as np

from pinxit.data.labels import NUMBER_STEPS
from pinxit.keras_training.backend import keras, tf

Seamless = Literal["no", "x", "y", "both"]
SLOPE = 0.2
GAIN = (2 / (1 + SLOPE**2)) ** 0.5
WAVES = 8


def wraps(seamless: Seamless, axis: Literal["x", "y"]) -> bool:
    """Whether pictures wrap round along `axis`."""
    return seamless in (axis, "both")


def wrap(features: Any, margin: int, seamless: Seamless) -> Any:
    """(N, H, W, C) -> the same with `margin` cells of the opposite edge added along the seamless axes only."""
    if margin and wraps(seamless, "x"):
        features = tf.concat([features[:, :, -margin:], features, features[:, :, :margin]], axis=2)
    if margin and wraps(seamless, "y"):
        features = tf.concat([features[:, -margin:], features, features[:, :margin]], axis=1)
    return features


def framed(features: Any, margin: int, seamless: Seamless) -> Any:
    """(N, H, W, C) -> the same with `margin` cells added on every side: of the opposite edge where seamless, else zeros."""
    wrapped = wrap(features, margin, seamless)
    down, across = (0 if wraps(seamless, axis) else margin for axis in ("y", "x"))
    return tf.pad(wrapped, [[0, 0], [down, down], [across, across], [0, 0]]) if down or across else wrapped


def usual(inputs: int) -> Any:
    """How PyTorch begins weights and biases that look at `inputs` numbers: uniform within 1 / sqrt(inputs)."""
    return keras.initializers.RandomUniform(-(inputs**-0.5), inputs**-0.5)


class Spectral:
    """A layer whose kernel may be divided by its largest singular value, found by one round of power iteration a pass.

    Source: Miyato et al. 2018, "Spectral normalization for generative adversarial networks", algorithm 1.
    """

    spectral = False

    def find_direction(self) -> None:
        """Add the two vectors of the power iteration, and begin it. To be called while weights are added."""
        layer: Any = self
        matrix = self.matrix()
        inputs, outputs = matrix.shape
        layer.u = layer.add_weight(shape=(outputs,), initializer="random_normal", trainable=False, name="u")
        layer.v = layer.add_weight(shape=(inputs,), initializer="random_normal", trainable=False, name="v")

    def matrix(self) -> Any:
        """The kernel as (inputs, outputs)."""
        layer: Any = self
        return tf.reshape(layer.kernel, (-1, layer.kernel.shape[-1]))

    def ready_kernel(self, training: bool) -> Any:
        """The kernel to compute with. In training the power iteration goes on by one round."""
        layer: Any = self
        if not self.spectral:
            return layer.kernel.value
        if training:
            self.iterate()
        u, v = tf.stop_gradient(tf.identity(layer.u.value)), tf.stop_gradient(tf.identity(layer.v.value))
        return layer.kernel.value / tf.tensordot(tf.linalg.matvec(self.matrix(), v, transpose_a=True), u, 1)

    def iterate(self, rounds: int = 1) -> None:
        """Change u and v towards the directions of the largest singular value."""
        layer: Any = self
        matrix, v = tf.stop_gradient(self.matrix()), tf.identity(layer.v.value)
        u = layer.u.value
        for _ in range(rounds):
            u = unit(tf.linalg.matvec(matrix, v, transpose_a=True))
            v = unit(tf.linalg.matvec(matrix, u))
        layer.u.assign(u)
        layer.v.assign(v)


def unit(vector: Any) -> Any:
    """A vector scaled to length 1."""
    return vector / tf.maximum(tf.norm(vector), 1e-12)


def with_bias(layer: Any, features: Any) -> Any:
    """Features (…, outputs) plus the layer's bias, if it has one."""
    return tf.nn.bias_add(features, layer.bias.value) if layer.use_bias else features


def make_spectral(layer: Any) -> None:
    """Begin spectral normalisation with a kernel that has its first weights: fifteen rounds, as PyTorch does."""
    if isinstance(layer, Spectral) and layer.spectral:
        layer.iterate(15)


class Conv(Spectral, keras.layers.Conv2D):
    """A convolution that keeps the size (odd kernels) and wraps round along the seamless axes; with `stride` 2 it halves."""

    def __init__(
        self,
        inputs: int,
        outputs: int,
        kernel: int = 3,
        *,
        stride: int = 1,
        groups: int = 1,
        bias: bool = True,
        seamless: Seamless = "no",
        spectral: bool = False,
        margin: int | None = None,
    ):
        begin = usual(inputs // groups * kernel**2)
        super().__init__(
            outputs, kernel, strides=stride, padding="valid", groups=groups, use_bias=bias,
            kernel_initializer=begin, bias_initializer=begin,
        )  # fmt: skip
        self.margin = kernel // 2 if margin is None else margin
        self.seamless: Seamless = seamless
        self.spectral = spectral
        self.build((None, None, None, inputs))

    def build(self, input_shape: Any) -> None:
        super().build(input_shape)
        if self.spectral:
            self.find_direction()

    def call(self, inputs: Any, training: bool = False) -> Any:
        """(N, H, W, inputs) -> (N, H / stride, W / stride, outputs)."""
        wider = framed(inputs, self.margin, self.seamless)
        kernel = self.ready_kernel(training)
        if self.groups > 1:
            kernel = dense(kernel, self.groups)
        return with_bias(self, tf.nn.conv2d(wider, kernel, self.strides, "VALID"))


def dense(kernel: Any, groups: int) -> Any:
    """A kernel of groups (H, W, I / groups, O) -> (H, W, I, O), zero from one group to another.

    TensorFlow cannot differentiate a grouped convolution twice on a processor.
    """
    inputs, outputs = kernel.shape[2] * groups, kernel.shape[3]
    same = np.arange(inputs)[:, None] * groups // inputs == np.arange(outputs) * groups // outputs
    return tf.tile(kernel, [1, 1, groups, 1]) * same.astype(np.float32)


class HalvingConv(Conv):
    """Kernel 4, stride 2, padding 1: (N, H, W, inputs) -> (N, H/2, W/2, outputs)."""

    def __init__(self, inputs: int, outputs: int, *, bias: bool = True, spectral: bool = False):
        super().__init__(inputs, outputs, 4, stride=2, bias=bias, spectral=spectral, margin=1)


class DoublingConv(keras.layers.Conv2DTranspose):
    """Transposed, kernel 4, stride 2, padding 1: (N, H, W, inputs) -> (N, 2H, 2W, outputs). Without bias."""

    def __init__(self, inputs: int, outputs: int):
        super().__init__(outputs, 4, strides=2, padding="same", use_bias=False, kernel_initializer=usual(16 * outputs))
        self.build((None, None, None, inputs))


class Linear(Spectral, keras.layers.Dense):
    """(N, inputs) -> (N, outputs)."""

    def __init__(self, inputs: int, outputs: int, *, bias: bool = True, spectral: bool = False):
        begin = usual(inputs)
        super().__init__(outputs, use_bias=bias, kernel_initializer=begin, bias_initializer=begin)
        self.spectral = spectral
        self.build((None, inputs))

    def build(self, input_shape: Any) -> None:
        super().build(input_shape)
        if self.spectral:
            self.find_direction()

    def call(self, inputs: Any, training: bool = False) -> Any:
        """See the class."""
        return with_bias(self, tf.matmul(inputs, self.ready_kernel(training)))


class BatchNorm(keras.layers.Layer):
    """Batch normalisation with the running statistics that PyTorch keeps: momentum 0.1, variance without bias.

    tracked  whether there are any; without them every batch is normalised by itself, while painting too
    affine   whether a gain and an offset are learned
    Source: Ioffe and Szegedy 2015, "Batch normalization".
    """

    def __init__(self, features: int, *, tracked: bool = True, affine: bool = True):
        super().__init__()
        self.tracked = tracked
        self.gamma = self.add_weight(shape=(features,), initializer="ones", trainable=affine, name="gamma")
        self.beta = self.add_weight(shape=(features,), initializer="zeros", trainable=affine, name="beta")
        self.affine = affine
        self.moving_mean = self.add_weight(shape=(features,), initializer="zeros", trainable=False, name="mean")
        self.moving_variance = self.add_weight(shape=(features,), initializer="ones", trainable=False, name="variance")
        self.batches = self.add_weight(
            shape=(), initializer="zeros", dtype="int64", trainable=False, autocast=False, name="batches"
        )
        self.built = True

    def call(self, features: Any, training: bool = False) -> Any:
        """(N, H, W, C) -> the same shape."""
        told = {"x": features, "scale": self.gamma.value, "offset": self.beta.value, "epsilon": 1e-5}
        if self.tracked and not training:
            known = {"mean": self.moving_mean.value, "variance": self.moving_variance.value}
            return tf.raw_ops.FusedBatchNormV3(**told, **known, is_training=False).y
        found = tf.raw_ops.FusedBatchNormV3(**told, mean=[], variance=[], is_training=True)
        if not self.tracked:
            return found.y
        for slow, now in ((self.moving_mean, found.batch_mean), (self.moving_variance, found.batch_variance)):
            slow.assign(slow.value + 0.1 * (tf.stop_gradient(now) - slow.value))
        self.batches.assign(self.batches.value + 1)
        return found.y


class FirstGrid(keras.layers.Layer):
    """Latents (N, inputs) -> features (N, rows, columns, outputs): what a generator grows from."""

    def __init__(self, inputs: int, outputs: int, columns: int, rows: int, *, bias: bool = True):
        super().__init__()
        self.shape = (rows, columns, outputs)
        self.linear = Linear(inputs, outputs * columns * rows, bias=bias)
        self.built = True

    def call(self, latents: Any) -> Any:
        """See the class."""
        return tf.reshape(self.linear(latents), (-1, *self.shape))


def double(features: Any, seamless: Seamless = "no") -> Any:
    """(N, H, W, C) -> (N, 2H, 2W, C), smoothly: bilinear, which is the filter [1, 3, 3, 1] / 4 along each axis.

    Written as weighted sums of neighbours: quicker to differentiate, twice too, than resizing.
    """
    for axis in (1, 2):
        features = double_along(features, axis, wraps(seamless, "y" if axis == 1 else "x"))
    return features


def double_along(features: Any, axis: int, circular: bool) -> Any:
    """One axis of `double`. At the ends the last cell is met twice, unless pictures wrap round."""
    size = features.shape[axis]
    first, last = (tf.gather(features, [place], axis=axis) for place in (0, size - 1))
    before, after = (last, first) if circular else (first, last)
    padded = tf.concat([before, features, after], axis=axis)
    lower = tf.gather(padded, range(size), axis=axis)
    upper = tf.gather(padded, range(2, size + 2), axis=axis)
    pairs = tf.stack([0.75 * features + 0.25 * lower, 0.75 * features + 0.25 * upper], axis=axis + 1)
    shape = list(features.shape)
    shape[axis] = 2 * size
    return tf.reshape(pairs, [-1, *shape[1:]])


def double_plainly(features: Any) -> Any:
    """(N, H, W, C) -> (N, 2H, 2W, C): every cell four times (nearest neighbour)."""
    rows, columns, channels = features.shape[1:]
    spread = tf.broadcast_to(features[:, :, None, :, None], (tf.shape(features)[0], rows, 2, columns, 2, channels))
    return tf.reshape(spread, (-1, 2 * rows, 2 * columns, channels))


def halve(features: Any) -> Any:
    """(N, H, W, C) -> (N, H/2, W/2, C): the mean of every two by two cells."""
    rows, columns, channels = features.shape[1:]
    return tf.reduce_mean(tf.reshape(features, (-1, rows // 2, 2, columns // 2, 2, channels)), axis=(2, 4))


def adaptive_mean(features: Any, rows: int, columns: int) -> Any:
    """(N, H, W, C) -> (N, rows, columns, C): means of fields as even as can be, as PyTorch's adaptive pooling takes them."""
    for axis, fields in ((1, rows), (2, columns)):
        length = features.shape[axis]
        if length == fields:
            continue
        shares = np.zeros((fields, length), np.float32)
        for field in range(fields):
            first, end = field * length // fields, -(-(field + 1) * length // fields)
            shares[field, first:end] = 1 / (end - first)
        features = tf.einsum("nhwc,yh->nywc" if axis == 1 else "nhwc,xw->nhxc", features, shares)
    return features


class Double(keras.layers.Layer):
    """`double` (smooth) or nearest-neighbour doubling as a layer. Both wrap without a seam."""

    def __init__(self, *, seamless: Seamless = "no", smooth: bool = True):
        super().__init__()
        self.seamless: Seamless = seamless
        self.smooth = smooth
        self.built = True

    def call(self, features: Any) -> Any:
        """(N, H, W, C) -> (N, 2H, 2W, C)."""
        return double(features, self.seamless) if self.smooth else double_plainly(features)


def through(layers: Iterable[Any], features: Any, training: bool) -> Any:
    """Features through one layer after the other."""
    for layer in layers:
        features = layer(features, training=training) if takes_training(layer) else layer(features)
    return features


def takes_training(layer: Any) -> bool:
    """Whether a layer computes otherwise while it trains."""
    return isinstance(layer, Spectral | BatchNorm) or getattr(layer, "trains_otherwise", False)


class LabelEmbedding(keras.layers.Layer):
    """Labels -> features: one embedding per label column, summed. A label of -1 (not given) adds nothing.

    class_counts  number of classes of each column, 0 for a column of numbers
    """

    def __init__(self, class_counts: Sequence[int], features: int, *, spread: float = 1.0):
        super().__init__()
        self.columns = [
            ClassEmbedding(count, features, spread) if count else NumberEmbedding(features, spread)
            for count in class_counts
        ]
        self.built = True

    def call(self, labels: Any) -> Any:
        """(N, columns) int64, -1 = not given -> (N, features)."""
        return tf.add_n([column(labels[:, index] + 1) for index, column in enumerate(self.columns)])


class ClassEmbedding(keras.layers.Embedding):
    """(N,) class numbers, counted from 1, 0 = not given -> (N, features). Row 0 is zero and never learns."""

    def __init__(self, count: int, features: int, spread: float):
        super().__init__(count + 1, features)
        self.build((None,))
        begun = np.random.normal(0.0, spread, (count + 1, features))
        begun[0] = 0
        self.weight: Any = self.embeddings
        self.weight.assign(begun)

    def call(self, places: Any) -> Any:
        """See the class."""
        found = tf.gather(self.weight.value, places)
        return tf.where((places > 0)[:, None], found, tf.stop_gradient(found))


class NumberEmbedding(keras.layers.Layer):
    """(N,) steps from 1 to NUMBER_STEPS + 1, 0 = not given -> (N, features), smooth in the number."""

    def __init__(self, features: int, spread: float):
        super().__init__()
        begin = keras.initializers.RandomNormal(0.0, spread / (1 + WAVES / 2) ** 0.5)
        self.weight = self.add_weight(shape=(1 + WAVES, features), initializer=begin, name="weight")
        self.built = True

    def call(self, steps: Any) -> Any:
        """See the class."""
        share = tf.cast(tf.maximum(steps - 1, 0), tf.float32)[:, None] / NUMBER_STEPS
        waves = tf.cos(share * (np.float32(np.pi) * np.arange(1 + WAVES, dtype=np.float32)))
        return tf.matmul(waves, self.weight.value) * tf.cast(steps > 0, tf.float32)[:, None]


def projection(features: Any, embedded: Any) -> Any:
    """How well pictures fit their labels: (N, F) and (N, F) -> (N,) to add to the scores.

    Source: Miyato & Koyama 2018, "cGANs with projection discriminator", eq. 3; divided by sqrt(F).
    """
    return tf.reduce_sum(features * embedded, axis=1) / features.shape[1] ** 0.5


def begin_normal(layers: Iterable[Any], spread: float = 0.02) -> None:
    """Change convolutions and linear layers to normal weights, and batch norms to gains about 1.

    Source: Radford et al. 2015, "Unsupervised representation learning with deep convolutional GANs", section 4.
    """
    for layer in layers:
        if isinstance(layer, BatchNorm):
            layer.gamma.assign(np.random.normal(1.0, spread, layer.gamma.shape))
        elif hasattr(layer, "kernel"):
            layer.kernel.assign(np.random.normal(0.0, spread, layer.kernel.shape))
            if layer.use_bias:
                layer.bias.assign(np.zeros(layer.bias.shape))


def begin_scaled(layer: Any, gain: float = 1.0) -> None:
    """Change `layer` to normal weights that keep the variance of what flows through, times `gain`; bias to zero.

    Source: He et al. 2015, "Delving deep into rectifiers", section 2.2 (with one-sided fan-in).
    """
    inputs = int(np.prod(layer.kernel.shape[:-1]))
    layer.kernel.assign(np.random.normal(0.0, 1.0, layer.kernel.shape) * gain / inputs**0.5)
    if layer.use_bias:
        layer.bias.assign(np.zeros(layer.bias.shape))
