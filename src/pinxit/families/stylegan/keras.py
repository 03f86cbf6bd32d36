"""StyleGAN in Keras: the recipe of `pytorch.py`. No torch."""

from typing import Any

from pinxit.families.contract import Canvas
from pinxit.families.stylegan.entry import StyleganSettings
from pinxit.families.stylegan.keras_generator import Generator
from pinxit.families.stylegan.keras_pixels import PixelGame
from pinxit.families.stylegan.shape import PATH_MEMORY
from pinxit.keras_training.averaging import follow
from pinxit.keras_training.backend import tf
from pinxit.keras_training.dice import Dice
from pinxit.keras_training.feature_game import FeatureGame
from pinxit.keras_training.losses import path_lengths
from pinxit.keras_training.recipe import Batch, settled
from pinxit.keras_training.update import Adam, take_step
from pinxit.keras_training.weights import copy_weights
from pinxit.networks.dial import adapt_to, strength_in
from pinxit.settings import TrainingSettings
from pinxit.training.half_life import young
from pinxit.training.settling import liveliness


class Stylegan:
    """The recipe. See `pinxit.keras_training.recipe.Recipe`."""

    def __init__(self, settings: TrainingSettings, canvas: Canvas, dice: Dice):
        assert isinstance(settings, StyleganSettings)
        self.settings, self.dice = settings, dice
        self.state: dict[str, float] = {"augment": settings.augment, "augment_extra": 0.0, "path_length": 0.0}
        self.generator, average = (self.build_generator(settings, canvas) for _ in range(2))
        copy_weights(average, self.generator)
        game = FeatureGame if settings.critic == "features" else PixelGame
        self.game: Any = game(settings, canvas, dice)
        self.parts: dict[str, Any] = {"generator": self.generator, "average": average, **self.game.parts}
        self.seeing = self.game.seeing
        self.optimizers = {
            "generator": Adam({"generator": self.generator}, (0.0, 0.99)),
            "critic": Adam(self.game.parts, (0.0, 0.99)),
        }

    @staticmethod
    def build_generator(settings: TrainingSettings, canvas: Canvas) -> Generator:
        """The generator alone, as a model file holds it."""
        assert isinstance(settings, StyleganSettings)
        return Generator(settings, canvas)

    def step(self, batch: Batch, seen: int, caution: float) -> dict[str, Any]:
        """The generator first; the critics then learn from the very pictures they judged."""
        settings, strength = self.settings, strength_in(self.state)
        lively = caution * liveliness(settings, seen)
        rates = [tf.constant(rate * lively, tf.float32) for rate in (settings.learning_rate, settings.critic_rate)]
        regularise = settings.path_length > 0 and seen // settings.batch % settings.path_every == 0
        how = {"augmenting": strength > 0, "penalise": self.game.penalises(seen), "regularise": regularise}
        values: list[Any] = [tf.constant(strength), *rates, tf.constant(self.state["path_length"], tf.float32)]
        news = settled(*self.play(batch.pictures, batch.labels, *values, **how))
        follow(self.parts["average"], self.generator, young(settings.ema_half_life, seen, len(batch)), len(batch))
        if regularise:
            usual, seen_now = self.state["path_length"], float(news["path_length"])
            self.state["path_length"] = PATH_MEMORY * usual + (1 - PATH_MEMORY) * seen_now
        adapt_to(news["sure_of_real"], settings.augment_target, len(batch), self.state)
        return news

    @tf.function(autograph=False)
    def play(
        self,
        pictures: Any,
        labels: Any,
        strength: Any,
        rate: Any,
        critic_rate: Any,
        usual: Any,
        *,
        augmenting: bool,
        penalise: bool,
        regularise: bool,
    ) -> tuple[dict[str, Any], Any]:
        """Both turns, now and then with path length regularisation. Returns the news, and whether both networks stepped.

        usual  scalar: the usual path length so far, 0 where none is known
        """
        settings = self.settings
        latents = self.dice.normal(pictures.shape[0], self.generator.latents)
        with tf.GradientTape() as tape:
            styles = self.styles(latents, labels)
            painted = self.generator.synthesise(styles, latents[:, settings.latents :], training=True)
            loss, news, seen = self.game.generator_loss(painted, pictures, labels, strength, augmenting=augmenting)
            if regularise:
                lengths = self.lengths(labels[: -(-labels.shape[0] // 2)])  # half a batch does, as in the paper
                usual = tf.where(usual > 0, usual, tf.stop_gradient(tf.reduce_mean(lengths)))
                uneven = tf.reduce_mean(tf.square(lengths - usual))
                loss = loss + settings.path_length * settings.path_every * uneven
                news["path_length"] = tf.reduce_mean(lengths)
        stepped = take_step(self.optimizers["generator"], tape, loss, rate)
        with tf.GradientTape() as tape:
            loss, told = self.game.critic_loss(*seen, labels, penalise=penalise)
        stepped = take_step(self.optimizers["critic"], tape, loss, critic_rate, stepped)
        return {**news, **told}, stepped

    def styles(self, latents: Any, labels: Any) -> Any:
        """(N, latents), (N, columns) -> (N, depth, styles): some pictures have another style from some layer on.

        Source: Karras et al. 2018, section 3.1.
        """
        count, depth = labels.shape[0], self.generator.depth
        styles = self.generator.map(latents, labels)
        self.generator.remember(styles, labels)
        whole = tf.tile(styles[:, None], [1, depth, 1])
        if not self.settings.mixing:
            return whole
        others = self.generator.map(self.dice.normal(count, self.settings.latents), labels)
        cut = self.dice.integers(1, depth, count, 1)
        mixed = self.dice.uniform(count, 1) < self.settings.mixing
        finer = mixed & (tf.range(depth, dtype=tf.int64) >= cut)  # (N, depth)
        return tf.where(finer[:, :, None], others[:, None], whole)

    def lengths(self, labels: Any) -> Any:
        """How much new pictures change with their styles -> (N,). See `keras_training.losses.path_lengths`."""
        count, generator = labels.shape[0], self.generator
        latents = self.dice.normal(count, generator.latents)
        styles = tf.tile(generator.map(latents, labels)[:, None], [1, generator.depth, 1])

        def paint(own: Any) -> Any:
            return generator.synthesise(own, latents[:, self.settings.latents :], training=True)

        return path_lengths(paint, styles, self.dice)

    @tf.function(autograph=False)
    def judge(self, pictures: Any, labels: Any) -> Any:
        """Scores of all critics."""
        return self.game.judge(pictures, labels)

    @tf.function(autograph=False, reduce_retracing=True)
    def preview(self, latents: Any, labels: Any) -> Any:
        """Pictures by the averaged generator."""
        return self.parts["average"](latents, labels)
