"""The autoencoder in Keras: the recipe of `pytorch.py`, cells before channels. No torch."""

from typing import Any

from pinxit.families.contract import Canvas
from pinxit.families.vae.entry import VaeSettings
from pinxit.families.vae.keras_coded import CodeEncoder, CodePainter
from pinxit.families.vae.keras_plain import Encoder, Painter
from pinxit.families.vae.shape import ENLARGED_BELOW, NARROWEST_FEATURE
from pinxit.keras_training.augment import roll
from pinxit.keras_training.averaging import follow
from pinxit.keras_training.backend import tf
from pinxit.keras_training.dice import Dice
from pinxit.keras_training.features import load_features
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
from pinxit.settings import TrainingSettings
from pinxit.training.half_life import young

LIKELIHOODS = {"gaussian": gaussian_with_best_width, "laplace": laplacian_with_best_width}


class Vae:
    """The recipe. See `pinxit.keras_training.recipe.Recipe`."""

    def __init__(self, settings: TrainingSettings, canvas: Canvas, dice: Dice):
        assert isinstance(settings, VaeSettings)
        self.settings, self.canvas, self.dice = settings, canvas, dice
        self.surprise = LIKELIHOODS[settings.likelihood]
        self.features = load_features() if settings.perceptual else None
        self.generator, average = (self.build_generator(settings, canvas) for _ in range(2))
        self.encoder, average_encoder = (self.build_encoder(settings, canvas) for _ in range(2))
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
    def build_generator(settings: TrainingSettings, canvas: Canvas) -> Any:
        """The generator alone, as a model file holds it."""
        assert isinstance(settings, VaeSettings)
        return CodePainter(settings, canvas) if settings.vq else Painter(settings, canvas)

    @staticmethod
    def build_encoder(settings: TrainingSettings, canvas: Canvas) -> Any:
        """The encoder, as a model file holds it beside the generator."""
        assert isinstance(settings, VaeSettings)
        return CodeEncoder(settings, canvas) if settings.vq else Encoder(settings, canvas)

    def step(self, batch: Batch, seen: int, caution: float) -> dict[str, Any]:
        """One step of encoder, generator and flow together; then the book, and the averages."""
        settings = self.settings
        beta = settings.beta * min(1.0, seen / settings.beta_warm_up) if settings.beta_warm_up else settings.beta
        rate = rate_of(settings, caution)
        given = batch.pictures, batch.labels, tf.constant(beta, tf.float32), rate
        if settings.vq:
            news, stepped, usage = self.play_with_codes(*given)
            settled(news, stepped)
            self.generator.book.learn(*usage)
        else:
            news = settled(*self.play(*given))
        half_life = young(settings.ema_half_life, seen, len(batch))
        for average, part in (("average", "generator"), ("average_encoder", "encoder")):
            follow(self.parts[average], self.parts[part], half_life, len(batch))
        return news

    @tf.function(autograph=False)
    def play(self, pictures: Any, labels: Any, beta: Any, rate: Any) -> tuple[dict[str, Any], Any]:
        """Draw pictures back from a sample of what was said about them, in nats for each number of a picture."""
        with tf.GradientTape() as tape:
            pictures = roll(pictures, self.settings.seamless, self.dice)
            mean, log_variance = self.encoder.posterior(pictures, labels, training=True)
            said = draw(mean, log_variance, self.dice.normal(pictures.shape[0], self.settings.latents))
            loss, news = self.compare(pictures, self.generator.draw(said, labels, training=True))
            numbers = pictures.shape[1] * pictures.shape[2] * pictures.shape[3]
            weighed, told = self.price(mean, log_variance, said, labels, beta, numbers)
            loss = loss + weighed
        return {"loss": loss, **news, **told}, take_step(self.optimizers["generator"], tape, loss, rate)

    @tf.function(autograph=False)
    def play_with_codes(
        self, pictures: Any, labels: Any, beta: Any, rate: Any
    ) -> tuple[dict[str, Any], Any, tuple[Any, Any, Any]]:
        """Draw pictures back from codes; beside it, draw the codes back from a few numbers, in nats for each code.

        Returns the news, whether the networks stepped, and what the book learns from.
        """
        generator, encoder, settings = self.generator, self.encoder, self.settings
        with tf.GradientTape() as tape:
            pictures = roll(pictures, settings.seamless, self.dice)
            grid = encoder(pictures, labels, training=True)
            codes = generator.book.nearest(grid)
            written = generator.book.look_up(codes)
            usage = (*generator.book.usage(grid, codes), self.spare(grid))
            # Codes cannot be differentiated, so the gradient goes past them to what was said (eq. 3 of the paper).
            past = grid + tf.stop_gradient(written - grid)
            loss, news = self.compare(pictures, generator.draw(past, training=True))
            held = tf.reduce_mean(tf.square(grid - written))
            mean, log_variance = encoder.posterior(written, labels, training=True)
            said = draw(mean, log_variance, self.dice.normal(pictures.shape[0], settings.latents))
            scores = generator.scores(said, labels, training=True)
            surprise = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(codes, scores))
            numbers = codes.shape[1] * codes.shape[2]
            weighed, told = self.price(mean, log_variance, said, labels, beta, numbers)
            loss = loss + settings.commitment * held + surprise + weighed
        news = {"loss": loss, **news, "commitment": held, "code_surprise": surprise, **told}
        return news, take_step(self.optimizers["generator"], tape, loss, rate), usage

    def spare(self, grid: Any) -> Any:
        """Encodings drawn by chance from a grid (N, h, w, length), (codes, length): for codes that are not used."""
        cells = tf.stop_gradient(tf.reshape(grid, (-1, grid.shape[-1])))
        return tf.gather(cells, self.dice.integers(0, cells.shape[0], self.settings.codes))

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
