"""DCGAN in Keras: the networks of `networks.py` and the recipe of `pytorch.py`, cells before channels. No torch."""

from itertools import pairwise
from typing import Any, Literal

import numpy as np

from pinxit.families.contract import Canvas
from pinxit.families.dcgan.entry import DcganSettings
from pinxit.families.dcgan.shape import LABEL_FEATURES, channels_at
from pinxit.keras_training.augment import as_judged
from pinxit.keras_training.averaging import follow
from pinxit.keras_training.backend import keras, tf
from pinxit.keras_training.dice import Dice
from pinxit.keras_training.layers import (
    BatchNorm,
    Conv,
    Double,
    DoublingConv,
    FirstGrid,
    HalvingConv,
    LabelEmbedding,
    Linear,
    Seamless,
    begin_normal,
    make_spectral,
    projection,
    through,
)
from pinxit.keras_training.losses import OBJECTIVES, gradient_penalty
from pinxit.keras_training.recipe import Batch, rate_of, settled
from pinxit.keras_training.update import Adam, take_step
from pinxit.keras_training.weights import copy_weights
from pinxit.networks.dial import adapt_to, strength_in
from pinxit.networks.grid import base_grid
from pinxit.settings import TrainingSettings
from pinxit.training.half_life import young


class Generator(keras.layers.Layer):
    """latents (N, latents), labels (N, columns) -> pictures (N, H, W, C) in [-1, 1]."""

    def __init__(self, canvas: Canvas, *, latents: int, width: int, transposed: bool, seamless: Seamless):
        super().__init__()
        self.latents = latents
        columns, rows, doublings = base_grid(canvas.width, canvas.height)
        *between, deepest = channels_at(width, doublings)
        self.embed = LabelEmbedding(canvas.class_counts, LABEL_FEATURES) if canvas.classes else None
        inputs = latents + (LABEL_FEATURES if canvas.classes else 0)
        self.first = FirstGrid(inputs, deepest, columns, rows, bias=False)
        layers: list[Any] = [BatchNorm(deepest), keras.layers.ReLU()]
        for wide, narrow in pairwise([deepest, *between[::-1]]):
            layers += [*doubled(wide, narrow, transposed, seamless), BatchNorm(narrow), keras.layers.ReLU()]
        layers += doubled(width, canvas.channels, transposed, seamless)
        self.layers = layers
        begin_normal([self.first.linear, *layers])
        self.built = True

    def call(self, latents: Any, labels: Any, training: bool = False) -> Any:
        """See the class."""
        if self.embed is not None:
            latents = tf.concat([latents, self.embed(labels)], axis=1)
        return tf.tanh(through(self.layers, self.first(latents), training))


def doubled(inputs: int, outputs: int, transposed: bool, seamless: Seamless) -> list[Any]:
    """Layers from (N, H, W, inputs) to (N, 2H, 2W, outputs)."""
    if transposed:
        return [DoublingConv(inputs, outputs)]
    return [Double(smooth=False), Conv(inputs, outputs, 3, bias=False, seamless=seamless)]


class Critic(keras.layers.Layer):
    """pictures (N, H, W, C), labels (N, columns) -> scores (N,), raw."""

    def __init__(self, canvas: Canvas, *, width: int, norm: Literal["batch", "spectral", "none"]):
        super().__init__()
        columns, rows, doublings = base_grid(canvas.width, canvas.height)
        channels = [canvas.channels, *channels_at(width, doublings)]
        how: dict[str, Any] = {"bias": norm != "batch", "spectral": norm == "spectral"}
        layers: list[Any] = []
        for inputs, outputs in pairwise(channels):
            layers.append(HalvingConv(inputs, outputs, **how))
            if norm == "batch" and inputs != canvas.channels:
                layers.append(BatchNorm(outputs))
            layers.append(keras.layers.LeakyReLU(negative_slope=0.2))
        self.layers = layers
        self.last = Linear(channels[-1] * rows * columns, 1, **how)
        self.embed = LabelEmbedding(canvas.class_counts, channels[-1]) if canvas.classes else None
        begin_normal([*layers, self.last])
        for layer in (*layers, self.last):
            make_spectral(layer)
        self.built = True

    def call(self, pictures: Any, labels: Any, training: bool = False) -> Any:
        """See the class."""
        features = through(self.layers, pictures, training)
        flat = tf.reshape(features, (-1, int(np.prod(features.shape[1:]))))
        scores = tf.reshape(self.last(flat, training=training), (-1,))
        if self.embed is not None:
            scores = scores + projection(tf.reduce_mean(features, axis=(1, 2)), self.embed(labels))
        return scores


