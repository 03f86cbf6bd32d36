"""The plain autoencoder in Keras: the networks of `plain.py`, the recipe of `pytorch.py`, cells before channels. No torch."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from pinxit.errors import UsageError
from pinxit.families.contract import Canvas
from pinxit.families.vae.entry import VaeSettings
from pinxit.families.vae.keras_prior import Flow
from pinxit.families.vae.shape import ENLARGED_BELOW, NARROWEST_FEATURE, SPREAD_LIMIT, widths
from pinxit.keras_training.augment import roll
from pinxit.keras_training.averaging import follow
from pinxit.keras_training.backend import keras, tf
from pinxit.keras_training.dice import Dice
from pinxit.keras_training.doubling import GrowingConv
from pinxit.keras_training.features import load_features
from pinxit.keras_training.layers import (
    BatchNorm,
    Conv,
    FirstGrid,
    HalvingConv,
    LabelEmbedding,
    Linear,
    Seamless,
    begin_scaled,
    through,
)
from pinxit.keras_training.losses import (
    draw,
    gaussian_with_best_width,
    kl_to_normal,
    laplacian_with_best_width,
    with_free_bits,
)
from pinxit.keras_training.pictures import over
from pinxit.keras_training.recipe import Batch, rate_of, settled
from pinxit.keras_training.update import Adam, take_step
from pinxit.keras_training.weights import copy_weights
from pinxit.networks.grid import base_grid
from pinxit.settings import TrainingSettings
from pinxit.training.half_life import young

LIKELIHOODS = {"gaussian": gaussian_with_best_width, "laplace": laplacian_with_best_width}


class Residual(keras.layers.Layer):
    """features + a 3x3 convolution of them, normalised before: (N, H, W, channels) -> the same shape."""

    trains_otherwise = True

    def __init__(self, channels: int, seamless: Seamless):
        super().__init__()
        self.norm = BatchNorm(channels)
        self.conv = Conv(channels, channels, 3, bias=False, seamless=seamless)
        begin_scaled(self.conv)
        self.built = True

    def call(self, features: Any, training: bool = False) -> Any:
        """See the class."""
        return features + self.conv(tf.nn.silu(self.norm(features, training=training)))


class Shrink(keras.layers.Layer):
    """Halved as often as there are steps in `channels`."""

    def __init__(self, channels: Sequence[int], seamless: Seamless):
        super().__init__()
        layers: list[Any] = []
        for inputs, outputs in pairwise(channels):
            layers += [HalvingConv(inputs, outputs, bias=False), BatchNorm(outputs)]
            layers += [keras.layers.Activation("silu"), Residual(outputs, seamless)]
        self.layers = layers
        self.built = True

    def call(self, features: Any, training: bool = False) -> Any:
        """(N, H, W, channels[0]) -> (N, H / 2^n, W / 2^n, channels[-1])."""
        return through(self.layers, features, training)


class Posterior(keras.layers.Layer):
    """A small grid (N, rows, columns, channels) and labels (N, columns) -> mean and log variance, each (N, latents)."""

    def __init__(self, channels: int, rows: int, columns: int, latents: int, class_counts: Sequence[int]):
        super().__init__()
        self.embed = LabelEmbedding(class_counts, channels) if class_counts else None
        self.norm = BatchNorm(channels)
        self.linear = Linear(channels * rows * columns, 2 * latents)
        self.numbers = channels * rows * columns
        begin_scaled(self.linear, 0.5)
        self.built = True

    def call(self, features: Any, labels: Any, training: bool = False) -> tuple[Any, Any]:
        """See the class."""
        features = self.norm(features, training=training)
        if self.embed is not None:
            features = features + self.embed(labels)[:, None, None]
        said = self.linear(tf.reshape(tf.nn.silu(features), (-1, self.numbers)))
        mean, log_variance = tf.split(said, 2, axis=1)
        return mean, SPREAD_LIMIT * tf.tanh(log_variance / SPREAD_LIMIT)


class Enlarge(keras.layers.Layer):
    """Doubled as often as there are steps in `channels`; a style (N, style) sets the gain of every channel."""

    def __init__(self, channels: Sequence[int], style: int, seamless: Seamless):
        super().__init__()
        steps = list(pairwise(channels))
        self.doublings = [GrowingConv(inputs, outputs, seamless=seamless) for inputs, outputs in steps]
        self.norms = [BatchNorm(outputs) for _, outputs in steps]
        self.gains = [Linear(style, outputs) for _, outputs in steps]
        self.residuals = [Residual(outputs, seamless) for _, outputs in steps[:-1]]
        for gain in self.gains:
            begin_scaled(gain, 0.5)
        self.built = True

    def call(self, features: Any, style: Any, training: bool = False) -> Any:
        """(N, H, W, channels[0]) -> (N, 2^n H, 2^n W, channels[-1])."""
        for place, (doubling, norm) in enumerate(zip(self.doublings, self.norms, strict=True)):
            features = norm(doubling(features), training=training) * (1 + self.gains[place](style))[:, None, None]
            features = tf.nn.silu(features)
            if place < len(self.residuals):
                features = self.residuals[place](features, training=training)
        return features


class Grow(keras.layers.Layer):
    """latents (N, latents), labels (N, columns) -> features: a small grid, doubled again and again."""

    def __init__(
        self,
        latents: int,
        channels: Sequence[int],
        rows: int,
        columns: int,
        class_counts: Sequence[int],
        seamless: Seamless,
    ):
        super().__init__()
        self.embed = LabelEmbedding(class_counts, latents) if class_counts else None
        style = latents * (2 if class_counts else 1)
        self.first = FirstGrid(style, channels[0], columns, rows)
        self.enlarge = Enlarge(channels, style, seamless)
        begin_scaled(self.first.linear)
        self.built = True

    def call(self, latents: Any, labels: Any, training: bool = False) -> Any:
        """See the class."""
        style = latents if self.embed is None else tf.concat([latents, self.embed(labels)], axis=1)
        return self.enlarge(self.first(style), style, training=training)


class Encoder(keras.layers.Layer):
    """pictures (N, H, W, C), labels (N, columns) -> mean and log variance of what they are squeezed to, each (N, latents)."""

    def __init__(self, settings: VaeSettings, canvas: Canvas):
        super().__init__()
        columns, rows, doublings = base_grid(canvas.width, canvas.height)
        channels = widths(settings.width, doublings)
        self.shrink = Shrink([canvas.channels, *channels[1:]], settings.seamless)
        self.head = Posterior(channels[-1], rows, columns, settings.latents, canvas.class_counts)
        self.built = True

    def call(self, pictures: Any, labels: Any, training: bool = False) -> tuple[Any, Any]:
        """See the class."""
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
        self.grow = Grow(settings.latents, channels, rows, columns, counts, seamless)
        self.to_picture = Conv(channels[-1], canvas.channels, 3, seamless=seamless)
        begin_scaled(self.to_picture)
        self.built = True

    def call(self, latents: Any, labels: Any, training: bool = False) -> Any:
        """See the class."""
        return self.draw(latents if self.flow is None else self.flow(latents, labels), labels, training)

    def draw(self, encoded: Any, labels: Any, training: bool) -> Any:
        """(N, latents) as the encoder says them -> pictures."""
        return tf.tanh(self.to_picture(self.grow(encoded, labels, training=training)))


class Vae:
    """The recipe. See `pinxit.keras_training.recipe.Recipe`."""

    def __init__(self, settings: TrainingSettings, canvas: Canvas, dice: Dice):
        assert isinstance(settings, VaeSettings)
        self.settings, self.canvas, self.dice = settings, canvas, dice
        self.surprise = LIKELIHOODS[settings.likelihood]
        self.features = load_features() if settings.perceptual else None
        self.generator, average = (self.build_generator(settings, canvas) for _ in range(2))
        self.encoder, average_encoder = (Encoder(settings, canvas) for _ in range(2))
        copy_weights(average, self.generator)
        copy_weights(average_encoder, self.encoder)
        self.parts: dict[str, Any] = {
            "generator": self.generator,
            "average": average,
            "encoder": self.encoder,
            "average_encoder": average_encoder,
        }
        self.seeing = None
        self.optimizers = {"generator": Adam({"generator": self.generator, "encoder": self.encoder}, (0.9, 0.99))}
        self.state: dict[str, float] = {}

    @staticmethod
    def build_generator(settings: TrainingSettings, canvas: Canvas) -> Painter:
        """The generator alone, as a model file holds it. Raises UsageError for codes from a book."""
        assert isinstance(settings, VaeSettings)
        if settings.vq:
            raise UsageError(
                "An autoencoder with a book of codes (vq) is there in PyTorch only. Leave --framework away."
            )
        return Painter(settings, canvas)

    def step(self, batch: Batch, seen: int, caution: float) -> dict[str, Any]:
        """One step of encoder, generator and flow together; then the averages."""
        settings = self.settings
        beta = settings.beta * min(1.0, seen / settings.beta_warm_up) if settings.beta_warm_up else settings.beta
        rate = rate_of(settings, caution)
        news = settled(*self.play(batch.pictures, batch.labels, tf.constant(beta, tf.float32), rate))
        half_life = young(settings.ema_half_life, seen, len(batch))
        for average, part in (("average", "generator"), ("average_encoder", "encoder")):
            follow(self.parts[average], self.parts[part], half_life, len(batch))
        return news

    @tf.function(autograph=False)
    def play(self, pictures: Any, labels: Any, beta: Any, rate: Any) -> tuple[dict[str, Any], Any]:
        """Draw pictures back from a sample of what was said about them, in nats for each number of a picture."""
        with tf.GradientTape() as tape:
            pictures = roll(pictures, self.settings.seamless, self.dice)
            mean, log_variance = self.encoder(pictures, labels, training=True)
            said = draw(mean, log_variance, self.dice.normal(pictures.shape[0], self.settings.latents))
            loss, news = self.compare(pictures, self.generator.draw(said, labels, training=True))
            numbers = pictures.shape[1] * pictures.shape[2] * pictures.shape[3]
            weighed, told = self.price(mean, log_variance, said, labels, beta, numbers)
            loss = loss + weighed
        return {"loss": loss, **news, **told}, take_step(self.optimizers["generator"], tape, loss, rate)

    def compare(self, pictures: Any, drawn: Any) -> tuple[Any, dict[str, Any]]:
        """How unlikely `pictures` are where `drawn` was expected, in pixels and in features."""
        errors = drawn - pictures
        loss = self.surprise(errors)
        news = {"pixel_error": tf.reduce_mean(tf.abs(errors))}
        if self.features is not None:
            colour = self.dice.uniform(pictures.shape[0], 3)[:, None, None] if self.canvas.channels == 4 else 0.0
            wanted = [tf.stop_gradient(tap) for tap in self.look(over(pictures, colour))]
            found = self.look(over(drawn, colour))
            scaled = [(one - other) / unbiased_spread(other) for one, other in zip(found, wanted, strict=True)]
            surprises = [self.surprise(errors, NARROWEST_FEATURE) for errors in scaled]
            loss = loss + self.settings.perceptual * tf.reduce_mean(tf.stack(surprises))
            news["feature_error"] = tf.reduce_mean(tf.stack([tf.reduce_mean(tf.abs(errors)) for errors in scaled]))
        return loss, news

    def price(
        self, mean: Any, log_variance: Any, said: Any, labels: Any, beta: Any, numbers: int
    ) -> tuple[Any, dict[str, Any]]:
        """What was said, weighed by beta, in nats for each of `numbers`; and how unlikely the flow takes it to be."""
        divergence = kl_to_normal(mean, log_variance)
        loss = beta * with_free_bits(divergence, self.settings.free_bits) / numbers
        news = {"divergence": tf.reduce_mean(tf.reduce_sum(divergence, axis=1))}
        if self.generator.flow is not None:
            latents, change = self.generator.flow.inverse(tf.stop_gradient(said), labels)
            length = latents.shape[1]
            unlikely = 0.5 * tf.reduce_mean(tf.square(latents), axis=1) - change / length
            news["flow_surprise"] = tf.reduce_mean(unlikely)
            loss = loss + news["flow_surprise"]
        return loss, news

    def look(self, shown: Any) -> list[Any]:
        """Features of pictures without alpha (N, H, W, 3)."""
        assert self.features is not None
        rows, columns = shown.shape[1:3]
        if min(rows, columns) < ENLARGED_BELOW:
            shown = tf.image.resize(shown, (2 * rows, 2 * columns))
        return self.features.taps(shown, self.settings.taps)

    @tf.function(autograph=False, reduce_retracing=True)
    def preview(self, latents: Any, labels: Any) -> Any:
        """Pictures by the averaged generator."""
        return self.parts["average"](latents, labels)


def unbiased_spread(values: Any) -> Any:
    """The standard deviation of all numbers, as PyTorch takes it."""
    count = tf.cast(tf.size(values), tf.float32)
    return tf.sqrt(tf.math.reduce_variance(values) * count / (count - 1))
