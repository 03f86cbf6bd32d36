"""R3GAN in Keras: the networks of `networks.py` and the recipe of `pytorch.py`, cells before channels. No torch."""

from typing import Any

import numpy as np

from pinxit.families.contract import Canvas
from pinxit.families.r3gan.entry import R3ganSettings
from pinxit.families.r3gan.schedules import schedule
from pinxit.families.r3gan.shape import shape
from pinxit.keras_training.augment import as_judged
from pinxit.keras_training.averaging import follow
from pinxit.keras_training.backend import keras, tf
from pinxit.keras_training.dice import Dice
from pinxit.keras_training.layers import (
    GAIN,
    SLOPE,
    Conv,
    LabelEmbedding,
    Linear,
    Seamless,
    begin_scaled,
    double,
    halve,
    projection,
    through,
)
from pinxit.keras_training.losses import relativistic_discriminator, relativistic_generator, scores_and_penalty
from pinxit.keras_training.recipe import Batch, settled
from pinxit.keras_training.update import Adam, take_step
from pinxit.keras_training.weights import copy_weights
from pinxit.networks.dial import adapt_to, strength_in
from pinxit.settings import TrainingSettings

LABEL_FEATURES = 64


def activate(features: Any) -> Any:
    """Leaky ReLU."""
    return tf.nn.leaky_relu(features, SLOPE)