class Dcgan:
    """The recipe. See `pinxit.keras_training.recipe.Recipe`."""

    def __init__(self, settings: TrainingSettings, canvas: Canvas, dice: Dice):
        assert isinstance(settings, DcganSettings)
        self.settings, self.dice = settings, dice
        self.objective = OBJECTIVES[settings.objective]
        norm = settings.critic_norm
        if norm == "auto":
            norm = "none" if settings.objective == "wasserstein-gp" else "spectral"
        self.generator = self.build_generator(settings, canvas)
        self.critic = Critic(canvas, width=settings.critic_width, norm=norm)
        average = self.build_generator(settings, canvas)
        copy_weights(average, self.generator)
        self.parts: dict[str, Any] = {"generator": self.generator, "average": average, "critic": self.critic}
        self.seeing = self.critic
        self.optimizers = {name: Adam({name: self.parts[name]}, (0.5, 0.999)) for name in ("generator", "critic")}
        self.state: dict[str, float] = {"augment": settings.augment, "augment_extra": 0.0}

    @staticmethod
    def build_generator(settings: TrainingSettings, canvas: Canvas) -> Generator:
        """The generator alone, as a model file holds it."""
        assert isinstance(settings, DcganSettings)
        transposed = settings.seamless == "no" if settings.upsampling == "auto" else settings.upsampling == "transposed"
        return Generator(
            canvas,
            latents=settings.latents,
            width=settings.width,
            transposed=transposed,
            seamless=settings.seamless,
        )

    def step(self, batch: Batch, seen: int, caution: float) -> dict[str, Any]:
        """The critic first, then the generator, judged on the very pictures the critic has just learned from."""
        strength = strength_in(self.state)
        rate = rate_of(self.settings, caution)
        news = settled(*self.play(batch.pictures, batch.labels, tf.constant(strength), rate, augmenting=strength > 0))
        half_life = young(self.settings.ema_half_life, seen, len(batch))
        follow(self.parts["average"], self.generator, half_life, len(batch))
        adapt_to(news["sure_of_real"], self.settings.augment_target, len(batch), self.state)
        return news

    @tf.function(autograph=False)
    def play(
        self, pictures: Any, labels: Any, strength: Any, rate: Any, *, augmenting: bool
    ) -> tuple[dict[str, Any], Any]:
        """Both turns. Returns the news, and whether both networks stepped."""

        def look(seen: Any) -> Any:
            return as_judged(seen, self.settings.seamless, strength, self.dice, augmenting=augmenting)

        latents = self.dice.normal(pictures.shape[0], self.settings.latents)
        with tf.GradientTape() as tape:  # of the generator: one pass a step serves both turns, as in the classic loop
            painted = self.generator(latents, labels, training=True)
            with tape.stop_recording():
                news, stepped = self.update_critic(look(pictures), look(painted), labels, rate)
            fake_scores = real_scores = self.critic(look(painted), labels, training=True)
            if self.settings.objective == "relativistic":
                real_scores = tf.stop_gradient(self.critic(look(pictures), labels, training=True))
            loss = self.objective.generator(real_scores, fake_scores)
        stepped = take_step(self.optimizers["generator"], tape, loss, rate, stepped)
        return {**news, "generator_loss": loss}, stepped

    def update_critic(self, real: Any, fake: Any, labels: Any, rate: Any) -> tuple[dict[str, Any], Any]:
        """The critic's side of the objective, on real pictures and on new ones."""
        with tf.GradientTape() as tape:
            real_scores = self.critic(real, labels, training=True)
            fake_scores = self.critic(fake, labels, training=True)
            loss = self.objective.discriminator(real_scores, fake_scores)
            if self.settings.objective == "wasserstein-gp":
                shares = self.dice.uniform(real.shape[0])
                penalty = gradient_penalty(lambda seen: self.critic(seen, labels, training=True), real, fake, shares)
                loss = loss + self.settings.gradient_penalty * tf.reduce_mean(penalty)
        stepped = take_step(self.optimizers["critic"], tape, loss, rate)
        news = {
            "critic_loss": loss,
            "real_score": tf.reduce_mean(real_scores),
            "fake_score": tf.reduce_mean(fake_scores),
            "sure_of_real": tf.reduce_mean(tf.sign(real_scores)),
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
