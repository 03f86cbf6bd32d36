"""The autoencoder with a book (`vq`) in Keras: see `coded.py`, whose names and numbers these are. No torch."""

from typing import Any

from pinxit.families.contract import Canvas
from pinxit.families.vae.entry import VaeSettings
from pinxit.families.vae.keras_networks import Enlarge, Grow, Posterior, Residual, Shrink
from pinxit.families.vae.keras_prior import Flow
from pinxit.families.vae.shape import DEAD, MEMORY, code_levels, widths
from pinxit.keras_training.backend import keras, tf
from pinxit.keras_training.layers import BatchNorm, Conv, begin_scaled, through
from pinxit.networks.grid import base_grid


class Book(keras.layers.Layer):
    """`count` codes of `length` numbers, which follow the encodings nearest to them instead of a gradient."""

    def __init__(self, count: int, length: int):
        super().__init__()
        begin = keras.initializers.RandomNormal(0.0, 1.0)
        self.vectors = self.add_weight(shape=(count, length), initializer=begin, trainable=False, name="vectors")
        self.counts = self.add_weight(shape=(count,), initializer="zeros", trainable=False, name="counts")
        self.sums = self.add_weight(shape=(count, length), initializer="zeros", trainable=False, name="sums")
        self.count, self.length = count, length
        self.built = True

    def nearest(self, grid: Any) -> Any:
        """(N, h, w, length) -> (N, h, w) int64: the code nearest to each cell."""
        vectors = self.vectors.value
        cells = tf.reshape(grid, (-1, self.length))
        distances = tf.reduce_sum(tf.square(vectors), axis=1) - 2 * tf.matmul(cells, vectors, transpose_b=True)
        return tf.reshape(tf.argmin(distances, axis=1), (-1, *grid.shape[1:3]))

    def look_up(self, codes: Any) -> Any:
        """(N, h, w) int64 -> (N, h, w, length)."""
        return tf.gather(self.vectors.value, codes)

    def usage(self, grid: Any, codes: Any) -> tuple[Any, Any]:
        """How often each code was used (count,), and the sum of what it was used for (count, length)."""
        cells, places = tf.stop_gradient(tf.reshape(grid, (-1, self.length))), tf.reshape(codes, (-1,))
        used = tf.math.unsorted_segment_sum(tf.ones_like(cells[:, 0]), places, self.count)
        return used, tf.math.unsorted_segment_sum(cells, places, self.count)

    def learn(self, used: Any, sums: Any, spare: Any) -> None:
        """Follow one step's usage; codes nobody needs begin anew at `spare` (count, length).

        Source: van den Oord et al. 2017, appendix A.1.
        """
        usual = tf.reduce_sum(used) / self.count
        counts = self.counts.value + (1 - MEMORY) * (used - self.counts.value)
        sums = self.sums.value + (1 - MEMORY) * (sums - self.sums.value)
        dead = counts < DEAD * usual
        self.counts.assign(tf.where(dead, usual, counts))
        self.sums.assign(tf.where(dead[:, None], spare * usual, sums))
        self.vectors.assign(self.sums.value / self.counts.value[:, None])


class CodeEncoder(keras.layers.Layer):
    """pictures (N, H, W, C), labels (N, columns) -> a grid (N, h, w, code_length), in which each cell seeks its code."""

    def __init__(self, settings: VaeSettings, canvas: Canvas):
        super().__init__()
        columns, rows, doublings = base_grid(canvas.width, canvas.height)
        levels, further = code_levels(settings, canvas)
        channels = widths(settings.width, doublings)
        self.shrink = Shrink([canvas.channels, *channels[1 : levels + 1]], settings.seamless)
        self.to_codes = [
            Residual(channels[levels], settings.seamless),
            Conv(channels[levels], settings.code_length, 1),
            BatchNorm(settings.code_length, affine=False),
        ]
        self.read = Shrink([settings.code_length, *channels[levels + 1 : levels + 1 + further]], settings.seamless)
        last = channels[-1] if further else settings.code_length
        self.head = Posterior(last, rows, columns, settings.latents, canvas.class_counts)
        self.built = True

    def call(self, pictures: Any, labels: Any, training: bool = False) -> Any:
        """See the class."""
        return through(self.to_codes, self.shrink(pictures, training=training), training)

    def posterior(self, written: Any, labels: Any, *, training: bool = False) -> tuple[Any, Any]:
        """A grid of codes as vectors (N, h, w, code_length) -> mean and log variance, each (N, latents)."""
        return self.head(self.read(written, training=training), labels, training=training)


class CodePainter(keras.layers.Layer):
    """The generator: latents (N, latents), labels (N, columns) -> pictures (N, H, W, C) in [-1, 1].

    Each cell gets its likeliest code, given all the numbers.
    """

    def __init__(self, settings: VaeSettings, canvas: Canvas):
        super().__init__()
        self.latents = settings.latents
        columns, rows, doublings = base_grid(canvas.width, canvas.height)
        further = code_levels(settings, canvas)[1]
        channels = widths(settings.width, doublings)[::-1]
        counts, seamless = canvas.class_counts, settings.seamless
        self.flow = Flow(settings.latents, counts) if settings.prior == "flow" else None
        self.book = Book(settings.codes, settings.code_length)
        self.grow = Grow(settings.latents, channels[: further + 1], rows, columns, counts, seamless, thorough=True)
        self.choose = [
            Residual(channels[further], seamless),
            BatchNorm(channels[further]),
            keras.layers.Activation("silu"),
            Conv(channels[further], settings.codes, 1),
        ]
        self.begin = [
            Conv(settings.code_length, channels[further], 3, seamless=seamless),
            Residual(channels[further], seamless),
            Residual(channels[further], seamless),
        ]
        self.enlarge = Enlarge(channels[further:], 0, seamless, thorough=False)
        self.to_picture = Conv(channels[-1], canvas.channels, 3, seamless=seamless)
        begin_scaled(self.to_picture)
        self.built = True

    def call(self, latents: Any, labels: Any) -> Any:
        """See the class."""
        encoded = latents if self.flow is None else self.flow(latents, labels)
        return self.draw(self.book.look_up(tf.argmax(self.scores(encoded, labels), axis=-1)))

    def scores(self, encoded: Any, labels: Any, *, training: bool = False) -> Any:
        """(N, latents) as the encoder says them -> how likely each code is in each cell: (N, h, w, codes), raw."""
        return through(self.choose, self.grow(encoded, labels, training=training), training)

    def draw(self, written: Any, *, training: bool = False) -> Any:
        """A grid of codes as vectors (N, h, w, code_length) -> pictures."""
        begun = through(self.begin, written, training)
        return tf.tanh(self.to_picture(self.enlarge(begun, training=training)))
