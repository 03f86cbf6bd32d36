"""The plain autoencoder in Keras: see `plain.py`, whose names and numbers these are. No torch."""

from typing import Any

from pinxit.families.contract import Canvas
from pinxit.families.vae.entry import VaeSettings
from pinxit.families.vae.keras_networks import Grow, Posterior, Shrink
from pinxit.families.vae.keras_prior import Flow
from pinxit.families.vae.shape import widths
from pinxit.keras_training.backend import keras, tf
from pinxit.keras_training.layers import Conv, begin_scaled
from pinxit.networks.grid import base_grid


class Encoder(keras.layers.Layer):
    """pictures (N, H, W, C), labels (N, columns) -> what they are squeezed to, (N, latents)."""

    def __init__(self, settings: VaeSettings, canvas: Canvas):
        super().__init__()
        columns, rows, doublings = base_grid(canvas.width, canvas.height)
        channels = widths(settings.width, doublings)
        self.shrink = Shrink([canvas.channels, *channels[1:]], settings.seamless)
        self.head = Posterior(channels[-1], rows, columns, settings.latents, canvas.class_counts)
        self.built = True

    def call(self, pictures: Any, labels: Any) -> Any:
        """See the class: the likeliest numbers, without chance."""
        return self.posterior(pictures, labels)[0]

    def posterior(self, pictures: Any, labels: Any, *, training: bool = False) -> tuple[Any, Any]:
        """Mean and log variance, each (N, latents)."""
        return self.head(self.shrink(pictures, training=training), labels, training=training)


class Painter(keras.layers.Layer):
    """The generator: latents (N, latents), labels (N, columns) -> pictures (N, H, W, C) in [-1, 1]."""

    def __init__(self, settings: VaeSettings, canvas: Canvas):
        super().__init__()
        self.latents = settings.latents
        columns, rows, doublings = base_grid(canvas.width, canvas.height)
        channels = widths(settings.width, doublings)[::-1]
        counts, seamless = canvas.class_counts, settings.seamless
        self.flow = Flow(settings.latents, counts) if settings.prior == "flow" else None
        self.grow = Grow(settings.latents, channels, rows, columns, counts, seamless, thorough=False)
        self.to_picture = Conv(channels[-1], canvas.channels, 3, seamless=seamless)
        begin_scaled(self.to_picture)
        self.built = True

    def call(self, latents: Any, labels: Any, training: bool = False) -> Any:
        """See the class."""
        return self.draw(latents if self.flow is None else self.flow(latents, labels), labels, training)

    def draw(self, encoded: Any, labels: Any, training: bool) -> Any:
        """(N, latents) as the encoder says them -> pictures."""
        return tf.tanh(self.to_picture(self.grow(encoded, labels, training=training)))
