"""A step in Keras is PyTorch's step: the same chance, the same losses, the same weights afterwards."""

import numpy as np
import pytest
import torch

from pinxit.families.catalog import families
from pinxit.families.contract import Canvas
from pinxit.keras_training.backend import tf
from pinxit.keras_training.recipe import Batch as KerasBatch
from pinxit.keras_training.weights import load_exactly, to_arrays
from pinxit.networks.dice import Dice
from pinxit.settings import resolve
from pinxit.training.recipe import Batch
from pinxit.training.update import Update

STEPS = 3
OBJECTIVES = ("linear", "minimax", "nonsaturating", "least-squares", "hinge", "wasserstein-gp", "relativistic")
SMALL = {
    "width": 4, "sketch_width": 4, "critic_width": 8, "pixel_width": 4, "latents": 8, "condition": 6, "sentence": 10,
    "features_at": 64, "sketch_features_at": 32,
}  # fmt: skip
CAPTIONS = ["a red disc", "a red disc", None, "two green discs on a hill"]
CASES = [
    *(("dcgan", {"objective": objective, "width": 4, "critic_width": 4}) for objective in OBJECTIVES),
    ("dcgan", {"critic_norm": "batch", "width": 4, "critic_width": 4, "seamless": "x", "augment": 0.8}),
    ("r3gan", {"width": 8, "widest": 16, "burn_in": 8, "penalty_every": 2}),
    ("r3gan", {"width": 8, "widest": 16, "group": 4, "patch": 1, "augment": 0.8, "seamless": "both"}),
    ("projected", {"width": 4, "critic_width": 8, "pixel_width": 4, "penalty_every": 2}),
    ("projected", {"width": 4, "critic_width": 8, "pixel_width": 0, "energy_share": 0, "taps": 2}),
    ("vae", {"width": 4, "latents": 16, "beta_warm_up": 8}),
    ("vae", {"width": 4, "latents": 8, "vq": True, "codes": 16, "code_length": 4, "seamless": "x"}),
    ("progressive", {"width": 8, "widest": 16, "settle": 2, "fade": 8, "penalty_every": 2}),
    ("progressive", {"width": 8, "widest": 16, "settle": 1, "fade": 1, "objective": "wasserstein-gp"}),
    ("stackgan", {**SMALL, "size": "64", "reading": 4, "sketching": 8, "penalty_every": 2}),  # reads, sketches, paints
    ("stackgan", {**SMALL, "reading": 0, "stages": "together", "seamless": "x", "taps": 3, "energy_share": 0}),
    ("stylegan", {"width": 4, "widest": 8, "critic_width": 8, "pixel_width": 4, "path_length": 2.0, "path_every": 2}),
    (
        "stylegan",
        {"width": 4, "widest": 8, "critic": "pixels", "penalty_every": 2, "seamless": "x", "grains": 0, "mixing": 0},
    ),
    ("vae", {"width": 4, "latents": 8, "prior": "normal", "likelihood": "gaussian", "perceptual": 0, "seamless": "x"}),
]


class SameDice(Dice):
    """PyTorch's numbers as tensors of TensorFlow."""

    def _own_rows(self, drawn, count):
        return tf.constant(super()._own_rows(drawn, count).numpy())


@pytest.fixture
def eagerly():
    """Steps are not traced, so that chance is drawn anew in each."""
    tf.config.run_functions_eagerly(True)
    yield
    tf.config.run_functions_eagerly(False)


def batch_of(canvas, step):
    chance = np.random.RandomState(step)
    pictures = chance.uniform(-1, 1, (4, canvas.height, canvas.width, 4)).astype(np.float32)
    pictures[..., :3] = np.minimum(pictures[..., :3], pictures[..., 3:])
    words = canvas.vocabulary.encode(CAPTIONS) if canvas.vocabulary else np.zeros((4, 0), np.int64)
    return pictures, np.concatenate([chance.randint(-1, 2, (4, 1)), words], axis=1)


def without_slope(recipe):
    """Names of weights that change nothing: what is added before a norm, or to all scores that are only compared."""
    slopes = {
        weight: state["exp_avg_sq"].max()
        for optimizer in recipe.optimizers.values()
        for weight, state in optimizer.state.items()
    }
    return {
        name
        for network in recipe.parts.values()
        for name, weight in network.named_parameters()
        if slopes.get(weight, 1.0) < 1e-14
    }


@pytest.mark.parametrize(("name", "values"), CASES)
def test_steps_are_the_same(eagerly, name, values):
    family = families()[name]
    settings = resolve(family.settings, {"batch": 4, "size": "32", "ema_half_life": 8}, values, family=name)
    vocabulary = family.vocabulary(settings, CAPTIONS, (), ()) if family.vocabulary else None
    canvas = Canvas(*settings.size, 4, {"kind": ("a", "b")}, vocabulary)
    torch.manual_seed(0)
    mine = family.load_recipe()(settings, canvas, Dice(0))
    theirs = family.load_recipe("tensorflow")(settings, canvas, SameDice(0))
    for part, network in mine.parts.items():
        load_exactly(
            theirs.parts[part], {key: value.numpy(force=True) for key, value in network.state_dict().items()}, part
        )
    for step in range(2 if values.get("vq") else STEPS):  # soon a cell lies between two codes, and takes either
        pictures, labels = batch_of(canvas, step)
        batch = Batch(torch.from_numpy(pictures).permute(0, 3, 1, 2), torch.from_numpy(labels))
        one = mine.step(batch, step * 4, Update())
        other = theirs.step(KerasBatch(tf.constant(pictures), tf.constant(labels)), step * 4, 1.0)
        assert one.keys() == other.keys()
        for told, value in one.items():
            # Rounding differs, and every step begins where the last one ended: differences grow, on some processors fivefold.
            assert float(other[told]) == pytest.approx(float(value), rel=1e-3 * 5**step, abs=2e-4), (step, told)
    level = without_slope(mine)
    for part, network in mine.parts.items():
        now = to_arrays(theirs.parts[part])
        for key, value in network.state_dict().items():
            apart = np.abs(now[key] - value.numpy(force=True))
            # Adam steps by the sign of a slope, and a slope of nearly nothing has either sign; so a median needs some numbers.
            assert key in level or apart.size < 4 or np.median(apart) <= 0.4 * settings.learning_rate, (part, key)
            assert apart.max() <= 2 * STEPS * max(settings.learning_rate, 1e-3), (part, key)