class Residual(keras.layers.Layer):
    """features + what a narrow look around adds: 1x1, 3x3 and 1x1 convolutions. Adds nothing to begin with."""

    def __init__(self, channels: int, settings: R3ganSettings, *, depth: int, seamless: Seamless):
        super().__init__()
        group = settings.group
        inner = max(8, round(channels * settings.expansion))
        if group:
            inner = max(group, inner // group * group)
        self.narrow = Conv(channels, inner, 1)
        self.look = Conv(inner, inner, 3, groups=inner // group if group else 1, seamless=seamless)
        self.widen = Conv(inner, channels, 1, bias=False)
        begin_scaled(self.narrow, GAIN * depth**-0.25)
        begin_scaled(self.look, GAIN * depth**-0.25)
        begin_scaled(self.widen, 0.0)
        self.built = True

    def call(self, features: Any) -> Any:
        """(N, H, W, channels) -> the same."""
        return features + self.widen(activate(self.look(activate(self.narrow(features)))))


class Transition(keras.layers.Layer):
    """To another size, bilinear, and another number of channels: 1x1 convolution on whichever side is smaller."""

    def __init__(self, inputs: int, outputs: int, *, up: bool, seamless: Seamless = "no"):
        super().__init__()
        self.up = up
        self.seamless: Seamless = seamless
        self.change = Conv(inputs, outputs, 1, bias=False) if inputs != outputs else None
        if self.change is not None:
            begin_scaled(self.change)
        self.built = True

    def call(self, features: Any) -> Any:
        """(N, H, W, inputs) -> (N, 2H, 2W, outputs) or (N, H/2, W/2, outputs)."""
        if not self.up:
            features = halve(features)
        if self.change is not None:
            features = self.change(features)
        return double(features, self.seamless) if self.up else features


def trunk(channels: list[int], settings: R3ganSettings, *, up: bool, seamless: Seamless) -> list[Any]:
    """Residual blocks at every size, with transitions between."""
    layers: list[Any] = []
    depth = settings.blocks * len(channels)
    for index, here in enumerate(channels):
        if index:
            layers.append(Transition(channels[index - 1], here, up=up, seamless=seamless))
        layers += [Residual(here, settings, depth=depth, seamless=seamless) for _ in range(settings.blocks)]
    return layers


class Generator(keras.layers.Layer):
    """latents (N, latents), labels (N, columns) -> pictures (N, H, W, C); in [-1, 1] when not training."""

    def __init__(self, settings: R3ganSettings, canvas: Canvas):
        super().__init__()
        self.latents, self.patch = settings.latents, settings.patch
        columns, rows, channels = shape(settings, canvas)
        self.embed = LabelEmbedding(canvas.class_counts, LABEL_FEATURES) if canvas.classes else None
        begin = keras.initializers.RandomNormal(0.0, 1.0)
        self.basis = self.add_weight(shape=(channels[0], rows, columns), initializer=begin, name="basis")
        self.mix = Linear(settings.latents + (LABEL_FEATURES if canvas.classes else 0), channels[0])
        begin_scaled(self.mix)
        bias: Any = self.mix.bias
        bias.assign(np.ones(channels[0]))
        self.layers = trunk(channels, settings, up=True, seamless=settings.seamless)
        self.paint = Conv(channels[-1], canvas.channels * settings.patch**2, 1)
        begin_scaled(self.paint)
        self.built = True

    def call(self, latents: Any, labels: Any, training: bool = False) -> Any:
        """See the class."""
        if self.embed is not None:
            latents = tf.concat([latents, self.embed(labels)], axis=1)
        grid = self.mix(latents)[:, None, None] * tf.transpose(self.basis.value, (1, 2, 0))
        pictures = spread(self.paint(through(self.layers, grid, training)), self.patch)
        return pictures if training else tf.clip_by_value(pictures, -1, 1)


def spread(pictures: Any, patch: int) -> Any:
    """(N, H, W, C patch²) -> (N, H patch, W patch, C): what each cell says of a square of pixels, channel by channel."""
    if patch == 1:
        return pictures
    rows, columns, channels = pictures.shape[1:]
    cells = tf.reshape(pictures, (-1, rows, columns, channels // patch**2, patch, patch))
    pixels = tf.transpose(cells, (0, 1, 4, 2, 5, 3))
    return tf.reshape(pixels, (-1, rows * patch, columns * patch, channels // patch**2))


def gathered(pictures: Any, patch: int) -> Any:
    """The opposite of `spread`."""
    if patch == 1:
        return pictures
    rows, columns, channels = pictures.shape[1:]
    pixels = tf.reshape(pictures, (-1, rows // patch, patch, columns // patch, patch, channels))
    cells = tf.transpose(pixels, (0, 1, 3, 5, 2, 4))
    return tf.reshape(cells, (-1, rows // patch, columns // patch, channels * patch**2))


class Critic(keras.layers.Layer):
    """pictures (N, H, W, C), labels (N, columns) -> scores (N,), raw."""

    def __init__(self, settings: R3ganSettings, canvas: Canvas):
        super().__init__()
        self.patch = settings.patch
        columns, rows, channels = shape(settings, canvas)
        channels = channels[::-1]
        self.read = Conv(canvas.channels * settings.patch**2, channels[0], 1)
        begin_scaled(self.read)
        self.layers = trunk(channels, settings, up=False, seamless="no")
        begin = keras.initializers.RandomNormal(0.0, (rows * columns) ** -0.5)
        self.basis = self.add_weight(shape=(channels[-1], rows, columns), initializer=begin, name="basis")
        self.score = Linear(channels[-1], 1, bias=False)
        begin_scaled(self.score)
        self.embed = LabelEmbedding(canvas.class_counts, channels[-1]) if canvas.classes else None
        self.built = True

    def call(self, pictures: Any, labels: Any, training: bool = False) -> Any:
        """See the class."""
        features = through(self.layers, self.read(gathered(pictures, self.patch)), training)
        summary = tf.einsum("nhwc,chw->nc", features, self.basis.value)
        scores = tf.reshape(self.score(summary), (-1,))
        return scores if self.embed is None else scores + projection(summary, self.embed(labels))


class R3gan:
    """The recipe. See `pinxit.keras_training.recipe.Recipe`."""

    def __init__(self, settings: TrainingSettings, canvas: Canvas, dice: Dice):
        assert isinstance(settings, R3ganSettings)
        self.settings, self.dice = settings, dice
        self.generator = self.build_generator(settings, canvas)
        self.critic = Critic(settings, canvas)
        average = self.build_generator(settings, canvas)
        copy_weights(average, self.generator)
        self.parts: dict[str, Any] = {"generator": self.generator, "average": average, "critic": self.critic}
        self.seeing = self.critic
        self.optimizers = {name: Adam({name: self.parts[name]}, (0.0, 0.9)) for name in ("generator", "critic")}
        self.state: dict[str, float] = {"augment": 0.0, "augment_extra": 0.0}

    @staticmethod
    def build_generator(settings: TrainingSettings, canvas: Canvas) -> Generator:
        """The generator alone, as a model file holds it."""
        assert isinstance(settings, R3ganSettings)
        return Generator(settings, canvas)

    def step(self, batch: Batch, seen: int, caution: float) -> dict[str, Any]:
        """The critic first, then the generator, judged on the pictures the critic has just learned from."""
        now = schedule(self.settings, seen)
        for optimizer in self.optimizers.values():
            optimizer.betas.assign((0.0, now.beta2))
        if self.settings.augment_target is None:
            self.state["augment"] = now.augment
        strength = strength_in(self.state)
        penalise = seen // self.settings.batch % self.settings.penalty_every == 0
        values = [tf.constant(value, tf.float32) for value in (strength, now.learning_rate * caution, now.gamma)]
        how = {"augmenting": strength > 0, "penalise": penalise}
        news = settled(*self.play(batch.pictures, batch.labels, *values, **how))
        follow(self.parts["average"], self.generator, now.ema_half_life, len(batch))
        adapt_to(news["sure_of_real"], self.settings.augment_target, len(batch), self.state)
        return news

    @tf.function(autograph=False)
    def play(
        self, pictures: Any, labels: Any, strength: Any, rate: Any, gamma: Any, *, augmenting: bool, penalise: bool
    ) -> tuple[dict[str, Any], Any]:
        """Both turns. Returns the news, and whether both networks stepped."""

        def look(seen: Any) -> Any:
            return as_judged(seen, self.settings.seamless, strength, self.dice, augmenting=augmenting)

        latents = self.dice.normal(pictures.shape[0], self.settings.latents)
        with tf.GradientTape() as tape:  # of the generator: one pass a step serves both turns
            painted = self.generator(latents, labels, training=True)
            with tape.stop_recording():
                news, stepped = self.update_critic(
                    look(pictures), look(painted), labels, rate, gamma, penalise=penalise
                )
            real_scores = tf.stop_gradient(self.critic(look(pictures), labels))
            loss = relativistic_generator(real_scores, self.critic(look(painted), labels))
        stepped = take_step(self.optimizers["generator"], tape, loss, rate, stepped)
        return {**news, "generator_loss": loss}, stepped

    def update_critic(
        self, real: Any, fake: Any, labels: Any, rate: Any, gamma: Any, *, penalise: bool
    ) -> tuple[dict[str, Any], Any]:
        """Relativistic pairing loss, now and then with R1 at real and R2 at fake pictures (as the critic sees them)."""
        with tf.GradientTape() as tape:
            if penalise:
                real_scores, real_slopes = scores_and_penalty(lambda seen: self.critic(seen, labels), real)
                fake_scores, fake_slopes = scores_and_penalty(lambda seen: self.critic(seen, labels), fake)
            else:
                real_scores, fake_scores = self.critic(real, labels), self.critic(fake, labels)
                real_slopes = fake_slopes = tf.zeros(())
            played = loss = relativistic_discriminator(real_scores, fake_scores)
            if penalise:
                loss = loss + gamma / 2 * self.settings.penalty_every * tf.reduce_mean(real_slopes + fake_slopes)
        stepped = take_step(self.optimizers["critic"], tape, loss, rate)
        news = {
            "critic_loss": played,
            "real_score": tf.reduce_mean(real_scores),
            "fake_score": tf.reduce_mean(fake_scores),
            "sure_of_real": tf.reduce_mean(tf.sign(real_scores - fake_scores)),
        }
        return news, stepped

    @tf.function(autograph=False, reduce_retracing=True)
    def judge(self, pictures: Any, labels: Any) -> Any:
        """Scores of the critic."""
        return self.critic(pictures, labels)

    @tf.function(autograph=False, reduce_retracing=True)
    def preview(self, latents: Any, labels: Any) -> Any:
        """Pictures by the averaged generator."""
        return self.parts["average"](latents, labels)
