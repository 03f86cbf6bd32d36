"""The peer: DCGAN as keras.io's tutorial describes it (networks, losses, Adam, noise on labels), in plain Keras.

Written anew from the tutorial's published figures: 64x64 RGB in [0, 1], latents of 128; a critic of three halving convolutions
(64, 128, 128) and dropout of a fifth; a painter that doubles 8x8 three times (128, 256, 512); leaky ReLUs of 0.2, no norms;
Adam 1e-4 for both; binary cross-entropy with up to 0.05 of noise on the critic's labels. `ours` takes pinxit's step over them.
"""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from pinxit.families.contract import Canvas
from pinxit.families.dcgan.entry import DcganSettings
from pinxit.families.dcgan.keras import Dcgan as KerasDcgan
from pinxit.families.dcgan.pytorch import Dcgan
from pinxit.keras_training.backend import keras, tf
from pinxit.keras_training.dice import Dice as KerasDice
from pinxit.keras_training.layers import through
from pinxit.keras_training.recipe import Batch as KerasBatch
from pinxit.keras_training.update import Adam
from pinxit.networks.dice import Dice
from pinxit.training.averaging import averaged_copy
from pinxit.training.device import prepare, resolve_machine
from pinxit.training.launch import place_parts
from pinxit.training.recipe import Batch
from pinxit.training.update import Update

LATENTS, RATE, NOISE, SLOPE, SIDE = 128, 1e-4, 0.05, 0.2, 64
HALVED, DOUBLED = (64, 128, 128), (128, 256, 512)
SETTINGS = {
    "size": "64", "latents": LATENTS, "learning_rate": RATE, "objective": "nonsaturating", "critic_norm": "none",
    "augment": 0.0,
}  # fmt: skip


class Dropout(keras.layers.Dropout):
    """Told by `through` when it trains."""

    trains_otherwise = True


def critic_layers() -> list[Any]:
    """(N, 64, 64, 3) -> (N, 1), raw."""
    layers: list[Any] = []
    for channels in HALVED:
        layers += [
            keras.layers.Conv2D(channels, 4, strides=2, padding="same"),
            keras.layers.LeakyReLU(negative_slope=SLOPE),
        ]
    return [*layers, keras.layers.Flatten(), Dropout(0.2), keras.layers.Dense(1)]


def painter_layers() -> list[Any]:
    """(N, 128) -> (N, 64, 64, 3), before the sigmoid."""
    layers: list[Any] = [keras.layers.Dense(8 * 8 * 128), keras.layers.Reshape((8, 8, 128))]
    for channels in DOUBLED:
        layers.append(keras.layers.Conv2DTranspose(channels, 4, strides=2, padding="same"))
        layers.append(keras.layers.LeakyReLU(negative_slope=SLOPE))
    return [*layers, keras.layers.Conv2D(3, 5, padding="same")]


class Tutorial(keras.Model):
    """A step as the tutorial takes it: pictures are painted anew for each player."""

    def __init__(self):
        super().__init__()
        squash = keras.layers.Activation("sigmoid")
        self.critic = keras.Sequential([keras.Input((SIDE, SIDE, 3)), *critic_layers(), squash])
        self.painter = keras.Sequential(
            [keras.Input((LATENTS,)), *painter_layers(), keras.layers.Activation("sigmoid")]
        )
        self.entropy = keras.losses.BinaryCrossentropy()
        self.for_critic, self.for_painter = keras.optimizers.Adam(RATE), keras.optimizers.Adam(RATE)

    def train_step(self, data: Any) -> dict[str, Any]:
        """`data`: pictures (N, 64, 64, 3) in [0, 1] and nothing else. 1 stands for painted, 0 for real."""
        pictures = keras.utils.unpack_x_y_sample_weight(data)[0]
        count = tf.shape(pictures)[0]
        both = tf.concat([self.painter(tf.random.normal((count, LATENTS))), pictures], axis=0)
        wanted = tf.concat([tf.ones((count, 1)), tf.zeros((count, 1))], axis=0)
        wanted += NOISE * tf.random.uniform(tf.shape(wanted))
        with tf.GradientTape() as tape:
            noticed = self.entropy(wanted, self.critic(both, training=True))
        weights = self.critic.trainable_weights
        self.for_critic.apply_gradients(zip(tape.gradient(noticed, weights), weights, strict=True))
        with tf.GradientTape() as tape:
            painted = self.painter(tf.random.normal((count, LATENTS)), training=True)
            fooled = self.entropy(tf.zeros((count, 1)), self.critic(painted, training=True))
        weights = self.painter.trainable_weights
        self.for_painter.apply_gradients(zip(tape.gradient(fooled, weights), weights, strict=True))
        return {"critic_loss": noticed, "painter_loss": fooled}


