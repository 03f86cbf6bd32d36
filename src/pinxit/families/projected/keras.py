"""Projected GAN in Keras: the generator of `generator.py` and the recipe of `pytorch.py`, cells before channels. No torch."""

from typing import Any

from pinxit.families.contract import Canvas
from pinxit.families.projected.entry import ProjectedSettings
from pinxit.keras_training.averaging import follow
from pinxit.keras_training.backend import tf
from pinxit.keras_training.dice import Dice
from pinxit.keras_training.feature_game import FeatureGame
from pinxit.keras_training.gated import Trunk
from pinxit.keras_training.layers import LabelEmbedding
from pinxit.keras_training.recipe import Batch, rate_of, settled
from pinxit.keras_training.update import Adam, take_step
from pinxit.keras_training.weights import copy_weights
from pinxit.networks.dial import adapt_to, strength_in
from pinxit.settings import TrainingSettings
from pinxit.training.half_life import young
from pinxit.training.settling import liveliness


class Generator(Trunk):
    """latents (N, latents), labels (N, columns) -> pictures (N, H, W, C) in [-1, 1]."""

    def __init__(self, settings: ProjectedSettings, canvas: Canvas):
        style = settings.latents * (2 if canvas.class_counts else 1)
        size = (canvas.width, canvas.height)
        super().__init__(size, canvas.channels, style=style, width=settings.width, seamless=settings.seamless)
        self.latents = settings.latents
        self.embed = LabelEmbedding(canvas.class_counts, settings.latents) if canvas.class_counts else None

    def call(self, latents: Any, labels: Any, training: bool = False) -> Any:
        """See the class."""
        style = latents if self.embed is None else tf.concat([latents, self.embed(labels)], axis=1)
        return tf.tanh(self.grow(style, training))


class Projected:
    """The recipe. See `pinxit.keras_training.recipe.Recipe`."""

    def __init__(self, settings: TrainingSettings, canvas: Canvas, dice: Dice):
        assert isinstance(settings, ProjectedSettings)
        self.settings, self.dice = settings, dice
        self.state: dict[str, float] = {"augment": settings.augment, "augment_extra": 0.0}
        self.generator = self.build_generator(settings, canvas)
        average = self.build_generator(settings, canvas)
        copy_weights(average, self.generator)
        self.game = FeatureGame(settings, canvas, dice)
        self.parts: dict[str, Any] = {"generator": self.generator, "average": average, **self.game.parts}
        self.seeing = self.game.seeing
        self.optimizers = {
            "generator": Adam({"generator": self.generator}, (0.0, 0.99)),
            "critic": Adam(self.game.parts, (0.0, 0.99)),
        }

    @staticmethod
    def build_generator(settings: TrainingSettings, canvas: Canvas) -> Generator:
        """The generator alone, as a model file holds it."""
        assert isinstance(settings, ProjectedSettings)
        assert not settings.completes, "the declaration says that this is there in PyTorch only"
        return Generator(settings, canvas)

    def step(self, batch: Batch, seen: int, caution: float) -> dict[str, Any]:
        """The generator first; the critics then learn from the very pictures, and features, they judged."""
        strength = strength_in(self.state)
        rate = rate_of(self.settings, caution * liveliness(self.settings, seen))
        how = {"augmenting": strength > 0, "penalise": self.game.penalises(seen)}
        news = settled(*self.play(batch.pictures, batch.labels, tf.constant(strength), rate, **how))
        half_life = young(self.settings.ema_half_life, seen, len(batch))
        follow(self.parts["average"], self.generator, half_life, len(batch))
        adapt_to(news["sure_of_real"], self.settings.augment_target, len(batch), self.state)
        return news

    @tf.function(autograph=False)
    def play(
        self, pictures: Any, labels: Any, strength: Any, rate: Any, *, augmenting: bool, penalise: bool
    ) -> tuple[dict[str, Any], Any]:
        """Both turns. Returns the news, and whether both networks stepped."""
        latents = self.dice.normal(pictures.shape[0], self.settings.latents)
        with tf.GradientTape() as tape:
            painted = self.generator(latents, labels, training=True)
            loss, news, seen = self.game.generator_loss(painted, pictures, labels, strength, augmenting=augmenting)
        stepped = take_step(self.optimizers["generator"], tape, loss, rate)
        with tf.GradientTape() as tape:
            loss, told = self.game.critic_loss(*seen, labels, penalise=penalise)
        stepped = take_step(self.optimizers["critic"], tape, loss, rate, stepped)
        return {**news, **told}, stepped

    @tf.function(autograph=False)  # the size of the batch is part of a trace: critics compare the pictures of a batch
    def judge(self, pictures: Any, labels: Any) -> Any:
        """Scores of all critics."""
        return self.game.judge(pictures, labels)

    @tf.function(autograph=False, reduce_retracing=True)
    def preview(self, latents: Any, labels: Any) -> Any:
        """Pictures by the averaged generator."""
        return self.parts["average"](latents, labels)