def as_written(batch: int) -> Callable[[], int]:
    """A step of the tutorial's own loop."""
    model = Tutorial()
    model.compile()
    pictures = tf.random.uniform((batch, SIDE, SIDE, 3))

    def step() -> int:
        model.train_on_batch(pictures)
        return batch

    return step


class KerasPainter(keras.layers.Layer):
    """The tutorial's painter as pinxit's recipes call one; in [-1, 1]."""

    def __init__(self):
        super().__init__()
        self.latents, self.layers = LATENTS, painter_layers()
        keras.Sequential([keras.Input((LATENTS,)), *self.layers])  # builds them
        self.built = True

    def call(self, latents: Any, labels: Any, training: bool = False) -> Any:
        """See the class."""
        return tf.tanh(through(self.layers, latents, training))


class KerasCritic(keras.layers.Layer):
    """The tutorial's critic as pinxit's recipes call one."""

    def __init__(self):
        super().__init__()
        self.layers = critic_layers()
        keras.Sequential([keras.Input((SIDE, SIDE, 3)), *self.layers])
        self.built = True

    def call(self, pictures: Any, labels: Any, training: bool = False) -> Any:
        """See the class."""
        return through(self.layers, pictures, training)[:, 0]


def ours_in_keras(batch: int) -> Callable[[], int]:
    """pinxit's step in TensorFlow over the same networks."""
    settings = DcganSettings.model_validate({**SETTINGS, "batch": batch})
    recipe: Any = KerasDcgan(settings, Canvas(SIDE, SIDE, 3), KerasDice(0))
    recipe.generator, recipe.critic = KerasPainter(), KerasCritic()
    recipe.parts = {"generator": recipe.generator, "average": KerasPainter(), "critic": recipe.critic}
    recipe.optimizers = {name: Adam({name: recipe.parts[name]}, (0.9, 0.999)) for name in ("generator", "critic")}
    given = KerasBatch(tf.random.uniform((batch, SIDE, SIDE, 3), -1, 1), tf.zeros((batch, 0), tf.int64))

    def step() -> int:
        recipe.step(given, 0, 1.0)
        return batch

    return step


class TorchPainter(nn.Module):
    """The same painter in PyTorch."""

    def __init__(self):
        super().__init__()
        self.latents, self.first = LATENTS, nn.Linear(LATENTS, 8 * 8 * 128)
        layers: list[nn.Module] = []
        for inputs, outputs in zip((128, *DOUBLED), DOUBLED, strict=False):
            layers += [nn.ConvTranspose2d(inputs, outputs, 4, 2, 1), nn.LeakyReLU(SLOPE, inplace=True)]
        self.layers = nn.Sequential(*layers, nn.Conv2d(DOUBLED[-1], 3, 5, padding=2))

    def forward(self, latents: Tensor, labels: Tensor) -> Tensor:
        """See `Generator` of dcgan."""
        return self.layers(self.first(latents).unflatten(1, (8, 8, 128)).permute(0, 3, 1, 2)).float().tanh()


class TorchCritic(nn.Module):
    """The same critic in PyTorch."""

    def __init__(self):
        super().__init__()
        layers: list[nn.Module] = []
        for inputs, outputs in zip((3, *HALVED), HALVED, strict=False):
            layers += [nn.Conv2d(inputs, outputs, 4, 2, 1), nn.LeakyReLU(SLOPE, inplace=True)]
        self.layers = nn.Sequential(*layers, nn.Flatten(), nn.Dropout(0.2), nn.Linear(8 * 8 * HALVED[-1], 1))

    def forward(self, pictures: Tensor, labels: Tensor) -> Tensor:
        """See `Critic` of dcgan."""
        return self.layers(pictures).flatten().float()


def ours_in_pytorch(batch: int) -> Callable[[], int]:
    """pinxit's step in PyTorch over the same networks, in the precision that it would choose."""
    settings = resolve_machine(DcganSettings.model_validate({**SETTINGS, "batch": batch}))
    device = prepare(settings)
    recipe: Any = Dcgan(settings, Canvas(SIDE, SIDE, 3), Dice(0, device=device))
    recipe.generator, recipe.critic = TorchPainter(), TorchCritic()
    recipe.parts = {"generator": recipe.generator, "average": averaged_copy(recipe.generator), "critic": recipe.critic}
    place_parts(recipe.parts, device)
    recipe.optimizers = {
        name: torch.optim.Adam(recipe.parts[name].parameters(), RATE, fused=True) for name in ("generator", "critic")
    }
    given = Batch(torch.rand(batch, 3, SIDE, SIDE, device=device) * 2 - 1, torch.zeros(batch, 0, dtype=torch.int64))
    update = Update(device, bf16=settings.precision == "bf16")

    def step() -> int:
        recipe.step(given, 0, update)
        return batch

    return step
